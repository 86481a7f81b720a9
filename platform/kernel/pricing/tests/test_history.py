"""What things cost in the days before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.pricing.services import (
    ANYBODY,
    Buyer,
    NewEntry,
    change_price_list,
    lowest_prices,
    set_base_price,
    set_entries,
)
from testkit.factories.catalogue import ACTOR, make_price_list, make_variant

pytestmark = pytest.mark.usefixtures("in_tenant_a")
NOW = utc_now()
DAY = timedelta(days=1)


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def test_the_lowest_price_of_the_last_days_counts_what_held_when_they_began() -> None:
    variant = make_variant(price=None)
    for days, text in ((40, "5.00"), (20, "9.00"), (10, "7.00"), (1, "8.00")):
        set_base_price(variant.id, cny(text), actor=ACTOR, now=NOW - days * DAY)

    found = {
        days: lowest_prices([variant.id], currency="CNY", days=days, now=NOW)[variant.id].decimal()
        for days in (5, 7, 15, 30)
    }

    assert found == {5: "7.00", 7: "7.00", 15: "7.00", 30: "5.00"}
    assert lowest_prices([variant.id], currency="CNY", days=0, now=NOW) == {variant.id: cny("8.00")}


def test_the_lowest_price_is_what_the_buyer_had_from_lists_while_they_lasted() -> None:
    variant = make_variant(price=None)
    set_base_price(variant.id, cny("10.00"), actor=ACTOR, now=NOW - 60 * DAY)
    long_ago = NOW - 50 * DAY
    sale = make_price_list(starts_at=NOW - 20 * DAY, ends_at=NOW - 15 * DAY, now=long_ago)
    entries = [NewEntry(variant.id, cny("6.00")), NewEntry(variant.id, cny("5.00"), 10)]
    set_entries(sale.id, entries, actor=ACTOR, now=NOW - 25 * DAY)
    make_price_list({variant.id: "3.00"}, audience={"groups": ["level:gold"]}, now=long_ago)
    stopped = make_price_list({variant.id: "4.00"}, ends_at=NOW + 30 * DAY, now=long_ago)
    change_price_list(stopped.id, {"is_active": False}, actor=ACTOR, now=NOW - 40 * DAY)
    gold = Buyer(uuid7(), frozenset({"level:gold"}))

    def lowest(days: int, buyer: Buyer = ANYBODY, quantity: int = 1) -> str:
        found = lowest_prices(
            [variant.id], currency="CNY", days=days, now=NOW, buyer=buyer, quantity=quantity
        )
        return found[variant.id].decimal()

    assert {days: lowest(days) for days in (7, 16, 30, 45)} == {
        7: "10.00",
        16: "6.00",
        30: "6.00",
        45: "4.00",
    }
    assert (lowest(16, quantity=10), lowest(7, gold)) == ("5.00", "3.00")


def test_the_lowest_price_counts_rules_and_what_a_list_of_higher_priority_decided() -> None:
    variant = make_variant(price=None)
    set_base_price(variant.id, cny("10.00"), actor=ACTOR, now=NOW - 60 * DAY)
    rules = [{"of": "all", "percent_off_bp": 2000}]
    week = make_price_list(rules=rules, ends_at=NOW - 10 * DAY, now=NOW - 20 * DAY)
    make_price_list({variant.id: "1.00"}, priority=-1, now=NOW - 20 * DAY, ends_at=NOW - 12 * DAY)
    set_base_price(variant.id, cny("20.00"), actor=ACTOR, now=NOW - 15 * DAY)
    half = [{"of": "all", "percent_off_bp": 5000}]
    change_price_list(week.id, {"rules": half}, actor=ACTOR, now=NOW - 11 * DAY)

    found = {
        days: lowest_prices([variant.id], currency="CNY", days=days, now=NOW)[variant.id].decimal()
        for days in (9, 12, 13, 16)
    }

    assert found == {9: "20.00", 12: "10.00", 13: "10.00", 16: "8.00"}
