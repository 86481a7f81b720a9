"""Publishes events inside the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from kernel.common.outbox.errors import NotInTransaction, UnknownEvent
from kernel.common.outbox.events import Event, registered
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.tasks import deliver
from kernel.tenancy import carried
from kernel.tenancy.context import TenantRef, current_tenant, tenant_context

# Transactions that publish for one aggregate are put one after the other, so
# that sequence numbers inside it grow in the order of commits.
_LOCK: Final = (
    "pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
    "'outbox:' || pg_catalog.current_schema() || ':' || %s, 0))"
)
_WAKE: Final = "shared.outbox_wake()"


def publish(event: Event, *, aggregate: str) -> UUID:
    """Store an event; it is delivered after the commit, or not at all without one.

    Args:
        event: an instance of a registered class.
        aggregate: what its order belongs to, for example ``order:01k…``.
            Until the commit, others that publish for it wait: publish late, and
            for several aggregates in a fixed order.

    Returns:
        The event's id, the same at each delivery.

    Raises:
        NotInTransaction: no transaction is open.
        UnknownEvent: the class was never registered.
        NoTenant: no tenant was chosen.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(event.name)
    if not registered(event):
        raise UnknownEvent(event.name)
    _begin(current_tenant(), aggregate)
    stored = OutboxEvent.objects.create(
        name=event.name,
        version=event.version,
        aggregate=aggregate,
        payload=event.payload(),
        carried=carried.snapshot(),
    )
    return stored.event_id


def wake() -> None:
    """Have the current tenant's events looked at after the commit.

    Raises:
        NotInTransaction: no transaction is open.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("wake")
    _begin(current_tenant(), None)


@dataclass(frozen=True, slots=True)
class _Deliver:
    """Asks for delivery after the commit; equal for one tenant."""

    schema: str
    tenant: TenantRef = field(compare=False)

    def send(self) -> None:
        """Put the message into the queue, in the tenant."""
        with tenant_context(self.tenant):
            deliver.apply_async()


def _begin(tenant: TenantRef, aggregate: str | None) -> None:
    calls, parameters = [_WAKE], []
    if aggregate is not None:
        calls, parameters = [_LOCK, _WAKE], [aggregate]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(calls)}", parameters)
    ask = _Deliver(tenant.schema, tenant)
    waiting = (getattr(entry[1], "__self__", None) for entry in connection.run_on_commit)
    if all(item != ask for item in waiting):
        # A broker that is down must not fail what is committed; the sweep
        # finds the wake-up.
        transaction.on_commit(ask.send, robust=True)
