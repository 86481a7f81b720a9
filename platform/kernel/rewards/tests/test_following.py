"""Orders of the shop reach the programmes that are live, step by step and once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.audit.actor import Actor
from kernel.common.time import local_date, utc_now
from kernel.ledger.services import Owner, balance, verify
from kernel.members.models import Member
from kernel.orders.models import Order
from kernel.relations.tests.people import bind
from kernel.rewards.errors import ProgrammeNotPermitted
from kernel.rewards.models import Memory, Programme
from kernel.rewards.policy.choices import Outcome
from kernel.rewards.policy.models import Activation
from kernel.rewards.policy.services import add_opinion, approve, ask, end
from kernel.rewards.services import open_programme
from kernel.rewards.services.following import follow_order
from kernel.rewards.services.periods import Period, close_periods, event_of
from kernel.tenancy.context import current_tenant
from testkit.factories.orders import make_member, make_variant, orders_in, pay, place

pytestmark = pytest.mark.usefixtures("in_tenant_a")

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
SECOND = Actor(kind="staff", id="stf_second", name="Zhang Min")


def approved(name: str, pack: str) -> Activation:
    """Have a mode approved by a second person, with an opinion where one is needed, and open it."""
    now = utc_now()
    row = ask([pack], ["US"], reason="Spring", actor=OWNER, now=now)
    if row.outcome == Outcome.APPROVAL:
        add_opinion(
            row.pk, author="Fang", filename="o.pdf", content=b"%PDF-1.7", actor=OWNER, now=now
        )
    approve(row.pk, actor=SECOND, now=now)
    open_programme(name, [pack])
    return row


def held(member: Member) -> tuple[int, int]:
    owner = Owner("member", member.id)
    return balance(owner, "reward_money", "locked"), balance(owner, "reward_money")


def a_paid_order() -> tuple[list[Member], Order]:
    people = [make_member() for _ in range(3)]
    for below, above in ((people[1], people[0]), (people[2], people[1])):
        bind(below.id, above.id)
    group = place((make_variant(minor=10_000).pk, 2), member_id=people[2].id, now=utc_now())
    pay(group)
    return people, orders_in(group)[0]


def test_an_order_pays_those_above_when_it_arrives_and_releases_when_it_is_over() -> None:
    approved("Two levels", "BD-02")
    people, order = a_paid_order()
    goods = order.items_minor - order.discount_minor
    follow_order(order.id, "paid")
    assert held(people[1]) == (0, 0)
    for _ in range(2):
        follow_order(order.id, "delivered")
        assert held(people[1]) == (goods // 10, 0)
        assert held(people[0]) == (goods // 20, 0)
    follow_order(order.id, "completed")
    assert held(people[1]) == (0, goods // 10)
    follow_order(order.id, "paid")
    assert held(people[0]) == (0, goods // 20)
    assert verify() == []


def test_a_completed_order_whose_arrival_was_not_heard_of_pays_as_well() -> None:
    approved("One level", "BD-01")
    people, order = a_paid_order()
    follow_order(order.id, "completed")
    assert held(people[1]) == (0, (order.items_minor - order.discount_minor) // 10)


def test_nothing_runs_without_an_approval_and_nothing_is_earned_once_it_ended() -> None:
    with pytest.raises(ProgrammeNotPermitted):
        open_programme("Two levels", ["BD-02"])
    row = approved("One level", "BD-01")
    with pytest.raises(ProgrammeNotPermitted):
        open_programme("One level, dearer", ["BD-01"], {"rate": "0.50"})
    end(row.pk, actor=OWNER, now=utc_now())
    people, order = a_paid_order()

    follow_order(order.id, "completed")

    assert held(people[1]) == (0, 0)


def test_what_was_earned_is_released_to_its_end_after_the_mode_has_ended() -> None:
    """Given frozen rewards; when the approval ends; then they are released, and no more earned."""
    row = approved("Two levels", "BD-02")
    people, order = a_paid_order()
    goods = order.items_minor - order.discount_minor
    follow_order(order.id, "delivered")
    late = place((make_variant(minor=10_000).pk, 1), member_id=people[2].id, now=utc_now())
    pay(late)
    end(row.pk, actor=OWNER, now=utc_now())

    for moment in ("delivered", "completed"):
        follow_order(orders_in(late)[0].id, moment)
        follow_order(order.id, moment)
    close_periods(now=utc_now() + timedelta(days=2))

    assert held(people[1]) == (0, goods // 10)
    assert held(people[0]) == (0, goods // 20)
    assert verify() == []


def test_periods_are_closed_once_each_with_the_sales_of_the_shop() -> None:
    approved("Periods", "BD-01")
    people, order = a_paid_order()
    follow_order(order.id, "completed")
    programme = Programme.objects.get(name="Periods")
    later = utc_now() + timedelta(days=40)

    close_periods(now=later)
    again = close_periods(now=later)

    kinds = Memory.objects.filter(programme=programme, kind="event", key__startswith="period:")
    assert sum(key.startswith("period:day:") for key in kinds.values_list("key", flat=True)) == 40
    assert any(key.startswith("period:month:") for key in kinds.values_list("key", flat=True))
    assert again == 0
    today = local_date(utc_now(), current_tenant().zone)
    told = event_of(Period("day", today, today + timedelta(days=1)))
    assert Decimal(told["own_sales"][str(people[2].id)]) == Decimal(order.paid_minor) / 100
    assert Decimal(told["net_sales"]) >= Decimal(order.paid_minor) / 100
    assert verify() == []


def test_without_a_live_programme_an_order_costs_one_query() -> None:
    _, order = a_paid_order()
    with CaptureQueriesContext(connection) as queries:
        follow_order(order.id, "paid")
    assert len(queries) == 1
