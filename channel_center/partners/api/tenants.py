"""Tenants over the channel API."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from channel_center.brands.selectors import first_hosts
from channel_center.partners.api.authentication import PartnerView
from channel_center.partners.api.forms import (
    HoldShown,
    HoldTold,
    TenantMade,
    TenantShown,
    TenantTold,
    TenantWhole,
    hold_shown,
    tenant_shown,
    tenant_whole,
)
from channel_center.partners.api.paging import CURSOR, page_of, pages_of
from channel_center.partners.selectors import visible_tenants
from channel_center.partners.services.people import widen_reach
from channel_center.services.channels import open_tenant_for_channel
from channel_center.snapshots.errors import UnknownTemplate
from channel_center.snapshots.services.bringing import begin_with
from channel_center.snapshots.services.templates import usable_templates
from kernel.access.models import Staff
from kernel.access.services import hash_password
from kernel.catalogue.api.fields import checked
from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.errors import UnknownTenant
from tenants.choices import HoldKind, HoldLevel, TenantState
from tenants.models import Domain, Hold, Tenant
from tenants.services.lifecycle import Opening
from tenants.services.states import place_hold, release_hold

_VIEW, _MANAGE = "tenants.view", "tenants.manage"


class TenantsView(PartnerView):
    """All tenants of the partner."""

    permissions_by_method = {"GET": _VIEW, "POST": _MANAGE}

    @extend_schema(
        responses=pages_of(TenantShown),
        parameters=[
            OpenApiParameter("q", str, description="Part of a name or of a host name."),
            OpenApiParameter("state", str, enum=TenantState.values),
            CURSOR,
        ],
    )
    def get(self, request: Request) -> Response:
        """Return the tenants, the newest first, a hundred at a time."""
        rows = visible_tenants(self.asks)
        if text := request.query_params.get("q", "").replace("\x00", "").strip()[:120]:
            hosts = Domain.objects.filter(domain__icontains=text).values("tenant_id")
            rows = rows.filter(Q(name__icontains=text) | Q(pk__in=hosts))
        if (state := request.query_params.get("state", "")) in TenantState.values:
            rows = rows.filter(state=state)
        found, cursor = page_of(rows, request, "ten")
        return Response({"items": [tenant_shown(row) for row in found], "next_cursor": cursor})

    @extend_schema(request=TenantTold, responses={201: TenantMade})
    def post(self, request: Request) -> Response:
        """Open a tenant; it is live at once, or `tenant.provisioned` tells when it is."""
        told = checked(TenantTold, request.data)
        given = told["owner"].get("password")
        password = given or secrets.token_urlsafe(12)
        opening = _opening(self.channel_id, told, hash_password(password))
        template = _template(self.channel_id, told["template"])
        tenant_id, _job = open_tenant_for_channel(self.channel_id, opening, actor=self.actor)
        if template is not None:
            begin_with(template, tenant_id, channel_id=self.channel_id, actor=self.actor)
        if isinstance(self.asks, Staff):
            widen_reach(self.asks, tenant_id)
        shown = _whole(Tenant.objects.get(pk=tenant_id))
        return Response({**shown, "owner_password": None if given else password}, status=201)


class TenantView(PartnerView):
    """One tenant."""

    permissions_by_method = {"GET": _VIEW}

    @extend_schema(responses=TenantWhole)
    def get(self, request: Request, tenant: str) -> Response:
        """Return a tenant with its host names and what holds it back."""
        return Response(_whole(tenant_of(self.asks, tenant)))


class HoldsView(PartnerView):
    """What holds a tenant back."""

    permissions_by_method = {"POST": _MANAGE}

    @extend_schema(request=HoldTold, responses={201: HoldShown})
    def post(self, request: Request, tenant: str) -> Response:
        """Hold a tenant back; payments and refunds under way go on."""
        told = checked(HoldTold, request.data)
        hold = place_hold(
            tenant_of(self.asks, tenant).pk,
            kind=HoldKind.CHANNEL,
            level=HoldLevel(told["level"]),
            reason=told["reason"],
            actor=self.actor,
        )
        hold.refresh_from_db()
        return Response(hold_shown(hold), status=201)


class HoldView(PartnerView):
    """One hold on a tenant."""

    permissions_by_method = {"DELETE": _MANAGE}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, tenant: str, hold: str) -> Response:
        """Lift a hold of the partner's own; the others stay."""
        rows = Hold.objects.filter(tenant=tenant_of(self.asks, tenant), kind=HoldKind.CHANNEL)
        row = rows.filter(pk=parse_public_id("hld", hold)).first()
        if row is None:
            raise UnknownTenant
        release_hold(row.pk, actor=self.actor)
        return Response(status=204)


def _template(channel_id: UUID, text: str) -> UUID | None:
    """Return the template that is named, before anything is opened."""
    if not text:
        return None
    try:
        key = parse_public_id("tpl", text)
    except DomainError as error:
        raise UnknownTemplate from error
    with public_context():
        if not usable_templates(channel_id).filter(pk=key).exists():
            raise UnknownTemplate
    return key


def _opening(channel_id: UUID, told: dict[str, Any], password_hash: str) -> Opening:
    return Opening(
        name=told["name"],
        hosts=first_hosts(channel_id, told["subdomain"]),
        owner_email=told["owner"]["email"],
        owner_name=told["owner"]["name"],
        owner_password_hash=password_hash,
        owner_must_change_password=True,
        legal_entity=told["legal_entity"],
        locale=told["locale"],
        zone=told["time_zone"],
        currency=told["currency"],
        brand={"name": told["name"].strip(), "colour": told["colour"].lower()},
    )


def tenant_of(asks: Any, text: str) -> Tenant:
    """Return a tenant that whoever asks may see.

    Raises:
        UnknownTenant: there is none, or it is another's.
    """
    try:
        tenant_id: UUID = parse_public_id("ten", text)
    except DomainError as error:
        raise UnknownTenant from error
    row = visible_tenants(asks).filter(pk=tenant_id).first()
    if row is None:
        raise UnknownTenant
    return row


def _whole(row: Tenant) -> dict[str, object]:
    domains = list(Domain.objects.filter(tenant=row).order_by("-kind", "-is_primary", "domain"))
    unended = Q(until=None) | Q(until__gt=utc_now())
    holds = Hold.objects.filter(unended, tenant=row, released_at=None).order_by("-level")
    return tenant_whole(row, domains, list(holds))
