"""Publishes events inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from kernel.common.db.copying import document, new_id, text
from kernel.common.db.writing import MANY, Writing
from kernel.common.outbox.asking import ASKING
from kernel.common.outbox.errors import NotInTransaction, UnknownEvent
from kernel.common.outbox.events import Event, registered
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.queued import queue_once
from kernel.common.outbox.tasks import deliver
from kernel.tenancy import carried
from kernel.tenancy.context import TenantRef, current_tenant, tenant_context

# Transactions that publish for one aggregate are put one after the other, so
# that sequence numbers inside it grow in the order of commits.
_LOCK: Final = (
    "pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
    "'outbox:' || pg_catalog.current_schema() || ':' || %s, 0))"
)
_LOCK_MANY: Final = (
    "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
    "'outbox:' || pg_catalog.current_schema() || ':' || aggregate, 0)) "
    "FROM pg_catalog.unnest(%s::text[]) AS aggregate"
)
_WAKE: Final = "shared.outbox_wake()"
_COLUMNS: Final = (
    "event_id",
    "name",
    "version",
    "aggregate",
    "payload",
    "carried",
    "attempts",
    "discarded",
    "last_error",
)


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


def publish_many(events: Sequence[tuple[Event, str]]) -> None:
    """Store events of many aggregates; three statements.

    Until the commit, others that publish for one of them wait: publish late.

    Args:
        events: each with its aggregate, see `publish`.

    Raises:
        NotInTransaction: no transaction is open.
        UnknownEvent: a class was never registered.
        NoTenant: no tenant was chosen.
    """
    if events and connection.in_atomic_block:
        with connection.cursor() as cursor:
            # In one order for everybody, so that no two wait for each other.
            cursor.execute(_LOCK_MANY, [sorted({aggregate for _event, aggregate in events})])
    publish_new(events)


def publish_new(events: Sequence[tuple[Event, str]], *, writing: Writing | None = None) -> None:
    """Store the first events of aggregates that this transaction has made; two statements.

    Nobody else can publish for an aggregate that nobody else can see, so no locks
    are taken for them, however many they are.

    Args:
        events: each with its aggregate, see `publish`.
        writing: what the events are to be sent with, in the same transaction.

    Raises:
        NotInTransaction: no transaction is open.
        UnknownEvent: a class was never registered.
        NoTenant: no tenant was chosen.
    """
    if not events:
        return
    if not connection.in_atomic_block:
        raise NotInTransaction(events[0][0].name)
    if unknown := next((event for event, _to in events if not registered(event)), None):
        raise UnknownEvent(unknown.name)
    with_these = writing or Writing(is_large=len(events) >= MANY)
    _ask_for_delivery(current_tenant())
    with_these.run(f"SELECT {_WAKE}")
    rest = "\t".join((document(carried.snapshot()), "0", "f", ""))
    with_these.add(
        OutboxEvent._meta.db_table,
        _COLUMNS,
        (
            "\t".join(
                (
                    new_id(),
                    event.name,
                    str(event.version),
                    text(aggregate),
                    document(event.payload()),
                    rest,
                )
            )
            for event, aggregate in events
        ),
    )
    if writing is None:
        with_these.send()


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
        """Have the message put into the queue, with others' of the same moment."""
        ASKING.ask(self.schema, self._put)

    def _put(self) -> None:
        with tenant_context(self.tenant):
            queue_once(deliver.apply_async)


def _begin(tenant: TenantRef, aggregate: str | None) -> None:
    calls, parameters = [_WAKE], []
    if aggregate is not None:
        calls, parameters = [_LOCK, _WAKE], [aggregate]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(calls)}", parameters)
    _ask_for_delivery(tenant)


def _ask_for_delivery(tenant: TenantRef) -> None:
    ask = _Deliver(tenant.schema, tenant)
    waiting = (getattr(entry[1], "__self__", None) for entry in connection.run_on_commit)
    if all(item != ask for item in waiting):
        # A broker that is down must not fail what is committed; the sweep
        # finds the wake-up.
        transaction.on_commit(ask.send, robust=True)
