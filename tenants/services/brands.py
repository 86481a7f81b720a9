"""Changes what a tenant looks like: its own fields, and those that its partner gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.expressions import Func
from django.db.models.fields.json import JSONField

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.branding.errors import InvalidBrand
from kernel.branding.fields import FIELDS, INHERITED, PROVEN, checked, domain_of
from kernel.tenancy.context import public_context
from tenants.errors import DomainNotProven
from tenants.invalidation import announce_later, changed
from tenants.models import Tenant
from tenants.services.domains import PROOF_LABEL, Resolver, SystemResolver, proof_for
from tenants.services.lifecycle import checked_name
from tenants.services.states import locked
from tenants.versions import next_version


@public_context()
@transaction.atomic
def set_brand(tenant_id: UUID, values: Mapping[str, str], *, actor: Actor) -> None:
    """Give a tenant fields of its own; an empty one is its partner's again.

    Fields that are not named stay as they are.

    Raises:
        UnknownTenant: there is none.
        InvalidTenantName: the name is empty, too long, or cannot be shown.
        InvalidBrand: another field cannot be used; ``field`` names it.
    """
    wanted = checked(values, for_partner=False)
    if "name" in values:
        wanted["name"] = checked_name(values["name"])
    tenant = locked(tenant_id)
    before = dict(tenant.brand)
    kept = {key: value for key, value in before.items() if key not in values}
    tenant.brand = kept | wanted
    if tenant.brand == before:
        return
    _kept(tenant, before, actor)


def _kept(tenant: Tenant, before: Mapping[str, Any], actor: Actor) -> None:
    tenant.save(update_fields=["brand"])
    record(
        action="tenants.brand_changed",
        actor=actor,
        obj=("tenant", tenant.public_id),
        before=own_fields(before),
        after=own_fields(tenant.brand),
    )
    changed(tenant.pk)


def own_fields(brand: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that a tenant set itself."""
    return {name: str(brand[name]) for name in FIELDS if brand.get(name)}


def sender_proof(owner_id: UUID, domain: str) -> tuple[str, str]:
    """Return name and content of the record that proves a domain for a brand."""
    return f"{PROOF_LABEL}.{domain}", proof_for(owner_id, f"brand {domain}")


def is_proven(owner_id: UUID, domain: str, resolver: Resolver | None = None) -> bool:
    """Tell whether the DNS holds the proof of a brand's domain.

    Raises:
        DomainNotProven: it does not answer.
    """
    name, proof = sender_proof(owner_id, domain)
    return proof in (resolver or SystemResolver()).txt(name)


@public_context()
def prove_sender(tenant_id: UUID, *, actor: Actor, resolver: Resolver | None = None) -> None:
    """Look for the proof of the domain of a tenant's sender; it counts from then on.

    The network is asked before the transaction, so that no lock waits for it.

    Raises:
        InvalidBrand: no sender was named.
        DomainNotProven: the record is not there.
    """
    named = str(
        Tenant.objects.values_list("brand", flat=True).get(pk=tenant_id).get("mail_from", "")
    )
    domain = domain_of("mail_from", named)
    if not domain:
        raise InvalidBrand(field="mail_from", reason="missing")
    if not is_proven(tenant_id, domain, resolver):
        record_name, value = sender_proof(tenant_id, domain)
        raise DomainNotProven(record=record_name, value=value)
    with transaction.atomic():
        tenant = locked(tenant_id)
        before = dict(tenant.brand)
        tenant.brand = before | {PROVEN: sorted({*before.get(PROVEN, ()), domain})}
        tenant.save(update_fields=["brand"])
        record(
            action="tenants.sender_proven",
            actor=actor,
            obj=("tenant", tenant.public_id),
            after={"domain": domain},
        )
        changed(tenant.pk)


@public_context()
@transaction.atomic
def pass_on(channel_id: UUID, inherited: Mapping[str, str]) -> int:
    """Give all tenants of a partner what its brand says now; return how many it changed."""
    rows = Tenant.objects.filter(channel_id=channel_id).order_by("pk")
    rows = rows.select_for_update(no_key=True).only("brand")
    stale = [row.pk for row in rows if row.brand.get(INHERITED) != dict(inherited)]
    said = Func(
        F("brand"),
        Value(f"{{{INHERITED}}}"),
        Value(dict(inherited), output_field=JSONField()),
        function="jsonb_set",
        output_field=JSONField(),
    )
    Tenant.objects.filter(pk__in=stale).update(brand=said, version=next_version())
    for tenant_id in stale:
        announce_later(tenant_id)
    return len(stale)
