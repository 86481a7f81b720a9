"""Moves tenants between states, and places and releases holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from kernel.audit.actor import Actor
from kernel.audit.services import Act, record, record_many
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.schedules.alarms import look_into
from tenants.choices import TRANSITIONS, HoldLevel, TenantState
from tenants.errors import StateRefused
from tenants.invalidation import changed
from tenants.models import Hold, Tenant
from tenants.moves import announce_move


def locked(tenant_id: UUID) -> Tenant:
    """Return a tenant's row, locked until the caller's transaction ends.

    Raises:
        UnknownTenant: there is none.
    """
    with public_context():
        tenant = Tenant.objects.select_for_update().filter(pk=tenant_id).first()
    if tenant is None:
        raise UnknownTenant
    return tenant


def move(tenant: Tenant, to: TenantState, *, actor: Actor, reason: str = "") -> None:
    """Move a locked tenant to another state.

    Raises:
        StateRefused: the life cycle has no such step.
    """
    if to not in TRANSITIONS[tenant.state]:
        raise StateRefused(state=tenant.state, wanted=str(to))
    before = tenant.state
    with public_context():
        tenant.state = to
        tenant.state_changed_at = utc_now()
        tenant.save(update_fields=["state", "state_changed_at"])
        record_many([moved(tenant, before, to, reason=reason)], actor=actor)
        announce_move(tenant, before, to)
    changed(tenant.pk)


def moved(tenant: Tenant, before: str, after: str, *, reason: str = "") -> Act:
    """Return what the log says of a tenant that came from one state to another."""
    return Act(
        action="tenants.state_changed",
        obj=("tenant", tenant.public_id),
        before={"state": str(before)},
        after={"state": str(after)},
        reason=reason,
    )


@public_context()
@transaction.atomic
def place_hold(
    tenant_id: UUID,
    *,
    kind: str,
    level: HoldLevel,
    reason: str,
    actor: Actor,
    until: datetime | None = None,
) -> Hold:
    """Hold a tenant back; from level 3 on it counts as suspended.

    Raises:
        UnknownTenant: there is none.
        StateRefused: the tenant is not in use.
    """
    tenant = locked(tenant_id)
    if tenant.state not in (TenantState.TRIAL, TenantState.ACTIVE, TenantState.SUSPENDED):
        raise StateRefused(state=tenant.state)
    hold = Hold.objects.create(
        tenant=tenant, kind=kind, level=level, reason=reason, placed_by=actor.name, until=until
    )
    record(
        action="tenants.hold_placed",
        actor=actor,
        obj=("tenant", tenant.public_id),
        before={},
        after={"kind": kind, "level": int(level)},
        reason=reason,
    )
    _follow_holds(tenant, actor=actor, reason=reason)
    changed(tenant.pk)
    return hold


@public_context()
@transaction.atomic
def release_hold(hold_id: UUID, *, actor: Actor) -> None:
    """End one hold; the others stay. Ending it twice ends it once.

    Raises:
        UnknownTenant: there is no such hold.
    """
    hold = Hold.objects.select_for_update().filter(pk=hold_id).first()
    if hold is None:
        raise UnknownTenant
    if hold.released_at is not None:
        return
    tenant = locked(hold.tenant_id)
    Hold.objects.filter(pk=hold.pk).update(released_at=utc_now(), released_by=actor.name)
    record(
        action="tenants.hold_released",
        actor=actor,
        obj=("tenant", tenant.public_id),
        before={"kind": hold.kind, "level": hold.level},
        after={},
    )
    _follow_holds(tenant, actor=actor, reason="")
    changed(tenant.pk)


def effective_level(tenant: Tenant, *, now: datetime) -> int:
    """Return the highest level of the holds that are open at a moment; 0 for none."""
    levels = Hold.objects.filter(
        Q(until=None) | Q(until__gt=now), tenant=tenant, released_at=None
    ).values_list("level", flat=True)
    return max(levels, default=0)


def _follow_holds(tenant: Tenant, *, actor: Actor, reason: str) -> None:
    """Bring the state in line with the holds: closed means suspended."""
    now = utc_now()
    closed = effective_level(tenant, now=now) >= HoldLevel.CLOSED
    if closed and tenant.state in (TenantState.TRIAL, TenantState.ACTIVE):
        move(tenant, TenantState.SUSPENDED, actor=actor, reason=reason)
    elif not closed and tenant.state == TenantState.SUSPENDED:
        in_trial = tenant.trial_ends_at is not None and tenant.trial_ends_at > now
        move(tenant, TenantState.TRIAL if in_trial else TenantState.ACTIVE, actor=actor)
        # Jobs that were passed over meanwhile have set no further alarm.
        look_into(schema=tenant.schema_name, now=now)


@public_context()
def follow_lapsed_holds(*, actor: Actor) -> int:
    """Reopen tenants whose last closing hold has lapsed; return how many."""
    reopened = 0
    for tenant_id in Tenant.objects.filter(state=TenantState.SUSPENDED).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            tenant = locked(tenant_id)
            if tenant.state == TenantState.SUSPENDED:
                _follow_holds(tenant, actor=actor, reason="")
                reopened += tenant.state != TenantState.SUSPENDED
    return reopened
