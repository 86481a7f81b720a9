"""Abuse is put before people, who decide; nobody is held without being told why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.ledger.services import ensure_asset
from kernel.members.models import Member
from kernel.members.services import open_session
from kernel.members.whereabouts import ANSWERED
from kernel.orders.models import Order
from kernel.relations.models import Relation
from kernel.relations.tests.people import bind
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Programme
from kernel.rewards.risk.choices import CaseState, Rule, TraceKind
from kernel.rewards.risk.errors import CaseDecided, NoteNeeded, UnknownCase
from kernel.rewards.risk.models import Case, Trace
from kernel.rewards.risk.services import clear, hold, object_to, release, scan
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.wallet.errors import Blocked
from kernel.wallet.guards import check_guards
from testkit.factories.orders import make_member, make_variant, orders_in, pay, place
from testkit.web import console, store

STAFF = Actor(kind="staff", id="stf_one", name="Li Wei")
NOW = utc_now()
in_tenant = pytest.mark.usefixtures("in_tenant_a")


def trace(member: Member, kind: TraceKind, digest: str) -> None:
    Trace.objects.create(member=member, kind=kind, digest=digest, first_at=NOW, last_at=NOW)


def cases(rule: Rule) -> list[Case]:
    return list(Case.objects.filter(rule=rule).order_by("id"))


def a_pair() -> tuple[Member, Member]:
    sponsor, invited = make_member(), make_member()
    bind(invited.id, sponsor.id)
    return sponsor, invited


def a_case(**others: Any) -> Case:
    sponsor, invited = a_pair()
    for member in (sponsor, invited):
        trace(member, TraceKind.DEVICE, "one phone")
    scan(now=NOW)
    [row] = cases(Rule.SELF_REFERRAL)
    return row


@in_tenant
def test_who_invites_himself_is_seen_once_and_again_when_more_speaks_for_it() -> None:
    row = a_case()
    assert row.reasons[0]["kind"] == "device"
    assert scan(now=NOW) == 0
    clear(row.pk, note="Mother and son", actor=STAFF, now=NOW)
    assert scan(now=NOW) == 0
    for member in Member.objects.filter(pk__in=[row.member_id, row.key]):
        trace(member, TraceKind.PAYOUT, "one account")
    scan(now=NOW)
    assert [one.state for one in cases(Rule.SELF_REFERRAL)] == [CaseState.CLEARED, CaseState.OPEN]


@in_tenant
def test_many_accounts_on_one_device_or_one_payout_account_hang_together() -> None:
    members = [make_member() for _ in range(4)]
    for member in members[:3]:
        trace(member, TraceKind.DEVICE, "three are few")
        trace(member, TraceKind.NETWORK, "a café")
    scan(now=NOW)
    assert not cases(Rule.CLUSTER)
    trace(members[3], TraceKind.DEVICE, "three are few")
    for member in members[:2]:
        trace(member, TraceKind.PAYOUT, "one bank account")
    scan(now=NOW)
    assert sorted(one.strength for one in cases(Rule.CLUSTER)) == [2, 4]


@in_tenant
def test_a_flood_of_invitations_and_many_refunds_are_seen() -> None:
    sponsor, invited = a_pair()
    variant = make_variant(minor=1000)
    orders: list[Order] = []
    for _ in range(5):
        group = place((variant.pk, 1), member_id=invited.pk, now=utc_now())
        pay(group)
        orders += orders_in(group)
    for order in orders[:2]:
        Order.objects.filter(pk=order.pk).update(refunded_minor=order.paid_minor or 1)
    for _ in range(25):
        Relation.objects.create(
            member=make_member(), sponsor=sponsor, bound_at=utc_now(), source="link"
        )
    scan(now=utc_now())
    [fast], [refunds] = cases(Rule.VELOCITY), cases(Rule.REFUND_ABUSE)
    assert (fast.member_id, fast.reasons[0]["what"]) == (sponsor.pk, "invited")
    assert fast.reasons[0]["in_hour"] >= 25
    assert refunds.reasons == [{"what": "refunded", "orders": 5, "refunded": 2}]


@in_tenant
def test_parcels_to_one_recipient_leave_a_trace_that_nobody_can_read() -> None:
    sponsor, invited = a_pair()
    variant = make_variant(minor=1000)
    for member in (sponsor, invited):
        group = place((variant.pk, 1), member_id=member.pk, now=utc_now())
        pay(group)
        address = {"name": "A", "phone": "+86 138 0000 0000", "line": "人民路 1 号"}
        Order.objects.filter(group=group).update(address=address)
    scan(now=utc_now())
    assert cases(Rule.SELF_REFERRAL)[0].reasons[0]["kind"] == "recipient"
    assert not any("138" in row.digest[:11] and "人" in row.digest for row in Trace.objects.all())
    scan(now=utc_now() + timedelta(days=181))
    assert not Trace.objects.exists()


@in_tenant
def test_signing_in_is_noted_only_where_a_mode_runs() -> None:
    member = make_member()
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="Phone")
    token = ANSWERED.set(request)
    try:
        open_session(member, device="Phone", now=NOW)
        assert not Trace.objects.exists()
        Programme.objects.create(name="One level", packs=["BD-01"], state=ProgrammeState.LIVE)
        open_session(member, device="Phone", now=NOW)
        open_session(member, device="Phone", now=NOW)
    finally:
        ANSWERED.reset(token)
    kinds = sorted(Trace.objects.values_list("kind", flat=True))
    assert kinds == ["device", "network"]
    assert not Trace.objects.filter(digest__contains="203.0.113.9").exists()


@in_tenant
def test_what_was_earned_is_held_with_a_reason_that_the_member_reads_and_answers() -> None:
    ensure_asset("reward_money", "commission", {"zh-hans": "奖励金", "en": "Reward money"}, 2)
    ensure_asset("deposit", "stored_value", {"zh-hans": "储值", "en": "Deposit"}, 2)
    row = a_case()
    with pytest.raises(NoteNeeded):
        hold(row.pk, note=" ", actor=STAFF, now=NOW)
    hold(row.pk, note="Two accounts, one phone.", actor=STAFF, now=NOW)
    with pytest.raises(Blocked) as refusal:
        check_guards(row.member_id, "reward_money", now=NOW)
    assert "Two accounts, one phone." in str(refusal.value)
    check_guards(row.member_id, "deposit", now=NOW)
    with pytest.raises(CaseDecided):
        clear(row.pk, note="", actor=STAFF, now=NOW)
    with pytest.raises(UnknownCase):
        object_to(row.pk, member_id=make_member().pk, text="Not me", now=NOW)
    object_to(row.pk, member_id=row.member_id, text="My wife's phone.", now=NOW)
    release(row.pk, note="", actor=STAFF, now=NOW)
    check_guards(row.member_id, "reward_money", now=NOW)
    acts = AuditEntry.objects.filter(action__startswith="reward_risk.").order_by("id")
    assert [one.action for one in acts] == ["reward_risk.held", "reward_risk.released"]


@in_tenant
@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "held", "decided_by": "a", "decided_at": NOW},
        {"state": "cleared", "note": "x"},
    ],
)
def test_the_database_holds_nobody_in_silence_and_lets_no_machine_decide(
    wrong: dict[str, Any],
) -> None:
    told = {"rule": "cluster", "member": make_member(), "key": "k", "strength": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(**told, **wrong)


def test_staff_decide_in_the_console_and_the_member_answers(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        row = a_case()
    path = f"/rewards/risk/{row.public_id}/"
    with console(tenant_a, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("rewards.view", "rewards.manage")
        assert "Somebody whom he invited uses the same: Device." in (
            desk.get("/rewards/risk/").content.decode()
        )
        desk.post(path, {"act": "hold", "note": ""})
        desk.post(path, {"act": "hold", "note": "Two accounts, one phone."})
        assert "Payouts held" in desk.get(path).content.decode()
        assert "Nothing is to be decided" in desk.get("/rewards/risk/").content.decode()
    with store(tenant_a, headers={"Accept-Language": "en"}) as shop:
        with tenant_context(tenant_a):
            member = Member.objects.get(pk=row.member_id)
            token = open_session(member, device="tests", now=utc_now()).token
        shop.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        assert "Two accounts, one phone." in shop.get("/account/holds/").content.decode()
        shop.post("/account/holds/", {"case": row.public_id, "text": "My wife's phone"})
        wrong = shop.post("/account/holds/", {"case": "rsk_x", "text": "x"})
        assert wrong.status_code == 404
    with console(tenant_a, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("rewards.view", email="looker@example.com")
        assert "My wife&#x27;s phone" in desk.get(path).content.decode()
        desk.post(path, {"act": "release"})
    with tenant_context(tenant_a):
        row.refresh_from_db()
        assert row.state == CaseState.HELD
