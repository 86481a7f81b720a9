"""Celery entry points of the outbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kernel.common.metrics import set_outbox
from kernel.common.outbox.delivery import deliver_pending, next_due
from kernel.common.outbox.queued import begin, queue, queue_once
from kernel.common.outbox.selectors import backlog
from kernel.common.time import utc_now
from kernel.common.wakeups.services import (
    forget_schema,
    pending_wakeups,
    settle_wakeups,
    take_due_schemas,
)
from kernel.tenancy.context import current_tenant, public_context, tenant_context
from kernel.tenancy.ports import directory
from kernel.tenancy.tasks import tenant_task

# One run hands over to the next after this many, or so long, so that a busy tenant
# does not hold a worker while others wait.
_BATCH: Final = 200
_TURN: Final = timedelta(seconds=1)
_TENANTS_PER_SWEEP: Final = 1000


@tenant_task(name="outbox.deliver", queue="events", runs_when_suspended=True)
def deliver() -> None:
    """Deliver the current tenant's due events."""
    tenant = current_tenant()
    begin()
    with public_context():
        seen = pending_wakeups(schema=tenant.schema)
    until = utc_now() + _TURN
    attempted = deliver_pending(clock=utc_now, limit=_BATCH, until=until)
    now = utc_now()
    is_cut_off = attempted == _BATCH or now >= until
    due = now if is_cut_off else next_due(now=now)
    pending, oldest = backlog()
    set_outbox(
        tenant=tenant.public_id,
        lag_seconds=(now - oldest).total_seconds() if oldest else 0.0,
        pending=pending,
    )
    with public_context():
        settle_wakeups(schema=tenant.schema, ids=seen, next_due=due)
    if is_cut_off:
        queue_once(deliver.apply_async)


@tenant_task(name="outbox.sweep", queue="events", scope="public")
def sweep() -> None:
    """Find events whose delivery was never asked for, or whose retry is due.

    Reads the wake-up list alone, never the tenants.
    """
    for schema in take_due_schemas(now=utc_now(), limit=_TENANTS_PER_SWEEP):
        tenant = directory().by_schema(schema)
        if tenant is None:
            forget_schema(schema=schema)
            continue
        with tenant_context(tenant):
            queue(deliver.apply_async)
