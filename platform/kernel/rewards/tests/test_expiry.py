"""What modes pay expires as their figures say; members are told before, programmes after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.common.time import utc_now
from kernel.ledger.batches import expiring
from kernel.ledger.services import Leg, Owner, balance, expire, post, system, verify
from kernel.rewards.errors import FigureRefused
from kernel.rewards.events import UnitsExpiring
from kernel.rewards.models import Programme
from kernel.rewards.packs.expiry import Expiry
from kernel.rewards.packs.figures import own_figures
from kernel.rewards.packs.loading import bundle
from kernel.rewards.services import handle, lapsing, open_programme
from kernel.rewards.tasks import tell_the_time
from kernel.tenancy.context import TenantRef

POINTS = "reward_pts_0"
DAY = timedelta(days=1)
ZONE = "Asia/Shanghai"


def loyal(**figures: Any) -> Programme:
    """Open funded points: 5 for each unit paid, 100 of them are worth one and set aside."""
    return open_programme("Loyalty", ["LOY-01"], figures)


def let_expire(programme: Programme, days: int) -> None:
    """Have what is earned from now on expire after so many days."""
    own = {"expiry": {"PTS": {"days": str(days)}}}
    Programme.objects.filter(id=programme.id).update(parameters=own)


def earn(programme: Programme, member: UUID, points: int, order: str) -> None:
    """Have a member buy for as much as brings these points; a multiple of 5."""
    for event in (
        {"type": "order.paid", "key": f"{order}:paid", "order": order, "buyer": str(member),
         "paid": str(points // 5)},
        {"type": "order.completed", "key": f"{order}:completed", "order": order},
    ):  # fmt: skip
        handle(programme, event)


def refund(programme: Programme, order: str) -> None:
    """Have an order refunded in full."""
    handle(
        programme,
        {"type": "order.refunded", "key": f"{order}:back", "order": order, "scope": "full"},
    )


def spend(member: UUID, points: int, key: str) -> None:
    """Have a member use points elsewhere in the shop."""
    legs = [
        Leg(Owner("member", member), POINTS, -points),
        Leg(system("test.spent"), POINTS, points),
    ]
    post(key=key, kind="test.spent", legs=legs)


def have(member: UUID) -> int:
    return balance(Owner("member", member), POINTS)


def aside() -> int:
    """Return what is set aside for points, in cents."""
    return balance(system("rewards.reserve:loyalty"), "reward_money")


def owed(member: UUID) -> int:
    return -balance(system(f"rewards.exp:receivable:{member}"), POINTS)


def test_points_expire_after_the_days_of_the_mode_and_free_what_was_set_aside(
    shop: TenantRef,
) -> None:
    """Given 100 points for 30 days, 40 used; when they expire; then 60 go, once, with 0.60."""
    programme, member = loyal(expiry_days="30"), uuid4()
    earn(programme, member, 100, "A")
    (batch,) = expiring(Owner("member", member), [POINTS], now=utc_now())
    spend(member, 40, "tea")
    before = aside()

    for late in (29 * DAY, 32 * DAY, 33 * DAY):
        expire(now=utc_now() + late)
        tell_the_time(now=utc_now() + late)
        tell_the_time(now=utc_now() + late)

    assert (batch.minor, batch.at.astimezone().minute) == (100, 0)
    assert 30 * DAY <= batch.at - utc_now() + timedelta(minutes=1) <= 31 * DAY + DAY
    assert (before, aside()) == (100, 40)
    assert (have(member), owed(member)) == (0, 0)
    assert verify() == []


def test_a_refund_after_expiry_takes_back_only_what_did_not_expire(shop: TenantRef) -> None:
    """Given an expired order and a later one; when both are refunded; then each is taken once."""
    programme, member = loyal(), uuid4()
    let_expire(programme, 10)
    earn(programme, member, 100, "old")
    spend(member, 30, "tea")
    expire(now=utc_now() + 12 * DAY)
    let_expire(programme, 90)
    earn(programme, member, 200, "new")

    refund(programme, "old")
    after_old = (have(member), owed(member))
    tell_the_time(now=utc_now() + DAY)
    refund(programme, "new")

    assert after_old == (170, 0)
    assert (have(member), owed(member)) == (0, 30)
    assert aside() == 0
    assert verify() == []


def test_a_refund_takes_the_batch_of_its_own_order(shop: TenantRef) -> None:
    programme, member = loyal(expiry_days="10"), uuid4()
    earn(programme, member, 100, "soon")
    Programme.objects.filter(id=programme.id).update(parameters={"expiry_days": "90"})
    earn(programme, member, 100, "later")

    refund(programme, "later")

    left = expiring(Owner("member", member), [POINTS], now=utc_now())
    assert [(one.minor, one.at < utc_now() + 20 * DAY) for one in left] == [(100, True)]


STEPS = st.lists(
    st.tuples(st.sampled_from(["earn", "spend", "expire", "refund", "clock"]), st.integers(1, 40)),
    min_size=3,
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_once_all_is_refunded_a_member_owes_what_he_used_and_nothing_is_left_aside(
    shop: TenantRef, steps: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        _live(steps)
        transaction.set_rollback(True)


def _live(steps: list[tuple[str, int]]) -> None:
    programme, member, now = loyal(), uuid4(), utc_now()
    orders: list[str] = []
    used = 0
    for number, (step, size) in enumerate(steps):
        if step == "earn":
            let_expire(programme, size)
            orders.append(f"o{number}")
            earn(programme, member, 5 * size, orders[-1])
        elif step == "spend" and have(member):
            part = min(size, have(member))
            spend(member, part, f"s{number}")
            used += part
        elif step == "expire":
            expire(now=now + size * DAY)
        elif step == "refund" and orders:
            refund(programme, orders[size % len(orders)])
        elif step == "clock":
            lapsing.hear_of_lapsed()
    for order in orders:
        refund(programme, order)
    for _ in range(2):
        lapsing.hear_of_lapsed()
    assert have(member) - owed(member) == -used
    assert aside() == 0
    assert verify() == []


def test_members_are_told_once_of_each_batch_and_a_run_that_died_goes_on(
    shop: TenantRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme, members = loyal(expiry_days="20"), [uuid4() for _ in range(5)]
    for at, member in enumerate(members):
        earn(programme, member, 100, f"o{at}")
    told: list[UnitsExpiring] = []
    monkeypatch.setattr(lapsing, "_RANGE", 2)
    monkeypatch.setattr(lapsing, "publish_many", _dying(told, at=2))

    assert lapsing.tell_of_expiring(now=utc_now() + 10 * DAY) == 0
    with pytest.raises(KeyboardInterrupt):
        lapsing.tell_of_expiring(now=utc_now() + 15 * DAY)
    again = [lapsing.tell_of_expiring(now=utc_now() + 15 * DAY) for _ in range(2)]

    assert again == [3, 0]
    assert sorted(one.member_id for one in told) == sorted(members)
    assert {(one.asset, one.amount) for one in told} == {(POINTS, "100")}


def _dying(told: list[UnitsExpiring], *, at: int) -> Any:
    calls = 0

    def publish(events: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise KeyboardInterrupt
        told.extend(event for event, _aggregate in events)

    return publish


@pytest.mark.parametrize(
    ("told", "name", "fact"),
    [
        ({"CNY": {"days": 30}}, "CNY", "never_expires"),
        ({"NONE": {"days": 30}}, "NONE", "unknown_name"),
        ({"PTS": {"days": -1}}, "PTS", "negative_rate"),
        ({"PTS": {"days": "1.5"}}, "PTS", "not_a_number"),
        ({"PTS": {"days": 5000}}, "PTS", "too_large"),
        ({"PTS": {"on": "31.12.2027"}}, "PTS", "not_a_date"),
        ({"PTS": {"on": "2027-12-31", "days": 3}}, "PTS", "days_or_date"),
        ([], "expiry", "not_a_table"),
    ],
)
def test_an_expiry_that_cannot_be_is_refused_by_name(told: Any, name: str, fact: str) -> None:
    with pytest.raises(FigureRefused) as refused:
        own_figures(bundle(["LOY-01"]), {"expiry": told})
    assert (refused.value.fields["name"], refused.value.fields["fact"]) == (name, fact)


@pytest.mark.parametrize(
    ("rule", "now", "end"),
    [
        (Expiry(days=1), "2026-11-23T15:59", "2026-11-24T16:00"),
        (Expiry(days=1), "2026-11-23T16:00", "2026-11-25T16:00"),
        (Expiry(on=date(2027, 6, 30)), "2026-11-23T10:00", "2027-06-30T16:00"),
        (Expiry(on=date(2027, 6, 30)), "2027-06-30T15:59", "2027-06-30T16:00"),
        (Expiry(on=date(2027, 6, 30)), "2029-06-30T16:00", "2030-06-30T16:00"),
        (Expiry(on=date(2028, 2, 29)), "2028-03-05T10:00", "2029-02-28T16:00"),
    ],
)
def test_batches_end_with_a_day_of_the_shop(rule: Expiry, now: str, end: str) -> None:
    at = datetime.fromisoformat(f"{now}+00:00")
    assert rule.ends_at(at, ZONE) == datetime.fromisoformat(f"{end}+00:00")
