"""Monitors over a running shop: read, halted, lifted by two people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.ledger.services import Owner, adjust, balance, ensure_asset
from kernel.members.models import Member
from kernel.orders.models import Order
from kernel.rewards.draws.models import Draw, Stop, Win
from kernel.rewards.draws.services import enter
from kernel.rewards.draws.tests.test_draws import a_draw
from kernel.rewards.errors import RewardsHalted
from kernel.rewards.models import Programme
from kernel.rewards.monitors import catalogue
from kernel.rewards.monitors.choices import Level, Measure
from kernel.rewards.monitors.errors import (
    HaltNotFound,
    LimitLoosened,
    OtherPersonNeeded,
    ReasonNeeded,
    StillBeyond,
)
from kernel.rewards.monitors.models import Alarm, Confirmation, Deferred, Halt, Reading
from kernel.rewards.monitors.services import ask_to_lift, confirm, lift, tighten, watch
from kernel.rewards.monitors.services.halting import tell_deferred
from kernel.rewards.services import settle
from kernel.rewards.services.following import follow_order
from kernel.rewards.tests.test_following import a_paid_order, approved, held
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member
from testkit.sealing import root_key

pytestmark = pytest.mark.usefixtures("in_tenant_a")

OWNER = Actor(kind="staff", id="stf_owner", name="Li Wei")
SECOND = Actor(kind="staff", id="stf_second", name="Zhang Min")
NOW = utc_now()


@pytest.fixture(autouse=True)
def _sealing() -> Iterator[None]:
    with root_key():
        yield


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few cases are enough to tell."""
    known = {code: replace(one, least=1) for code, one in catalogue.monitors().items()}
    monkeypatch.setattr(catalogue, "monitors", lambda: known)


def two_levels() -> tuple[list[Member], Order]:
    approved("Two levels", "BD-02")
    people, order = a_paid_order()
    follow_order(order.id, "completed")
    return people, order


def test_three_levels_freeze_rewards_until_two_people_agree(few: None) -> None:
    people, _order = two_levels()
    found = watch(now=NOW)
    assert found["T1"] == Level.ACT
    assert Reading.objects.get(monitor="T1").facts == {"levels": 3, "people": 2, "rewards": 1}
    halt = Halt.objects.get(monitor="T1")
    assert halt.measure == Measure.FREEZE

    others, later = a_paid_order()
    follow_order(later.id, "completed")
    assert held(others[1]) == (0, 0)
    with pytest.raises(RewardsHalted):
        settle(Programme.objects.get(), "2026-05")
    with pytest.raises(StillBeyond):
        ask_to_lift(halt.pk, reason="一切如常", actor=OWNER, now=NOW)

    Reading.objects.filter(monitor="T1").update(level=Level.OK)
    with pytest.raises(ReasonNeeded):
        ask_to_lift(halt.pk, reason=" ", actor=OWNER, now=NOW)
    with pytest.raises(HaltNotFound):
        lift(halt.pk, actor=SECOND, now=NOW)
    ask_to_lift(halt.pk, reason="Level two was ended", actor=OWNER, now=NOW)
    with pytest.raises(OtherPersonNeeded):
        lift(halt.pk, actor=OWNER, now=NOW)
    lift(halt.pk, actor=SECOND, now=NOW)
    assert tell_deferred() == 1
    assert held(others[1]) == (0, (later.items_minor - later.discount_minor) // 10)
    assert not Deferred.objects.exists()
    acts = AuditEntry.objects.filter(action__startswith="reward_monitors.").order_by("id")
    assert [one.action for one in acts] == ["reward_monitors.lift_asked", "reward_monitors.lifted"]
    assert held(people[1])[1] > 0


def test_while_stopped_what_was_paid_before_goes_on_and_what_is_paid_since_earns_nothing() -> None:
    approved("One level", "BD-01")
    before, first = a_paid_order()
    follow_order(first.id, "paid")
    Halt.objects.create(monitor="T2", measure="stop", since=utc_now())
    after, second = a_paid_order()
    for order in (first, second):
        follow_order(order.id, "completed")
    assert held(before[1])[1] > 0
    assert held(after[1]) == (0, 0)


def test_what_is_paid_back_is_taken_back_while_rewards_are_frozen() -> None:
    people, order = two_levels()
    Halt.objects.create(monitor="T1", measure="freeze", since=utc_now())
    Order.objects.filter(pk=order.pk).update(refunded_minor=order.total_minor)
    follow_order(order.id, "refunded")
    assert held(people[1]) == (0, 0)


def test_rewards_beyond_the_margin_raise_one_alarm_that_ends_by_itself(few: None) -> None:
    two_levels()
    tighten(
        "T2", warn=Decimal("0.01"), act=Decimal("0.02"), reason="定价偏低", actor=OWNER, now=NOW
    )
    for _ in range(2):
        assert watch(now=NOW)["T2"] == Level.ACT
    assert Alarm.objects.filter(monitor="T2", ended_at=None).count() == 1
    assert Halt.objects.get(monitor="T2").measure == Measure.STOP
    Order.objects.all().update(paid_at=NOW - timedelta(days=31))
    watch(now=NOW)
    assert Alarm.objects.filter(monitor="T2", ended_at=None).count() == 1, "nothing is no news"
    assert Reading.objects.filter(monitor="T2").count() == 1


def test_a_sandbox_is_read_and_never_halted(few: None, tenant_a: TenantRef) -> None:
    two_levels()
    with tenant_context(replace(tenant_a, kind="sandbox")):
        assert watch(now=NOW)["T1"] == Level.ACT
    assert not Halt.objects.exists()
    assert Alarm.objects.exists()


def test_a_change_by_hand_waits_for_a_second_person() -> None:
    ensure_asset("points", "points", {"zh-hans": "积分", "en": "Points"}, 0)
    owner = Owner("member", make_member().pk)
    adjust(owner, "points", 5, key="by-hand", reason="Sorry", actor=OWNER)
    assert watch(now=NOW)["T10"] == Level.WARN
    entry = AuditEntry.objects.get(action="ledger.adjusted")
    with pytest.raises(OtherPersonNeeded):
        confirm(entry.pk, note="", actor=OWNER, now=NOW)
    confirm(entry.pk, note="", actor=SECOND, now=NOW)
    confirm(entry.pk, note="", actor=SECOND, now=NOW)
    assert watch(now=NOW)["T10"] == Level.OK
    assert balance(owner, "points") == 5
    with pytest.raises(HaltNotFound):
        confirm(Halt().pk, note="", actor=SECOND, now=NOW)


def test_a_draw_whose_stored_result_is_not_its_seed_s_is_stopped() -> None:
    right, wrong = a_draw("instant", entries_each=9), a_draw("instant", entries_each=9)
    member = make_member()
    for draw in (right, wrong):
        for _ in range(9):
            enter(draw.pk, member_id=member.pk, now=draw.opens_at)
    won = set(Win.objects.filter(draw=wrong).values_list("number", flat=True))
    number = next(at for at in range(1, 10) if at not in won)
    Win.objects.create(draw=wrong, number=number, prize=0, member_id=member.pk, at=NOW)
    assert watch(now=utc_now())["T7"] == Level.ACT
    assert [row.draw_id for row in Stop.objects.all()] == [wrong.pk]
    assert Draw.objects.count() == 2


def test_a_shop_cannot_loosen_a_limit_and_the_database_wants_two_people() -> None:
    with pytest.raises(LimitLoosened):
        tighten("T2", warn=None, act=Decimal(2), reason="x", actor=OWNER, now=NOW)
    with pytest.raises(ReasonNeeded):
        tighten("T2", warn=Decimal(0), act=Decimal(0), reason="", actor=OWNER, now=NOW)
    alone = {"asked_by": "a", "lifted_by": "a", "lifted_at": NOW}
    for told in (alone, {"lifted_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Halt.objects.create(monitor="T1", measure="stop", since=NOW, **told)
    same = {"made_by": "a", "confirmed_by": "a", "confirmed_name": "A", "confirmed_at": NOW}
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.create(entry_id=Halt().pk, **same)
