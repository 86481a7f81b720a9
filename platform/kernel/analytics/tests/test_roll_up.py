"""Figures that are made of visits, orders and the ledger, and made again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.analytics.choices import Channel, Device, Step
from kernel.analytics.details import channels, cohorts, funnel, money, origins, products
from kernel.analytics.models import (
    BuyerDay,
    CohortFigures,
    MoneyFigures,
    PeopleFigures,
    ProductFigures,
    TradeFigures,
    VisitFigures,
)
from kernel.analytics.reports import Narrowed, overview, series, total
from kernel.analytics.services import note_steps, prune_steps, roll_up, roll_up_days
from kernel.analytics.values import Seen, Span
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.ledger.services import TENANT, Leg, Owner, balance, post
from kernel.members.services.merging import merge_members
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.models import Order, OrderGroup
from kernel.orders.services.money import note_refund
from kernel.tenancy.context import current_tenant
from testkit.factories.orders import TESTER, make_member, make_variant, orders_in, pay, place

TABLES: Any = (
    BuyerDay,
    VisitFigures,
    TradeFigures,
    ProductFigures,
    PeopleFigures,
    CohortFigures,
    MoneyFigures,
)
EVERYTHING = Narrowed()


def contents() -> list[list[dict[str, Any]]]:
    """Return every figure that is stored, ids and all."""
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def noon(back: int) -> datetime:
    """Return noon of a day before today, by the shop's clock."""
    zone = ZoneInfo(current_tenant().zone)
    day = utc_now().astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0)
    return day - timedelta(days=back)


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(current_tenant().zone)).date()


def step(kind: Step, *, visit: UUID, visitor: UUID | None = None, **told: Any) -> Seen:
    facts = {"channel": Channel.DIRECT, "device": Device.PHONE, **told}
    return Seen(visitor=visitor or visit, visit=visit, step=kind, **facts)


def book(kind: str, minor: int, *, at: datetime) -> None:
    """Book what a gateway did to the shop's cash."""
    legs = [Leg(TENANT, "cny", minor), Leg(Owner("gateway", UUID(int=7)), "cny", -minor)]
    post(key=f"{kind}:{uuid7().hex}", kind=kind, legs=legs, occurred_at=at)


@pytest.fixture
def traded(in_tenant_a: Any) -> Order:
    """A visit from a search engine that bought, one that looked, and yesterday's buyer again."""
    tea = make_variant(minor=1200)
    lan = make_member()
    earlier = place((tea.pk, 1), member_id=lan.pk, now=noon(40))
    pay(earlier, now=noon(40))
    group = place((tea.pk, 2), member_id=lan.pk, now=noon(1))
    pay(group, now=noon(1) + timedelta(minutes=5))
    guest = place((tea.pk, 1), now=noon(1))
    buying, looking = uuid7(), uuid7()
    found: Any = {"channel": Channel.SEARCH, "source": "bing.com", "device": Device.COMPUTER}
    handle = tea.product.handle
    way = [
        (Step.PAGE, {}),
        (Step.PRODUCT, {"handle": handle}),
        (Step.CART, {"handle": handle}),
        (Step.CHECKOUT, {}),
        (Step.PLACED, {"group_id": group.pk}),
        (Step.PLACED, {"group_id": group.pk}),
    ]
    told = [
        (noon(1) + timedelta(seconds=number), step(kind, visit=buying, **found, **facts))
        for number, (kind, facts) in enumerate(way)
    ]
    told += [
        (noon(1), step(Step.PRODUCT, visit=looking, handle=handle)),
        (noon(1) + timedelta(hours=2), step(Step.PAGE, visit=uuid7(), visitor=looking)),
    ]
    note_steps(told)
    book("payments.captured", 2400, at=noon(1))
    book("payments.fee", -14, at=noon(1))
    order = orders_in(group)[0]
    refunded = PaymentEntryKind.REFUNDED
    note_refund(order.pk, refunded, 500, reference="r1", actor=TESTER, now=noon(0))
    book("payments.refunded", -500, at=noon(0))
    assert guest.total_minor
    roll_up(now=utc_now())
    return Order.objects.get(pk=order.pk)


def test_a_replayed_roll_up_changes_nothing(traded: Order) -> None:
    before = contents()
    days = {row["day"] for table in before for row in table if "day" in row}

    changed = roll_up_days(days, now=utc_now())
    roll_up(now=utc_now())

    assert changed == 0
    assert contents() == before
    assert all(before)


def test_the_way_from_a_visit_to_a_paid_order_is_counted_once(traded: Order) -> None:
    span = Span(day_of(noon(1)), day_of(noon(1)))

    way = {stage.name: stage.count for stage in funnel(span, EVERYTHING)}
    searched = {stage.name: stage.count for stage in funnel(span, Narrowed(channel="search"))}
    rows = {row["channel"]: row for row in channels(span, EVERYTHING)}

    assert way == {
        "visits": 3,
        "looked": 2,
        "carted": 1,
        "checked_out": 1,
        "ordered": 1,
        "bought": 1,
    }
    assert searched["visits"] == searched["bought"] == 1
    assert (rows["search"]["sum_orders"], rows["search"]["sum_paid_minor"]) == (1, 2400)
    # Two visits of one visitor.
    assert (rows["direct"]["sum_visits"], rows["direct"]["sum_visitors"]) == (2, 1)


def test_the_dashboard_reads_only_roll_ups(traded: Order) -> None:
    span = Span(day_of(noon(29)), day_of(noon(0)))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        seen = overview(span)

    assert all('FROM "analytics_' in each["sql"] for each in asked)
    assert len(asked) <= 8
    assert (seen.now["placed"], seen.now["paid"], seen.now["paid_minor"]) == (2, 1, 2400)
    assert (seen.now["refunded_minor"], seen.now.net_minor) == (500, 1900)
    assert (seen.now["buyers"], seen.now["new_buyers"], seen.now.repeat_bp) == (1, 0, 10_000)
    assert (seen.before["paid_minor"], seen.now.average_minor) == (1200, 2400)
    assert seen.now.conversion_bp == 3333


def test_who_buys_on_several_days_is_one_buyer_of_the_time(traded: Order) -> None:
    tea = make_variant(minor=700)
    lan, guest = Order.objects.get(pk=traded.pk).member, "Ming@Example.com"
    assert lan is not None
    for back, email in ((3, guest), (2, guest.lower()), (3, "")):
        group = place((tea.pk, 1), member_id=None if email else lan.pk, now=noon(back))
        if email:
            OrderGroup.objects.filter(pk=group.pk).update(email=email)
        pay(group, now=noon(back))
    roll_up(now=utc_now())
    week = Span(day_of(noon(6)), day_of(noon(0)))

    seen = overview(week)
    months = series(Span(day_of(noon(60)), day_of(noon(0))), grain="month")
    kept = make_member()
    merge_members(kept.pk, lan.pk, actor=TESTER, reason="same", now=utc_now())

    assert sum(point.figures["buyers"] for point in seen.points) == 4
    assert (seen.now["buyers"], seen.now["new_buyers"], seen.now.repeat_bp) == (2, 1, 5_000)
    assert months[-1].figures["buyers"] <= 2
    assert overview(week).now["buyers"] == 2
    assert {str(row.who) for row in BuyerDay.objects.all()} >= {str(kept.pk)}
    assert str(lan.pk) not in {str(row.who) for row in BuyerDay.objects.all()}


def test_hours_days_and_months_add_up_to_the_same(traded: Order) -> None:
    span = Span(day_of(noon(60)), day_of(noon(0)))

    sums = [
        total(series(span, grain=grain)).values["paid_minor"] for grain in ("hour", "day", "month")
    ]

    assert sums == [3600] * 3
    by_hour = {
        point.hour: point.figures["paid_minor"]
        for point in series(Span(day_of(noon(1)), day_of(noon(1))))
    }
    assert (by_hour[12], sum(by_hour.values()), len(by_hour)) == (2400, 2400, 24)


def test_the_sum_of_sales_by_module_equals_total_sales(traded: Order) -> None:
    span = Span(day_of(noon(60)), day_of(noon(0)))
    Order.objects.filter(pk=traded.pk).update(source="group_buy")
    roll_up_days([day_of(noon(1)), day_of(noon(0))], now=utc_now())

    parts = origins(span)

    assert {row["origin"] for row in parts} == {"", "group_buy"}
    assert sum(row["sum_paid_minor"] for row in parts) == overview(span).now["paid_minor"] == 3600


def test_money_equals_the_ledger_to_the_cent(traded: Order) -> None:
    seen = money(Span(day_of(noon(60)), day_of(noon(0))))

    assert dict(seen.lines) == {
        "taken": 2400,
        "refunded": -500,
        "fees": -14,
        "shares": 0,
        "other": 0,
    }
    assert seen.net_minor == balance(TENANT, "cny") == seen.ledger_minor == seen.figures_minor
    assert seen.is_equal


def test_members_are_kept_by_the_month_of_their_first_order(traded: Order) -> None:
    today = day_of(noon(0))

    rows = cohorts(months=4, today=today)

    [cohort] = rows
    assert (cohort.first_month, cohort.size) == (day_of(noon(40)).replace(day=1), 1)
    assert sum(minor for _buyers, minor in cohort.months) == 1200 + traded.paid_minor


def test_products_tell_who_looked_and_who_bought(traded: Order) -> None:
    [row] = products(Span(day_of(noon(1)), day_of(noon(1))))

    assert (row["sum_views"], row["sum_carts"], row["sum_orders"]) == (2, 1, 1)
    assert (row["sum_quantity"], row["sum_paid_minor"]) == (2, 2400)


def test_visits_stay_counted_when_their_steps_are_dropped(traded: Order) -> None:
    before = contents()
    late = utc_now() + timedelta(days=130)

    assert prune_steps(now=late) == 8
    roll_up_days([day_of(noon(1))], now=late)

    assert contents() == before
