"""Functions and host names of a tenant over the channel API."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.tenants import tenant_of
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.time import utc_now
from kernel.modules.errors import (
    ConflictingModule,
    MissingRequirement,
    ModuleNotEntitled,
    UnknownModule,
)
from kernel.tenancy.context import public_context
from tenants.brands import alias_target, is_own_name
from tenants.choices import DomainKind, JobKind
from tenants.models import Domain, Tenant
from tenants.services import jobs
from tenants.services.domains import PROOF_LABEL, add_domain, remove_domain, verify_domain
from tenants.services.modules import ModuleStatus, disable, statuses

_VIEW, _MANAGE = "tenants.view", "tenants.manage"


class ModuleShown(serializers.Serializer[Any]):
    """A function as it stands in a tenant."""

    code = serializers.CharField()
    name = serializers.CharField()
    is_on = serializers.BooleanField()
    is_switching = serializers.BooleanField(help_text="It is being switched on just now.")
    right = serializers.ChoiceField(choices=["full", "read_only", "off"])
    valid_until = serializers.DateTimeField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    needed_by = serializers.ListField(child=serializers.CharField())
    excluded_by = serializers.ListField(child=serializers.CharField())


class ModuleTold(serializers.Serializer[Any]):
    """Whether a function shall be on."""

    is_on = serializers.BooleanField()


class DomainTold(serializers.Serializer[Any]):
    """A host name that a tenant shall answer at."""

    host = serializers.CharField(max_length=253)
    kind = serializers.ChoiceField(choices=DomainKind.choices, default=DomainKind.STORE.value)


class DomainProof(serializers.Serializer[Any]):
    """A host name, and what the DNS must hold to prove it."""

    host = serializers.CharField()
    kind = serializers.ChoiceField(choices=DomainKind.choices)
    state = serializers.CharField()
    is_primary = serializers.BooleanField()
    txt_name = serializers.CharField(allow_null=True)
    txt_value = serializers.CharField(allow_null=True)
    cname_target = serializers.CharField(allow_null=True)


class ModulesView(PartnerView):
    """All functions of a tenant."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(responses=items_of(ModuleShown))
    def get(self, request: Request, tenant: str) -> Response:
        """Return every function with its state and what stands in the way of it."""
        return Response({"items": _modules(tenant_of(self.asks, tenant))})


class ModuleView(PartnerView):
    """One function of a tenant."""

    permissions_by_method = {"PUT": _MANAGE}

    @extend_schema(request=ModuleTold, responses={200: ModuleShown, 202: ModuleShown})
    def put(self, request: Request, tenant: str, code: str) -> Response:
        """Switch a function on, which goes on in the background (202), or off; data stay."""
        row, told = tenant_of(self.asks, tenant), checked(ModuleTold, request.data)
        status = _status(row, code)
        if told["is_on"] and not status.enabled:
            _refuse_when_blocked(status)
            data = {"module": code}
            jobs.start(row.pk, JobKind.MODULE_ENABLE, actor=self.actor, data=data)
            return Response(_shown(_status(row, code), is_switching=True), status=202)
        if not told["is_on"] and status.enabled:
            disable(row.pk, code, actor=self.actor)
        return Response(_shown(_status(row, code), is_switching=False))


class DomainsView(PartnerView):
    """All host names of a tenant."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}

    @extend_schema(responses=items_of(DomainProof))
    def get(self, request: Request, tenant: str) -> Response:
        """Return the host names, and what proves those that wait for it."""
        row = tenant_of(self.asks, tenant)
        rows = Domain.objects.filter(tenant=row).order_by("-kind", "-is_primary", "domain")
        return Response({"items": [_domain(row, each) for each in rows]})

    @extend_schema(request=DomainTold, responses={201: DomainProof})
    @transaction.atomic
    def post(self, request: Request, tenant: str) -> Response:
        """Add a host name; it answers once it is proven."""
        row, told = tenant_of(self.asks, tenant), checked(DomainTold, request.data)
        kind = DomainKind(told["kind"])
        made = add_domain(row.pk, told["host"], kind=kind, actor=self.actor)
        return Response(_domain(row, made), status=201)


class DomainView(PartnerView):
    """One host name of a tenant."""

    permissions_by_method = {"DELETE": _MANAGE}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, tenant: str, host: str) -> Response:
        """Take a host name away; not the primary one."""
        remove_domain(tenant_of(self.asks, tenant).pk, host, actor=self.actor)
        return Response(status=204)


class DomainProofView(PartnerView):
    """The proof of a host name."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=None, responses=DomainProof)
    def post(self, request: Request, tenant: str, host: str) -> Response:
        """Look for the proof in the DNS now."""
        row = tenant_of(self.asks, tenant)
        return Response(_domain(row, verify_domain(row.pk, host, actor=self.actor)))


def _modules(row: Tenant) -> list[dict[str, object]]:
    with public_context():
        job = jobs.open_job_of(row.pk, JobKind.MODULE_ENABLE)
    switching = str(job.data.get("module")) if job is not None else ""
    return [
        _shown(each, is_switching=each.manifest.code == switching)
        for each in statuses(row.pk, now=utc_now())
    ]


def _status(row: Tenant, code: str) -> ModuleStatus:
    for each in statuses(row.pk, now=utc_now()):
        if each.manifest.code == code:
            return each
    raise UnknownModule(module=code[:64])


def _refuse_when_blocked(status: ModuleStatus) -> None:
    if not status.decision.allowed:
        raise ModuleNotEntitled(module=status.manifest.code)
    if status.missing:
        raise MissingRequirement(module=status.manifest.code, missing=_codes(status.missing))
    if status.excluded_by:
        raise ConflictingModule(module=status.manifest.code, excluded_by=_codes(status.excluded_by))


def _codes(manifests: Any) -> list[str]:
    return [each.code for each in manifests]


def _shown(status: ModuleStatus, *, is_switching: bool) -> dict[str, object]:
    return {
        "code": status.manifest.code,
        "name": status.manifest.name.in_language(get_language()),
        "is_on": status.enabled,
        "is_switching": is_switching and not status.enabled,
        "right": status.decision.mode,
        "valid_until": status.decision.valid_until,
        "missing": _codes(status.missing),
        "needed_by": _codes(status.needed_by),
        "excluded_by": _codes(status.excluded_by),
    }


def _domain(tenant: Tenant, row: Domain) -> dict[str, object]:
    needs_proof = not is_own_name(tenant, row.domain)
    target = f"{row.proof[:20]}.{alias_target(tenant.brand)}"
    return {
        "host": row.domain,
        "kind": row.kind,
        "state": row.state,
        "is_primary": row.is_primary,
        "txt_name": f"{PROOF_LABEL}.{row.domain}" if needs_proof else None,
        "txt_value": row.proof if needs_proof else None,
        "cname_target": target if needs_proof else None,
    }
