"""Figures of what stands now, on rows of a shop."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from kernel.common.time import utc_now
from kernel.ledger.services import Leg, Owner, ensure_asset, post, system
from kernel.orders.models import Order
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.monitors.catalogue import monitor
from kernel.rewards.monitors.choices import Level
from kernel.rewards.monitors.standing import OF_STANDING
from kernel.rewards.tests.test_following import a_paid_order
from testkit.factories.orders import make_member

pytestmark = pytest.mark.usefixtures("in_tenant_a")
NOW = utc_now()


def level(code: str, figure: Decimal | None) -> Level:
    return monitor(code).level_of(figure)


def test_points_that_are_half_funded_are_half_covered() -> None:
    for code, kind, scale in (("reward_pts", "points", 0), ("reward_money", "commission", 2)):
        ensure_asset(code, kind, {"zh-hans": code, "en": code}, scale)
    Programme.objects.create(
        name="Points", packs=["LOY-01"], state=ProgrammeState.LIVE,
        assets={"CNY": "reward_money", "PTS": "reward_pts"},
    )  # fmt: skip
    owner = Owner("member", make_member().pk)
    issued = [Leg(system("rewards.issue:PTS"), "reward_pts", -1000), Leg(owner, "reward_pts", 1000)]
    post(key="issued", kind="rewards.earn", legs=issued)
    kept = [
        Leg(system("rewards.exp:reserve"), "reward_money", -500),
        Leg(system("rewards.reserve:loyalty"), "reward_money", 500),
    ]
    post(key="kept", kind="rewards.reserve", legs=kept)
    found = OF_STANDING["T6"](monitor("T6"), NOW)
    assert found.figure == Decimal("0.5")
    assert level("T6", found.figure) == Level.ACT


def test_stock_is_told_in_weeks_of_what_leaves_it() -> None:
    ensure_asset("boxes", "goods", {"zh-hans": "箱", "en": "Boxes"}, 0)
    owner = Owner("member", make_member().pk)
    store = system("rewards.goods:boxes")
    post(
        key="in",
        kind="stock.in",
        legs=[Leg(store, "boxes", -360), Leg(owner, "boxes", 360, "stock")],
    )
    post(
        key="out",
        kind="stock.out",
        legs=[Leg(owner, "boxes", -120, "stock"), Leg(store, "boxes", 120)],
    )
    found = OF_STANDING["T4S"](monitor("T4S"), utc_now())
    assert found.figure == Decimal("24.0")
    assert level("T4S", found.figure) == Level.ACT


def test_refunds_of_many_orders_go_to_people() -> None:
    for _ in range(20):
        _people, order = a_paid_order()
        Order.objects.filter(pk=order.pk).update(refunded_minor=1)
    found = OF_STANDING["T8"](monitor("T8"), utc_now() + timedelta(minutes=1))
    assert (found.figure, level("T8", found.figure)) == (Decimal("1.0000"), Level.ACT)


def test_without_withdrawals_nobody_waits() -> None:
    found = OF_STANDING["T9"](monitor("T9"), NOW)
    assert (found.figure, level("T9", found.figure)) == (Decimal(0), Level.OK)
