"""Retry, dead letters, replay, modules, and the sweep that finds what was forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from kernel.common.ids import uuid7
from kernel.common.outbox.delivery import deliver_pending, next_due
from kernel.common.outbox.errors import NotADeadLetter
from kernel.common.outbox.events import Envelope, Subscription, subscribed_temporarily
from kernel.common.outbox.history import prune_history
from kernel.common.outbox.models import OutboxDelivery, OutboxEvent
from kernel.common.outbox.publishing import publish
from kernel.common.outbox.retry import RetryPolicy
from kernel.common.outbox.selectors import list_events
from kernel.common.outbox.services import discard_dead_letter, replay_dead_letter
from kernel.common.outbox.tasks import deliver
from kernel.common.outbox.tests.probe import Probed
from kernel.common.time import utc_now
from kernel.common.wakeups.models import Wakeup
from kernel.common.wakeups.services import take_due_schemas
from kernel.modules.gate import mode_of
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.module_mode import set_module_gate, switched_on

TWICE = RetryPolicy(attempts=2)


class HandlerBroke(RuntimeError):
    """What a broken handler raises."""


class Recorder:
    """A handler that fails while it is told to."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.broken: set[int] = set()

    def __call__(self, event: Probed, envelope: Envelope) -> None:
        if event.number in self.broken:
            raise HandlerBroke(envelope.name)
        self.numbers.append(event.number)


def _after(delay: timedelta) -> Callable[[], datetime]:
    return lambda: utc_now() + delay


def _publish(*numbers: int, aggregate: str = "a") -> None:
    for number in numbers:
        with transaction.atomic():
            publish(Probed(number=number), aggregate=aggregate)


def _deliver(delay: timedelta = timedelta(), policy: RetryPolicy = TWICE) -> int:
    return deliver_pending(clock=_after(delay), limit=100, policy=policy)


def test_each_handler_gets_each_event_once(inside: TenantRef) -> None:
    first, second = Recorder(), Recorder()
    with subscribed_temporarily(
        Subscription(Probed.name, "probe.first", first),
        Subscription(Probed.name, "probe.second", second),
    ):
        _publish(1, 2, 3)

        _deliver()
        _deliver(timedelta(days=1))

    assert first.numbers == [1, 2, 3]
    assert second.numbers == [1, 2, 3]


def test_a_failed_event_is_tried_again_later_and_holds_up_its_aggregate(
    inside: TenantRef,
) -> None:
    handler = Recorder()
    handler.broken = {1}
    with subscribed_temporarily(Subscription(Probed.name, "probe.one", handler)):
        _publish(1, 2, aggregate="a")
        _publish(3, aggregate="b")

        _deliver()
        assert handler.numbers == [3]
        handler.broken = set()
        _deliver()
        assert handler.numbers == [3]
        _deliver(timedelta(minutes=1))

    assert handler.numbers == [3, 1, 2]


def test_a_handler_that_worked_is_not_called_again_for_its_neighbour(inside: TenantRef) -> None:
    good, bad = Recorder(), Recorder()
    bad.broken = {1}
    with subscribed_temporarily(
        Subscription(Probed.name, "probe.bad", bad), Subscription(Probed.name, "probe.good", good)
    ):
        _publish(1)

        _deliver()
        bad.broken = set()
        _deliver(timedelta(minutes=1))

    assert (good.numbers, bad.numbers) == ([1], [1])


def test_a_hopeless_event_is_given_up_and_replayed(inside: TenantRef) -> None:
    handler = Recorder()
    handler.broken = {1}
    with subscribed_temporarily(Subscription(Probed.name, "probe.one", handler)):
        _publish(1, 2)
        _deliver()
        _deliver(timedelta(minutes=1))
        dead = list_events(states=["dead"])
        assert [(line.attempts, line.state) for line in dead] == [(2, "dead")]
        assert "HandlerBroke" in dead[0].last_error
        assert next_due(now=utc_now()) is None
        assert _deliver(timedelta(days=1)) == 0

        handler.broken = set()
        replay_dead_letter(event_id=OutboxEvent.objects.get(dead_at__isnull=False).event_id)
        _deliver()

    assert handler.numbers == [1, 2]
    assert list_events() == []


def test_a_discarded_event_lets_the_later_ones_go_on(inside: TenantRef) -> None:
    handler = Recorder()
    handler.broken = {1}
    with subscribed_temporarily(Subscription(Probed.name, "probe.one", handler)):
        _publish(1, 2)
        _deliver()
        _deliver(timedelta(minutes=1))

        event_id = OutboxEvent.objects.get(dead_at__isnull=False).event_id
        discard_dead_letter(event_id=event_id, now=utc_now())
        _deliver()

    assert handler.numbers == [2]
    assert [line.sequence for line in list_events(states=["discarded"])]


def test_only_a_dead_letter_can_be_replayed(inside: TenantRef) -> None:
    _publish(1)
    waiting = OutboxEvent.objects.get()

    for event_id in (waiting.event_id, uuid7()):
        with pytest.raises(NotADeadLetter):
            replay_dead_letter(event_id=event_id)

    waiting.refresh_from_db()
    assert waiting.attempts == 0


def test_an_event_that_kills_its_process_is_given_up_too(inside: TenantRef) -> None:
    handler = Recorder()
    with subscribed_temporarily(Subscription(Probed.name, "probe.one", handler)):
        _publish(1)
        # What a process leaves that was killed in the handler, twice.
        OutboxEvent.objects.update(attempts=TWICE.attempts)

        _deliver()

    assert handler.numbers == []
    assert [line.state for line in list_events()] == ["dead"]


@pytest.fixture
def _switches_alone() -> Iterator[None]:
    """Modules work where they are switched on; rights are another test's."""
    set_module_gate(switched_on)
    yield
    set_module_gate(mode_of)


@pytest.mark.usefixtures("_switches_alone")
def test_a_module_that_is_off_is_passed_over(tenant: TenantRef) -> None:
    handler = Recorder()
    with_module = replace(tenant, modules=frozenset({"probe"}))
    without = replace(tenant, modules=frozenset())
    with subscribed_temporarily(Subscription(Probed.name, "probe.one", handler, module="probe")):
        with tenant_context(without):
            _publish(1)
            _deliver()
            assert list_events() == []
        with tenant_context(with_module):
            _publish(2)
            _deliver()

    assert handler.numbers == [2]


def test_events_of_a_crash_between_commit_and_sending_are_found(tenant: TenantRef) -> None:
    handler = Recorder()
    with subscribed_temporarily(Subscription(Probed.name, "probe.one", handler)):
        with tenant_context(tenant):
            _publish(1)
        # Nothing consumed the message: as if it had never been sent.
        with public_context():
            assert tenant.schema not in take_due_schemas(now=utc_now(), limit=1000)
            soon = utc_now() + timedelta(seconds=15)
            assert tenant.schema in take_due_schemas(now=soon, limit=1000)
            assert tenant.schema not in take_due_schemas(now=soon, limit=1000)

        with tenant_context(tenant):
            deliver()

    assert handler.numbers == [1]
    with public_context():
        assert not Wakeup.objects.filter(schema_name=tenant.schema).exists()


def test_a_retry_in_the_future_keeps_a_wakeup_for_its_time(tenant: TenantRef) -> None:
    handler = Recorder()
    handler.broken = {1}
    with (
        subscribed_temporarily(Subscription(Probed.name, "probe.one", handler)),
        tenant_context(tenant),
    ):
        _publish(1)
        deliver()
        due = OutboxEvent.objects.get().next_attempt_at

    with public_context():
        assert [w.not_before for w in Wakeup.objects.filter(schema_name=tenant.schema)] == [due]


def test_old_history_goes_with_its_deliveries(inside: TenantRef) -> None:
    with subscribed_temporarily(Subscription(Probed.name, "probe.one", Recorder())):
        _publish(1)
        _deliver()
        _publish(2)

    assert prune_history(before=utc_now() + timedelta(days=1)) == 1

    assert [e.payload for e in OutboxEvent.objects.all()] == [{"number": 2}]
    assert OutboxDelivery.objects.count() == 0
