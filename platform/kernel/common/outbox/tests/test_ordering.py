"""Order and once-ness under several workers at the same time."""

from __future__ import annotations

import threading
from collections import defaultdict
from datetime import timedelta

from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.common.outbox.delivery import deliver_pending
from kernel.common.outbox.events import Envelope, Subscription, subscribed_temporarily
from kernel.common.outbox.models import OutboxDelivery, OutboxEvent
from kernel.common.outbox.publishing import publish
from kernel.common.outbox.tests.probe import Probed
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, TenantThreadPool

WORKERS = 3
published = st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1, max_size=12)


class FailsOnce(RuntimeError):
    """The first attempt of a chosen event."""


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=published)
def test_concurrent_workers_keep_each_aggregate_in_order(
    inside: TenantRef, plan: list[tuple[str, bool]]
) -> None:
    OutboxEvent.objects.all().delete()
    lock, order = threading.Lock(), defaultdict[str, list[int]](list)
    to_fail = {number for number, (_aggregate, fails) in enumerate(plan) if fails}

    def handler(event: Probed, envelope: Envelope) -> None:
        with lock:
            if event.number in to_fail:
                to_fail.discard(event.number)
                raise FailsOnce
            order[envelope.aggregate].append(event.number)

    for number, (aggregate, _fails) in enumerate(plan):
        with transaction.atomic():
            publish(Probed(number=number), aggregate=aggregate)

    def work(round_number: int) -> None:
        ahead = timedelta(hours=round_number)
        try:
            deliver_pending(clock=lambda: utc_now() + ahead, limit=100)
        finally:
            connections.close_all()

    with (
        subscribed_temporarily(Subscription(Probed.name, "probe.order", handler)),
        TenantThreadPool(WORKERS) as pool,
    ):
        # A failed event waits; each round of workers lives an hour later.
        for round_number in range(len(plan) + 1):
            list(pool.map(work, [round_number] * WORKERS))

    expected = defaultdict[str, list[int]](list)
    for number, (aggregate, _fails) in enumerate(plan):
        expected[aggregate].append(number)
    assert order == expected
    assert OutboxDelivery.objects.count() == len(plan)
    assert not OutboxEvent.objects.filter(delivered_at__isnull=True).exists()
