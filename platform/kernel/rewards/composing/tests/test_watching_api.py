"""Draws, monitors and the risk queue over the admin API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.ids import public_id
from kernel.common.time import local_date, utc_now
from kernel.ledger.services import Owner, adjust, ensure_asset
from kernel.rewards.draws.models import Draw
from kernel.rewards.draws.services import enter
from kernel.rewards.monitors.errors import PersonNeeded
from kernel.rewards.monitors.models import Halt, Limit, Loosening, Reading
from kernel.rewards.monitors.services import ask_to_lift, ask_to_loosen, tighten
from kernel.rewards.risk.choices import Rule
from kernel.rewards.risk.models import Case
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member
from testkit.sealing import root_key
from testkit.web import TenantClient, console

API = "/api/v1/admin/rewards"
NOW = utc_now()
OTHER = Actor(kind="staff", id="stf_other", name="Zhang Min")
TERMS: dict[str, Any] = {
    "kind": "instant",
    "title": "春日转盘",
    "title_en": "Spring wheel",
    "opens_at": NOW.isoformat(),
    "closes_at": (NOW + timedelta(days=1)).isoformat(),
    "prizes": [{"name": "茶杯", "quantity": 2, "chance": 1_000_000, "value_minor": 1200}],
}


@pytest.fixture(autouse=True)
def _sealing() -> Iterator[None]:
    with root_key():
        yield


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    """A signed-in console."""
    with console(tenant_a) as client:
        client.as_staff("rewards.view", "rewards.manage", "rewards.approve")
        yield client


def sent(desk: TenantClient, path: str, body: Any, key: str = "", how: str = "post") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    send = getattr(desk, how)
    return send(f"{API}/{path}", body, content_type="application/json", headers=headers)


def test_a_draw_is_published_once_watched_and_stopped(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    """Given terms; when sent twice; then there is one draw, whose seed is told at its end."""
    made = [sent(desk, "draws/", TERMS, "spring").json() for _ in range(2)]
    path = f"draws/{made[0]['id']}/"
    with tenant_context(tenant_a):
        member = make_member()
        enter(Draw.objects.get().pk, member_id=member.pk, now=utc_now())
    going = desk.get(f"{API}/{path}").json()
    wins = desk.get(f"{API}/{path}wins/").json()["results"]
    silent = sent(desk, f"{path}stop/", {"reason": " "})
    over = sent(desk, f"{path}stop/", {"reason": "Wrong cups"}).json()
    again = sent(desk, f"{path}stop/", {"reason": "Wrong cups"})

    assert made[0] == made[1]
    assert (going["standing"], going["seed"], going["audit"]) == ("open", None, None)
    assert going["prizes"][0]["value_minor"] == 1200
    assert [(one["prize"], one["member"]) for one in wins] == [("茶杯", member.public_id)]
    assert silent.status_code == 422
    assert (over["standing"], over["stopped"]["reason"]) == ("stopped", "Wrong cups")
    assert over["audit"]["is_right"] is True
    assert len(over["seed"]) == 64
    assert again.json()["code"] == "reward_draws.not_open"
    assert [one["id"] for one in desk.get(f"{API}/draws/").json()["results"]] == [made[0]["id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"prizes": []},
        {"prizes": [{"name": "Car", "quantity": 1, "chance": 1, "value_minor": 10**12}]},
        {"prizes": [{"name": "Cash", "quantity": 1, "chance": 1, "asset": "cny", "units": 1}]},
        {"closes_at": (NOW - timedelta(days=1)).isoformat()},
    ],
)
def test_terms_that_break_a_rule_are_refused_and_nothing_is_published(
    desk: TenantClient, tenant_a: TenantRef, wrong: dict[str, Any]
) -> None:
    """Given a prize too dear, of money, or no time; when sent; then nothing is published."""
    answer = sent(desk, "draws/", {**TERMS, **wrong})

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    with tenant_context(tenant_a):
        assert not Draw.objects.exists()


def test_monitors_are_read_tightened_and_a_halt_is_lifted_by_two(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    """Given a halt; when one person asks; then only another lifts it."""
    with tenant_context(tenant_a):
        today = local_date(NOW, tenant_a.zone)
        for back in range(3):
            Reading.objects.create(
                monitor="T2", day=today - timedelta(days=back), figure=Decimal("0.5"),
                level="ok", facts={"orders": 40}, read_at=NOW,
            )  # fmt: skip
        halt = Halt.objects.create(monitor="T2", measure="stop", since=NOW)
    listed = {one["code"]: one for one in desk.get(f"{API}/monitors/").json()["items"]}
    seen = desk.get(f"{API}/monitors/T2/?days=1").json()
    tight = {"warn": "0.6", "act": "0.7", "reason": "careful"}
    own = sent(desk, "monitors/T2/limits/", tight, how="put").json()
    loose = sent(desk, "monitors/T2/limits/", {**tight, "act": "3"}, how="put")
    path = f"halts/{halt.public_id}/"
    early = sent(desk, f"{path}lift/", {})
    asked = sent(desk, f"{path}ask/", {"reason": "Rates were lowered"})
    alone = sent(desk, f"{path}lift/", {})
    with tenant_context(tenant_a):
        ask_to_lift(halt.pk, reason="Rates were lowered", actor=OTHER, now=NOW)
    lifted = sent(desk, f"{path}lift/", {})

    assert {*listed} >= {f"T{number}" for number in range(1, 12)}
    assert listed["T2"]["halt"]["id"] == halt.public_id
    assert len(seen["readings"]) == 2
    assert (own["act"], own["own_limits"]["reason"]) == ("0.7000", "careful")
    assert loose.json()["code"] == "reward_monitors.loosened"
    assert (early.status_code, asked.status_code) == (404, 200)
    assert alone.json()["code"] == "reward_monitors.other_person_needed"
    assert lifted.json()["lifted_at"] is not None
    assert desk.get(f"{API}/halts/?is_open=true").json()["results"] == []
    assert desk.get(f"{API}/monitors/T99/").json()["code"] == "reward_monitors.unknown"
    assert sent(desk, "readings/", {}).status_code == 200
    with tenant_context(tenant_a):
        assert Limit.objects.get().act == Decimal("0.7")
        acts = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"reward_monitors.tightened", "reward_monitors.lifted"} <= acts


def test_tighter_limits_hold_at_once_and_looser_ones_when_a_second_person_agrees(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    """Given tightened limits; when somebody loosens them; then nothing changes until another."""
    tight = {"warn": "0.5", "act": "0.6", "reason": "careful"}
    calm = {"warn": "0.7", "act": "0.8", "reason": "A calm month"}
    sent(desk, "monitors/T2/limits/", tight, how="put")
    direct = sent(desk, "monitors/T2/limits/", calm, how="put")
    same = sent(desk, "monitors/T2/loosenings/", tight)
    beyond = sent(desk, "monitors/T2/loosenings/", {**calm, "act": "2"})
    asked = sent(desk, "monitors/T2/loosenings/", calm, "calm").json()
    alone = sent(desk, f"loosenings/{asked['id']}/approve/", {})
    before = desk.get(f"{API}/monitors/T2/").json()["act"]
    desk.as_staff("rewards.view", "rewards.approve", email="second@example.com")
    agreed = sent(desk, f"loosenings/{asked['id']}/approve/", {})
    again = sent(desk, f"loosenings/{asked['id']}/approve/", {})

    assert direct.json()["code"] == "reward_monitors.second_person_first"
    assert same.json()["code"] == "reward_monitors.not_looser"
    assert beyond.json()["code"] == "reward_monitors.loosened"
    assert alone.json()["code"] == "reward_monitors.other_person_needed"
    assert (before, agreed.json()["state"]) == ("0.6000", "approved")
    assert again.json()["code"] == "reward_monitors.loosening_decided"
    assert desk.get(f"{API}/monitors/T2/").json()["act"] == "0.8000"
    assert desk.get(f"{API}/loosenings/?is_open=true").json()["results"] == []
    with tenant_context(tenant_a):
        entry = AuditEntry.objects.get(action="reward_monitors.loosened")
    assert entry.after is not None
    assert (entry.reason, entry.after["asked_by"]) == ("A calm month", "李文")


def test_a_key_is_no_person_that_counts_as_one_of_two(tenant_a: TenantRef) -> None:
    """Given a halt and tight limits; when a program asks; then it is refused."""
    key = Actor(kind="program", id="key_one", name="ERP")
    with tenant_context(tenant_a):
        halt = Halt.objects.create(monitor="T2", measure="stop", since=NOW)
        tight: dict[str, Any] = {"warn": Decimal(0), "act": Decimal("0.1"), "reason": "careful"}
        tighten("T2", **tight, actor=key, now=NOW)
        with pytest.raises(PersonNeeded):
            ask_to_lift(halt.pk, reason="Mended", actor=key, now=NOW)
        with pytest.raises(PersonNeeded):
            ask_to_loosen("T2", **{**tight, "act": Decimal("0.5")}, actor=key, now=NOW)
        assert not Loosening.objects.exists()
        told = {"asked_by": "a", "asked_name": "A", "asked_at": NOW, "reason": "x"}
        with pytest.raises(IntegrityError), transaction.atomic():
            Loosening.objects.create(monitor="T2", **told, state="approved", decided_by="a")


def test_a_change_by_hand_is_confirmed_by_another(desk: TenantClient, tenant_a: TenantRef) -> None:
    """Given a balance changed by hand; when confirmed; then it waits no more."""
    with tenant_context(tenant_a):
        ensure_asset("points", "points", {"zh-hans": "积分", "en": "Points"}, 0)
        member = make_member()
        adjust(Owner("member", member.pk), "points", 5, key="h", reason="Sorry", actor=OTHER)
    [waiting] = desk.get(f"{API}/changes/").json()["results"]
    done = sent(desk, f"changes/{waiting['id']}/confirm/", {"note": "Seen"})

    assert (waiting["member"], waiting["after"]["minor"]) == (member.public_id, 5)
    assert done.json()["note"] == "Seen"
    assert desk.get(f"{API}/changes/").json()["results"] == []


def a_case(tenant: TenantRef) -> Case:
    with tenant_context(tenant):
        member = make_member()
        reason = {"what": "shared", "kind": "device", "count": 4, "members": [str(member.pk)]}
        return Case.objects.create(
            rule=Rule.CLUSTER, member=member, key="phone", strength=4, reasons=[reason]
        )


def test_a_case_is_read_with_its_reasons_and_decided(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    """Given a case; when held without a word; then it is refused, and with one it holds."""
    row = a_case(tenant_a)
    path = f"risk/{row.public_id}/"
    [listed] = desk.get(f"{API}/risk/?state=open", headers={"Accept-Language": "en"}).json()[
        "results"
    ]
    silent = sent(desk, f"{path}hold/", {})
    held = sent(desk, f"{path}hold/", {"note": "One phone for four"}).json()
    late = sent(desk, f"{path}clear/", {})
    released = sent(desk, f"{path}release/", {}).json()

    assert listed["reasons"] == [
        {"text": "4 accounts use the same: Device.",
         "members": [public_id("mem", row.member_id)]}
    ]  # fmt: skip
    assert silent.json()["code"] == "reward_risk.note_needed"
    assert (held["state"], held["note"]) == ("held", "One phone for four")
    assert late.json()["code"] == "reward_risk.decided"
    assert released["state"] == "released"
    assert desk.get(f"{API}/risk/?state=open").json()["results"] == []


def test_who_may_only_look_changes_nothing(tenant_a: TenantRef) -> None:
    """Given a reader; when he writes; then he is kept out and nothing has changed."""
    row = a_case(tenant_a)
    with console(tenant_a) as desk:
        desk.as_staff("rewards.view")
        tried = [
            sent(desk, "draws/", TERMS),
            sent(desk, f"risk/{row.public_id}/clear/", {}),
            sent(desk, "monitors/T2/limits/", {}, how="put"),
            sent(desk, "readings/", {}),
        ]

    assert {answer.status_code for answer in tried} == {403}
    with tenant_context(tenant_a):
        assert Case.objects.get().state == "open"
        assert not Draw.objects.exists()


def test_what_watches_one_shop_is_unknown_in_another(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    """Given a draw, a halt, a change and a case; when another shop asks; then there is none."""
    row = a_case(tenant_a)
    with console(tenant_a) as desk:
        desk.as_staff("rewards.view", "rewards.manage")
        draw = sent(desk, "draws/", TERMS).json()["id"]
    with tenant_context(tenant_a):
        halt = Halt.objects.create(monitor="T2", measure="stop", since=NOW)
        ask_to_lift(halt.pk, reason="Mended", actor=OTHER, now=NOW)
        tight: dict[str, Any] = {"warn": Decimal(0), "act": Decimal("0.1"), "reason": "careful"}
        tighten("T2", **tight, actor=OTHER, now=NOW)
        wish = ask_to_loosen("T2", **{**tight, "act": Decimal("0.5")}, actor=OTHER, now=NOW)
        ensure_asset("points", "points", {"zh-hans": "积分", "en": "Points"}, 0)
        owner = Owner("member", row.member_id)
        adjust(owner, "points", 5, key="h", reason="Sorry", actor=OTHER)
        entry = AuditEntry.objects.get(action="ledger.adjusted")
    with console(tenant_b) as other:
        other.as_staff("rewards.view", "rewards.manage", "rewards.approve")
        lists = [other.get(f"{API}/{name}/").json()["results"]
                 for name in ("draws", "halts", "loosenings", "changes", "risk")]  # fmt: skip
        paths = (f"draws/{draw}", f"draws/{draw}/wins", f"risk/{row.public_id}")
        read = [other.get(f"{API}/{path}/").status_code for path in paths]
        done = [
            sent(other, f"draws/{draw}/stop/", {"reason": "x"}),
            sent(other, f"halts/{halt.public_id}/lift/", {}),
            sent(other, f"loosenings/{wish.public_id}/approve/", {}),
            sent(other, f"changes/{public_id('aud', entry.pk)}/confirm/", {}),
            sent(other, f"risk/{row.public_id}/clear/", {}),
        ]

    assert lists == [[]] * 5
    assert {*read, *(answer.status_code for answer in done)} == {404}
    with tenant_context(tenant_a):
        assert Case.objects.get().state == "open"
        assert Halt.objects.get().lifted_at is None
