"""Levels, segments and tags as staff meet them."""

from __future__ import annotations

from kernel.audit.models import AuditEntry
from kernel.levels.models import Level, Segment, Standing
from kernel.levels.policy import current_policy
from kernel.members.models import MemberTag
from kernel.pricing.models import PriceList
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.levels import walk_all
from testkit.factories.orders import make_member
from testkit.web import TenantClient

LEVEL = {
    "name": "Gold",
    "code": "gold",
    "rank": "2",
    "match": "all",
    "points": "1.5",
    "discount": "5",
    "from_spend": "100.00",
    "is_active": "on",
    "benefits_en": "A call",
}
CONDITION = {"c0-kind": "joined", "c0-test": "at_most", "c0-value": "30", "rows": "2"}


def test_staff_make_a_level_give_it_and_see_it_at_the_member(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("levels.view", "levels.manage", "members.view", "members.manage")
    with tenant_context(tenant):
        member = make_member()

    wrong = desk.post("/levels/new/", {**LEVEL, "from_spend": "a lot"})
    made = desk.post("/levels/new/", LEVEL)
    twice = desk.post("/levels/new/", {**LEVEL, "rank": "3"})
    told = {"earns_on": "paid", "growth_per_unit": "2", "window_days": "", "grace_days": "7"}
    told |= {"points_per_unit": "3", "points_asset": "points"}
    policy = desk.post("/levels/policy/", told)
    with tenant_context(tenant):
        gold = Level.objects.get()
        assert PriceList.objects.get().managed_by
    path = f"/members/{member.public_id}/"
    given = desk.post(f"/levels{path}", {"level": str(gold.pk), "is_fixed": "on", "reason": "VIP"})
    page = desk.get(path).content.decode()
    listed = desk.get("/levels/").content.decode()
    changed = desk.post(f"/levels/{gold.public_id}/", {**LEVEL, "discount": "0"})

    assert [each.status_code for each in (wrong, made, twice, policy)] == [422, 302, 422, 302]
    assert (given.status_code, changed.status_code) == (302, 302)
    assert "Spent ≥ 100.00" in listed
    assert "5 % off" in listed
    assert "Set by the shop" in page
    assert ">Gold<" in page
    assert "Price lists" not in page
    with tenant_context(tenant):
        assert (current_policy().grace_days, current_policy().earns_on) == (7, "paid")
        assert (current_policy().points_per_unit, current_policy().points_asset) == (3, "points")
        assert Level.objects.get().benefits == {"en": "A call"}
        assert Standing.objects.get().is_fixed
        actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"level.created", "level.changed", "levels.set", "levels.policy_changed"}


def test_staff_try_a_segment_save_it_and_tag_many(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("levels.view", "levels.manage", "members.view", "members.manage")
    with tenant_context(tenant):
        members = [make_member() for _each in range(2)]
    told = {"name": "New ones", "code": "new", "is_dynamic": "yes", "match": "all", **CONDITION}
    ticked = {"member": [each.public_id for each in members], "tags": "spring, tea"}

    tried = desk.post("/segments/new/", {**told, "try": "1"}).content.decode()
    wrong = desk.post("/segments/new/", {**told, "c0-value": "soon"})
    made = desk.post("/segments/new/", told)
    with tenant_context(tenant):
        row = Segment.objects.get()
        walk_all(row.pk)
    shown = desk.get(f"/segments/{row.public_id}/").content.decode()
    listed = desk.get("/segments/").content.decode()
    tagged = desk.post("/tags/assign/", {**ticked, "next": "/members/"})
    desk.post("/tags/rename/", {"tag": "tea", "name": "green tea"})
    desk.post("/tags/remove/", {"tag": "spring"})
    tags = desk.get("/tags/").content.decode()
    by_hand = desk.post("/segments/new/", {"name": "Friends", "code": "f", "is_dynamic": "no"})
    chosen = desk.post(f"{by_hand['Location']}members/", {"member": members[0].public_id})
    gone = desk.post(f"/segments/{row.public_id}/delete/")

    assert "2 members fit" in tried
    assert [each.status_code for each in (wrong, made, tagged, by_hand)] == [422, 302, 302, 302]
    assert "2 members" in shown
    assert "Days since joining at most 30" in listed
    assert "green tea" in tags
    assert (chosen.status_code, gone["Location"]) == (302, "/segments/")
    with tenant_context(tenant):
        assert MemberTag.objects.count() == 2
        assert Segment.objects.get().size == 1


def test_a_price_list_and_a_promotion_are_for_levels_and_segments(
    desk: TenantClient, tenant: TenantRef
) -> None:
    desk.as_staff("prices.view", "prices.manage", "levels.view", "levels.manage")
    desk.post("/levels/new/", {**LEVEL, "discount": ""})
    told = {
        "code": "vip",
        "name": "VIP",
        "priority": "0",
        "is_active": "on",
        "audience": "groups",
        "levels": ["gold"],
        "groups": "wholesale",
    }

    nobody = desk.post("/prices/new/", {**told, "levels": [], "groups": ""})
    made = desk.post("/prices/new/", told)
    listed = desk.get("/prices/").content.decode()

    assert (nobody.status_code, made.status_code) == (422, 302)
    assert ">Gold<" in listed
    with tenant_context(tenant):
        assert PriceList.objects.get().audience == {"groups": ["level:gold", "tag:wholesale"]}


def test_who_may_only_look_changes_no_level(desk: TenantClient) -> None:
    desk.as_staff("levels.view")

    answers = [
        desk.get("/levels/"),
        desk.post("/levels/new/", LEVEL),
        desk.post("/tags/remove/", {"tag": "a"}),
    ]

    assert [each.status_code for each in answers] == [200, 403, 403]
