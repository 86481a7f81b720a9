"""Ranks that no rule gives are given by staff, and what was paid keeps the rank of its time."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from kernel.audit.actor import Actor
from kernel.audit.models import AuditEntry
from kernel.common.time import utc_now
from kernel.ledger.services import Owner, balance, verify
from kernel.members.models import Member
from kernel.relations.tests.people import bind
from kernel.rewards.errors import RankReasonNeeded, UnknownProgramme, UnknownRank
from kernel.rewards.models import Programme
from kernel.rewards.monitors.standing import by_hand
from kernel.rewards.ranks import given_to, holders, programmes_by_rank, rank_of, ranks_by_staff
from kernel.rewards.services import open_programme
from kernel.rewards.services.following import follow_order
from kernel.rewards.services.ranking import give_rank
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_member, make_variant, orders_in, pay, place
from testkit.web import console

STAFF = Actor(kind="staff", id="stf_one", name="Li Wei")
NOW = utc_now()


def a_line() -> list[Member]:
    """Three members, each invited by the one before."""
    people = [make_member() for _ in range(3)]
    for below, above in ((people[1], people[0]), (people[2], people[1])):
        bind(below.id, above.id)
    return people


def bought(buyer: Member) -> UUID:
    """An order of 100.00 that arrived."""
    group = place((make_variant(minor=10_000).pk, 1), member_id=buyer.id, now=NOW)
    pay(group)
    order = orders_in(group)[0]
    for moment in ("paid", "delivered"):
        follow_order(order.id, moment)
    return order.id


def earned(member: Member) -> int:
    owner = Owner("member", member.id)
    return balance(owner, "reward_money", "locked") + balance(owner, "reward_money")


def given(programme: Programme, member: Member, rank: str, reason: str = "Runs a team") -> str:
    return give_rank(
        programme.pk, member_id=member.pk, rank=rank, reason=reason, actor=STAFF, now=NOW
    )


@pytest.mark.parametrize("code", ["BD-04", "BD-05", "BD-06", "BD-07"])
def test_modes_that_pay_by_rank_and_give_none_name_the_ranks_to_give(code: str) -> None:
    assert ranks_by_staff([code], {})
    assert ranks_by_staff(["BD-01"], {}) == ranks_by_staff(["AD-01"], {}) == []


def test_a_differential_is_paid_once_staff_give_ranks(shop: TenantRef) -> None:
    """Given nobody with a rank; when two get one; then the next order pays the differential."""
    programme = open_programme("Team", ["BD-06"])
    head, middle, buyer = a_line()
    bought(buyer)
    before = [earned(each) for each in (head, middle)]
    given(programme, middle, "V1")
    given(programme, head, "V3")
    given(programme, head, "V3")
    bought(buyer)
    after = [earned(each) for each in (head, middle)]
    given(programme, head, "", "Left the team")
    bought(buyer)

    assert before == [0, 0]
    assert after == [700, 500]
    assert [earned(each) for each in (head, middle)] == [700, 1000]
    assert rank_of(programme, head.pk) == ""
    assert holders(programme, programmes_by_rank()[0][1]) == 1
    assert [(row.after or {})["rank"] for row in given_to(head.pk)] == ["", "V3"]
    assert by_hand(since=NOW).filter(action="rewards.rank_given").count() == 3
    assert verify() == []


def test_what_makes_no_rank_is_refused_and_changes_nothing(shop: TenantRef) -> None:
    """Given a mode; when rank, reason or mode are wrong; then nothing is written."""
    programme, member = open_programme("Senior", ["BD-04"]), make_member()
    with pytest.raises(UnknownRank):
        given(programme, member, "V9")
    with pytest.raises(RankReasonNeeded):
        given(programme, member, "高级", " ")
    with pytest.raises(UnknownProgramme):
        give_rank(uuid4(), member_id=member.pk, rank="高级", reason="x", actor=STAFF, now=NOW)
    assert rank_of(programme, member.pk) == ""
    assert not AuditEntry.objects.filter(action="rewards.rank_given").exists()


def test_staff_give_a_rank_on_the_page_of_a_member(shop: TenantRef, tenant_b: TenantRef) -> None:
    """Given a mode that pays by rank; when staff give one; then the page and the audit say so."""
    programme, member = open_programme("Team", ["BD-06"]), make_member()
    page = f"/members/{member.public_id}/"
    with console(shop, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("rewards.view", "rewards.manage", "members.view")
        assert "reaches nobody" in desk.get("/rewards/running/").content.decode()
        assert "reaches nobody" in desk.get("/rewards/BD-06/").content.decode()
        assert f"{page}ranks/" in desk.get(page).content.decode()
        told = {"rank": f"{programme.public_id}|V2"}
        assert "This field is required" in desk.post(f"{page}ranks/", told).content.decode()
        desk.post(f"{page}ranks/", {**told, "reason": "Runs a team"})
        shown = desk.get(f"{page}ranks/").content.decode()
        assert "Runs a team" in shown
        assert "reaches nobody" not in desk.get("/rewards/running/").content.decode()
        assert "A member&#x27;s rank" in desk.get("/rewards/monitors/changes/").content.decode()
        desk.as_staff("rewards.view", "members.view", email="reader@example.com")
        assert desk.get(f"{page}ranks/").status_code == 403
        assert desk.post(f"{page}ranks/", {**told, "reason": "x"}).status_code == 403
    with tenant_context(shop):
        assert rank_of(programme, member.pk) == "V2"
    with console(tenant_b) as other:
        other.as_staff("rewards.view", "rewards.manage", "members.view")
        assert other.get(f"{page}ranks/").status_code == 404
