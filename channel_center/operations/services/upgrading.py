"""Upgrades all shops ring by ring, and says in which ring a shop is."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from channel_center.operations.errors import InvalidRing
from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.tasks import enqueue
from tenants.choices import RunState
from tenants.fleet.errors import NoRunToAbort, RunInProgress
from tenants.invalidation import changed
from tenants.models import MigrationRun
from tenants.services.states import locked

RINGS: Final = range(10)


@public_context()
@transaction.atomic
def upgrade(*, actor: Actor) -> None:
    """Have the provisioner bring every shop to this release; it stops at a ring that fails.

    Raises:
        RunInProgress: one is under way.
    """
    from channel_center.operations.tasks import upgrade_all

    if MigrationRun.objects.filter(state=RunState.RUNNING).exists():
        raise RunInProgress
    record(action="operations.upgrade_asked", actor=actor, obj=("fleet", "all"), after={})
    enqueue(upgrade_all)


@public_context()
@transaction.atomic
def stop_upgrade(*, actor: Actor) -> None:
    """Let what is under way finish, and begin nothing more.

    Raises:
        NoRunToAbort: nothing is running.
    """
    running = MigrationRun.objects.filter(state=RunState.RUNNING)
    if not running.update(abort_requested=True):
        raise NoRunToAbort
    record(action="operations.upgrade_stopped", actor=actor, obj=("fleet", "all"), after={})


@public_context()
@transaction.atomic
def set_ring(tenant_id: UUID, ring: int, *, actor: Actor) -> None:
    """Say when a shop is upgraded: ring 0 first.

    Raises:
        UnknownTenant: there is none.
        InvalidRing: there is no such ring.
    """
    if ring not in RINGS:
        raise InvalidRing
    tenant = locked(tenant_id)
    before, tenant.ring = tenant.ring, ring
    tenant.save(update_fields=["ring"])
    changed(tenant.pk)
    record(
        action="operations.ring_set",
        actor=actor,
        obj=("tenant", tenant.public_id),
        before={"ring": before},
        after={"name": tenant.name, "ring": ring},
        now=utc_now(),
    )
