"""What the monitors reckon, on rewards and sales that are written down by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from kernel.common.time import utc_now
from kernel.rewards.monitors.catalogue import Monitor, monitor, monitors
from kernel.rewards.monitors.choices import Level
from kernel.rewards.monitors.errors import UnknownMonitor
from kernel.rewards.monitors.facts import Drawn, Paid, Sale
from kernel.rewards.monitors.figures import OF_REWARDS, Facts, Seen

NOW = utc_now()
OLD, YOUNG = NOW - timedelta(days=400), NOW - timedelta(days=5)


def who(number: int) -> UUID:
    return UUID(int=number)


def paid(order: int, buyer: int, to: int, **others: Any) -> Paid:
    row = Paid(who(order), who(buyer), who(to), "upline", 1, 100, NOW, OLD, OLD)
    return replace(row, **others)


def sold(order: int, buyer: int, goods: int = 1000, cost: int = 600, **others: Any) -> Sale:
    row = Sale(who(order), who(buyer), goods, cost, True, False, False)
    return replace(row, **others)


class Written(Facts):
    """Facts that were written down instead of read."""

    def __init__(self, rewards: list[Paid], sales: list[Sale]) -> None:
        super().__init__(NOW)
        self._written = rewards, sales

    def paid(self, days: int) -> list[Paid]:
        return self._written[0]

    def lines(self, days: int) -> list[Drawn]:
        return [Drawn(row.buyer, row.to, row.depth, 1) for row in self._written[0]]

    def sales(self, days: int) -> list[Sale]:
        return self._written[1]


def seen(code: str, rewards: list[Paid], sales: list[Sale] | None = None, least: int = 1) -> Seen:
    one: Monitor = replace(monitor(code), least=least)
    return OF_REWARDS[code](one, Written(rewards, sales or []))


def level(code: str, found: Seen) -> Level:
    return monitor(code).level_of(found.figure)


def test_three_levels_and_thirty_people_are_too_many_and_two_levels_never_are() -> None:
    one_level = [paid(at, at, 500 + at % 2) for at in range(1, 60)]
    assert level("T1", seen("T1", one_level, least=30)) == Level.OK
    deep = [paid(at, at, 500, depth=2) for at in range(1, 29)]
    few = seen("T1", deep, least=30)
    assert (few.facts["levels"], few.facts["people"]) == (3, 29)
    assert level("T1", few) == Level.OK
    many = seen("T1", [*deep, paid(29, 29, 500, depth=2)], least=30)
    assert many.facts["people"] == 30
    assert level("T1", many) == Level.ACT


def test_people_are_counted_over_what_hangs_together() -> None:
    apart = [paid(at, at, 500 + at % 2, depth=2) for at in range(1, 41)]
    assert seen("T1", apart, least=30).facts["people"] == 21
    assert level("T1", seen("T1", apart, least=30)) == Level.OK


def test_rewards_of_the_margin_warn_at_four_fifths_and_stop_beyond_all_of_it() -> None:
    for amount, expected in ((300, Level.OK), (330, Level.WARN), (401, Level.ACT)):
        assert level("T2", seen("T2", [paid(1, 1, 2, minor=amount)], [sold(1, 1)])) == expected
    nothing_earned = seen("T2", [paid(1, 1, 2)], [sold(1, 1, 1000, 1000)])
    assert level("T2", nothing_earned) == Level.ACT
    unknown = seen("T2", [paid(1, 1, 2)], [sold(1, 1, is_whole=False)])
    assert unknown.facts["without_cost"] == 1


def test_sales_to_promoters_do_not_count_as_retail() -> None:
    rewards = [paid(1, 1, 9), paid(2, 2, 9), paid(3, 9, 8)]
    sales = [sold(1, 1), sold(2, 2), sold(3, 9), sold(4, 4)]
    assert seen("T3", rewards, sales).figure == Decimal("0.6667")
    inviter = [sold(1, 1, is_promoter=True), sold(2, 2), sold(3, 9)]
    assert level("T3", seen("T3", rewards, inviter)) == Level.ACT


def test_what_promoters_buy_themselves_is_told_from_what_they_sell() -> None:
    found = seen("T4", [paid(1, 1, 9), paid(2, 2, 9)], [sold(1, 1), sold(2, 2), sold(3, 9)])
    assert found.figure == Decimal("0.3333")
    assert found.facts["members"] == [str(who(9))]
    assert level("T4", found) == Level.WARN


def test_money_of_new_members_for_old_ones_stops_and_a_new_shop_is_not_stopped() -> None:
    both_new = [paid(1, 1, 2, buyer_since=YOUNG, to_since=YOUNG)]
    assert level("T5", seen("T5", both_new)) == Level.OK
    rewards = [paid(1, 1, 2, buyer_since=YOUNG), paid(2, 3, 4, minor=90)]
    assert seen("T5", rewards).figure == Decimal("0.5263")
    assert level("T5", seen("T5", rewards)) == Level.ACT


def test_a_service_fee_for_an_ancestor_is_a_disguised_level() -> None:
    rewards = [
        paid(1, 1, 2, kind="attributed", depth=2),
        paid(2, 3, 4, kind="region", depth=0, minor=200),
        paid(3, 3, 4, kind="upline", depth=2, minor=900),
    ]
    assert seen("T11", rewards).figure == Decimal("0.3333")
    assert level("T11", seen("T11", rewards)) == Level.WARN
    assert seen("T1", rewards).facts["levels"] == 3


@pytest.mark.parametrize("code", sorted(OF_REWARDS))
def test_with_too_few_cases_there_is_nothing_to_tell(code: str) -> None:
    assert seen(code, [], least=30).figure is None
    assert level(code, seen(code, [], least=30)) == Level.NONE


def test_every_monitor_of_the_design_is_there() -> None:
    assert {f"T{at}" for at in range(1, 12)} <= set(monitors())
    with pytest.raises(UnknownMonitor):
        monitor("T99")


def test_limits_can_only_be_tightened() -> None:
    ceiling, floor = monitor("T2"), monitor("T3")
    assert ceiling.is_tighter(Decimal("0.8"), Decimal("0.9"))
    assert not ceiling.is_tighter(Decimal("0.8"), Decimal("1.01"))
    assert not ceiling.is_tighter(None, Decimal("0.9"))
    assert floor.is_tighter(Decimal("0.8"), Decimal("0.5"))
    assert not floor.is_tighter(Decimal("0.7"), Decimal("0.4"))
