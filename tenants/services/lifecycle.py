"""Opens tenants."""

from __future__ import annotations

import unicodedata
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel.access.services import create_owner
from kernel.access.tasks import announce_invitation
from kernel.audit.actor import Actor
from kernel.audit.services import Act, record, record_many
from kernel.common.time import utc_now
from kernel.reference.services import is_currency
from kernel.sandbox.services import seal
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from tenants.brands import first_brand
from tenants.choices import DomainKind, DomainState, JobKind, TenantKind, TenantState
from tenants.ddl.names import new_schema_name
from tenants.directory import to_ref
from tenants.errors import InvalidTenantField, InvalidTenantName, PoolEmpty, SandboxStays
from tenants.invalidation import announce_later, changed
from tenants.models import Tenant
from tenants.moves import announce_move
from tenants.services import jobs, pool
from tenants.services.domains import act_on, add_domain, bind_first_hosts
from tenants.services.states import locked, move, moved

LONGEST_NAME = 120
LONGEST_ENTITY = 200


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new tenant is to be.

    Attributes:
        hosts: host name for each kind, at least a storefront's.
        owner_email, owner_password_hash: the first person of its staff.
        owner_must_change_password: True when another chose the owner's password.
    """

    name: str
    hosts: Mapping[DomainKind, str]
    owner_email: str = ""
    owner_name: str = ""
    owner_password_hash: str = field(default="", repr=False)
    owner_must_change_password: bool = False
    kind: TenantKind = TenantKind.LIVE
    legal_entity: str = ""
    locale: str = "zh-hans"
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    channel_id: UUID | None = None
    brand: Mapping[str, str] = field(default_factory=dict)
    offers: Mapping[str, Any] = field(default_factory=dict)
    trial_ends_at: datetime | None = None
    ring: int = 2


def checked_name(text: str) -> str:
    """Return a name without surrounding space.

    Raises:
        InvalidTenantName: empty, over 120 characters, or with control or
            invisible formatting characters.
    """
    name = unicodedata.normalize("NFC", text).strip()
    hidden = any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co"} for c in name)
    if not 1 <= len(name) <= LONGEST_NAME or hidden:
        raise InvalidTenantName(length=len(name))
    return name


def check_particulars(opening: Opening) -> None:
    """Check what must be of a known kind.

    Raises:
        InvalidTenantField: names the field.
    """
    if opening.locale not in dict(settings.LANGUAGES):
        raise InvalidTenantField(field="locale", value=opening.locale[:40])
    if opening.zone not in zoneinfo.available_timezones():
        raise InvalidTenantField(field="zone", value=opening.zone[:40])
    if not is_currency(opening.currency):
        raise InvalidTenantField(field="currency", value=opening.currency[:40])
    if opening.kind not in TenantKind.values:
        raise InvalidTenantField(field="kind", value=str(opening.kind)[:40])
    if len(opening.legal_entity) > LONGEST_ENTITY:
        raise InvalidTenantField(field="legal_entity")


@public_context()
@transaction.atomic
def open_tenant(opening: Opening, *, actor: Actor, may_make_schema: bool) -> TenantRef:
    """Open a tenant: live when this returns, or nothing happened.

    Takes a schema from the warm pool, so no DDL runs; when the pool is empty and
    the process has the owner's rights (``may_make_schema``) it makes one.

    Raises:
        InvalidTenantName, InvalidTenantField, InvalidDomain, ReservedDomain,
        DomainTaken, ConfusableDomain: bad input.
        PoolEmpty: nothing is ready and this process may not make it.
    """
    name = checked_name(opening.name)
    check_particulars(opening)
    place = pool.claim() or (pool.make_place() if may_make_schema else None)
    if place is None:
        raise PoolEmpty
    state = _first_state(opening.trial_ends_at)
    tenant = insert(opening, name=name, place=place, state=state)
    domains = bind_first_hosts(tenant, opening.hosts)
    seal_sandbox(tenant)
    _let_owner_in(tenant, _owner(opening))
    acts = [
        moved(tenant, TenantState.PENDING, TenantState.PROVISIONING),
        *(act_on("tenants.domain_added", tenant, each) for each in domains),
        moved(tenant, TenantState.PROVISIONING, state),
        _opened(tenant),
    ]
    record_many(acts, actor=actor)
    announce_move(tenant, TenantState.PROVISIONING, state)
    announce_later(tenant.pk)
    bound = [
        (str(each.kind), each.domain) for each in domains if each.state == DomainState.VERIFIED
    ]
    return to_ref(tenant, domains=tuple(sorted(bound)))


@public_context()
@transaction.atomic
def request_tenant(opening: Opening, *, actor: Actor) -> tuple[UUID, UUID | None]:
    """Open a tenant at once when a schema is ready; else leave it to the provisioner.

    Returns:
        The tenant's id, and the id of the job that sets it up, or None when it is live.
    """
    try:
        with transaction.atomic():
            opened = open_tenant(opening, actor=actor, may_make_schema=False)
            jobs.wake_for_pool()
            return opened.id, None
    except PoolEmpty:
        name = checked_name(opening.name)
        tenant = insert(opening, name=name, place=pool.Place(new_schema_name(), "", ""))
        for kind, host in opening.hosts.items():
            add_domain(tenant.pk, host, kind=kind, actor=actor, primary=True, is_first=True)
        job = jobs.start(tenant.pk, JobKind.PROVISION, actor=actor, data={"owner": _owner(opening)})
        return tenant.pk, job.pk


def insert(
    opening: Opening, *, name: str, place: pool.Place, state: TenantState = TenantState.PENDING
) -> Tenant:
    """Write a new tenant down, in the caller's transaction."""
    tenant = Tenant(
        state=state,
        schema_name=place.schema,
        role_name=place.role,
        release=place.release,
        name=name,
        kind=opening.kind,
        legal_entity=opening.legal_entity.strip(),
        locale=opening.locale,
        zone=opening.zone,
        currency=opening.currency,
        channel_id=opening.channel_id,
        brand=first_brand(opening.brand, opening.channel_id),
        offers=dict(opening.offers),
        trial_ends_at=opening.trial_ends_at,
        ring=opening.ring,
    )
    tenant.save(force_insert=True)
    return tenant


def _owner(opening: Opening) -> dict[str, Any]:
    return {
        "email": opening.owner_email,
        "name": opening.owner_name or opening.owner_email,
        "password_hash": opening.owner_password_hash,
        "must_change_password": opening.owner_must_change_password,
    }


def welcome(tenant: Tenant, owner: Mapping[str, Any], *, actor: Actor) -> None:
    """Put the owner into a new schema and open the doors; in the caller's transaction."""
    seal_sandbox(tenant)
    _let_owner_in(tenant, owner)
    move(tenant, _first_state(tenant.trial_ends_at), actor=actor)
    record_many([_opened(tenant)], actor=actor)


def check_stays(source: Tenant, kind: TenantKind) -> None:
    """Refuse to make a live shop of what was tried out in a sandbox.

    Raises:
        SandboxStays: the original is a sandbox and the copy would not be one.
    """
    if source.kind == TenantKind.SANDBOX and kind != TenantKind.SANDBOX:
        raise SandboxStays


def seal_sandbox(tenant: Tenant) -> None:
    """Have the database itself refuse what has value, where the tenant is a sandbox."""
    if tenant.kind == TenantKind.SANDBOX:
        with tenant_context(to_ref(tenant)):
            seal()


def _first_state(trial_ends_at: datetime | None) -> TenantState:
    in_trial = trial_ends_at is not None and trial_ends_at > utc_now()
    return TenantState.TRIAL if in_trial else TenantState.ACTIVE


def _let_owner_in(tenant: Tenant, owner: Mapping[str, Any]) -> None:
    if not owner["email"]:
        return
    is_invited = owner.get("must_change_password", False)
    with tenant_context(to_ref(tenant)):
        person = create_owner(
            email=owner["email"],
            name=owner["name"],
            password_hash=owner["password_hash"],
            must_change_password=is_invited,
        )
        if is_invited:
            announce_invitation(person)


def _opened(tenant: Tenant) -> Act:
    return Act(
        action="tenants.opened",
        obj=("tenant", tenant.public_id),
        before={},
        after={"name": tenant.name, "kind": tenant.kind, "channel": str(tenant.channel_id or "")},
    )


@public_context()
@transaction.atomic
def rename(tenant_id: UUID, name: str, *, actor: Actor) -> None:
    """Give a tenant another name; its host names stay.

    Raises:
        UnknownTenant: there is none.
        InvalidTenantName: see `checked_name`.
    """
    wanted = checked_name(name)
    tenant = locked(tenant_id)
    before = tenant.name
    tenant.name = wanted
    tenant.save(update_fields=["name"])
    record(
        action="tenants.renamed",
        actor=actor,
        obj=("tenant", tenant.public_id),
        before={"name": before},
        after={"name": wanted},
    )
    changed(tenant.pk)
