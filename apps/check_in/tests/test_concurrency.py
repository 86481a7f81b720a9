"""Taps that land together, on real connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connections

from apps.check_in.errors import NoMakeUpLeft, NotEnoughPoints
from apps.check_in.models import CheckIn
from apps.check_in.selectors import balance_of
from apps.check_in.services import check_in, make_up
from kernel.common.outbox.models import OutboxEvent
from kernel.members.models import Member
from kernel.tenancy.context import TenantRef, bind_context, tenant_context
from testkit.modules import switched_on
from testkit.tenants import open_test_tenant

R = TypeVar("R")
NOW = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)
ZONE = "Asia/Shanghai"
TAPS = 8


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return switched_on(open_test_tenant(), "check_in")


def together(tenant: TenantRef, works: list[Callable[[], R]]) -> list[R]:
    """Run all works at the same moment, each on a connection of its own."""
    start = Barrier(len(works))

    def run(work: Callable[[], R]) -> R:
        try:
            start.wait(timeout=180)
            return work()
        finally:
            connections.close_all()

    with tenant_context(tenant), ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(bind_context(run), works))


def test_many_taps_together_give_one_day(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        member = Member.objects.create(login="lan@example.com", name="兰兰")

    outcomes = together(
        tenant, [lambda: check_in(member.id, now=NOW, zone=ZONE) for _tap in range(TAPS)]
    )

    assert sorted(o.is_new for o in outcomes) == [False] * (TAPS - 1) + [True]
    with tenant_context(tenant):
        assert CheckIn.objects.count() == 1
        assert balance_of(member.id) == 1
        assert OutboxEvent.objects.filter(name="check_in.checked_in").count() == 1


def test_repairs_together_spend_no_point_twice(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        member = Member.objects.create(login="lan@example.com", name="兰兰")
        CheckIn.objects.create(
            member=member, day=date(2024, 5, 1), points=6, balance_after=6, streak=1
        )

    def repair(day: date) -> bool:
        try:
            return make_up(member.id, day=day, now=NOW, zone=ZONE).is_new
        except (NotEnoughPoints, NoMakeUpLeft):
            return False

    missed = [date(2024, 5, 20) - timedelta(days=number) for number in range(1, 7)]
    repaired = together(tenant, [lambda day=day: repair(day) for day in missed])  # type: ignore[misc]

    assert sorted(repaired) == [False] * 5 + [True]
    with tenant_context(tenant):
        assert balance_of(member.id) == 1
