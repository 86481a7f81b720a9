"""Whatever makes work for the clock asks for it, and a job asks for its next moment."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest

from kernel.audit.actor import Actor
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.dataio.services import RESUME, receive_file, run, start
from kernel.dataio.tasks import resume_stuck
from kernel.fulfilment.services import Parcel, deliver_waiting, fulfil
from kernel.fulfilment.services.keys import DELIVER
from kernel.inventory.services import Want, reserve
from kernel.inventory.services.giving import expire_at as expire_reservations_at
from kernel.inventory.values import FREE_LAPSED
from kernel.ledger.services import Leg, Owner, balance, ensure_asset, post, post_bulk, system
from kernel.ledger.services.expiry import expire_at as expire_points_at
from kernel.ledger.services.lots import SCHEDULE as EXPIRE_POINTS
from kernel.ledger.values import Entry
from kernel.orders.housekeeping import keep_house
from kernel.orders.models import OrderPolicy
from kernel.orders.statuses import KEEP_HOUSE
from testkit.alarms import alarms, answered, minute_of
from testkit.factories.inventory import make_stocked
from testkit.factories.orders import make_variant, orders_in, pay, place

NOW = utc_now()
DAY = timedelta(days=1)
STAFF = Actor("staff", "stf_1", "李文")

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def test_an_order_is_looked_after_from_its_placing_to_its_end() -> None:
    policy = OrderPolicy()
    group = place((make_variant().pk, 1))
    assert group.expires_at is not None
    assert alarms(KEEP_HOUSE) == [minute_of(group.expires_at)]

    pay(group)
    answered(KEEP_HOUSE, by=group.expires_at + DAY)
    keep_house(group.expires_at)
    assert alarms(KEEP_HOUSE) == []

    [order] = orders_in(group)
    fulfil(Parcel(order.pk), actor=STAFF, now=NOW)
    receives_at = minute_of(NOW + policy.receive_days * DAY)
    assert alarms(KEEP_HOUSE) == [receives_at]

    assert answered(KEEP_HOUSE, by=receives_at) == []
    keep_house(receives_at)
    completes_at = receives_at + policy.complete_days * DAY
    assert alarms(KEEP_HOUSE) == [completes_at]

    assert answered(KEEP_HOUSE, by=completes_at) == []
    keep_house(completes_at)
    assert (alarms(KEEP_HOUSE), orders_in(group)[0].status) == ([], "completed")


def test_stock_that_is_held_is_looked_after_until_nothing_is_held() -> None:
    variant = make_stocked(5)
    for minutes in (20, 40):
        until = NOW + timedelta(minutes=minutes)
        reserve([Want(variant.pk, 1)], holder=("cart", uuid7()), until=until, now=NOW)
    first, second = alarms(FREE_LAPSED)

    assert answered(FREE_LAPSED, by=second) == []
    expire_reservations_at(first)
    assert alarms(FREE_LAPSED) == [second]

    answered(FREE_LAPSED, by=second)
    expire_reservations_at(second)
    assert alarms(FREE_LAPSED) == []


def test_points_are_looked_after_while_any_of_them_expire() -> None:
    ensure_asset("points", "points", {"zh-hans": "积分", "en": "Points"}, 0, expires=True)
    owner = Owner("member", uuid7())

    def legs(days: int | None) -> list[Leg]:
        at = None if days is None else NOW + days * DAY
        return [Leg(system("grants"), "points", -5), Leg(owner, "points", 5, expires_at=at)]

    post(key="never", kind="test.given", legs=legs(None))
    assert alarms(EXPIRE_POINTS) == []
    post(key="once", kind="test.given", legs=legs(20))
    post_bulk([Entry(f"many:{days}", "test.given", legs(days)) for days in (40, 30)])
    first, second, third = (minute_of(NOW + days * DAY) for days in (20, 30, 40))
    assert alarms(EXPIRE_POINTS) == [first, second]

    assert answered(EXPIRE_POINTS, by=second) == []
    expire_points_at(now=second)
    assert (balance(owner, "points"), alarms(EXPIRE_POINTS)) == (10, [third])

    answered(EXPIRE_POINTS, by=third)
    expire_points_at(now=third)
    assert (balance(owner, "points"), alarms(EXPIRE_POINTS)) == (5, [])


def test_an_order_that_waits_for_keys_is_tried_again_until_it_has_them() -> None:
    group = place((make_variant(kind="card_key", stock=2).pk, 2))
    pay(group)
    [soon] = alarms(DELIVER)

    answered(DELIVER, by=soon)
    deliver_waiting(soon)

    assert alarms(DELIVER) == [soon + timedelta(hours=1)]


def test_an_import_is_looked_after_until_it_is_done() -> None:
    content = b"Handle,Title,Variant SKU,Variant Price\ntea,Tea,T1,5\n"
    row = receive_file(BytesIO(content), name="a.csv", size=len(content), actor=STAFF)
    start(row.pk, rehearse=True, actor=STAFF, now=NOW)
    stuck_at = minute_of(NOW + timedelta(minutes=10))
    assert alarms(RESUME) == [stuck_at]

    run(row.pk, clock=lambda: NOW)
    answered(RESUME, by=stuck_at)
    resume_stuck(now=stuck_at)

    assert alarms(RESUME) == []
