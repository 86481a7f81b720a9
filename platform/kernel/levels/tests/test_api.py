"""Levels, segments and tags over the APIs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.common.time import utc_now
from kernel.levels.models import Level, Segment
from kernel.levels.services import grow
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.levels import make_level, walk_all
from testkit.factories.orders import make_member
from testkit.web import TenantClient, console, store

STORE, ADMIN = "/api/v1/store/", "/api/v1/admin/"
JSON: Any = {"content_type": "application/json"}


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a) as client:
        yield client


@pytest.fixture
def staff(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("levels.view", "levels.manage", "members.view", "members.manage")
        yield client


def test_a_member_reads_levels_progress_and_history(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    member = shop.as_member()
    with tenant_context(tenant_a):
        make_level("gold", 2, ("spend", 50_000), discount_bp=500)
        make_level("silver", 1, ("growth", 10))
        grow(member.pk, 15, key="g", now=utc_now())
        walk_all()

    levels = shop.get(f"{STORE}levels/").json()["items"]
    mine = shop.get(f"{STORE}levels/mine/").json()
    history = shop.get(f"{STORE}levels/mine/history/").json()["results"]

    assert [each["code"] for each in levels] == ["silver", "gold"]
    assert levels[1]["conditions"] == [{"fact": "spend", "at_least": "500.00"}]
    assert (mine["level"]["code"], mine["next"]["code"], mine["growth"]) == ("silver", "gold", 15)
    assert mine["steps"][0]["missing"] == "500.00"
    assert [(each["before"], each["after"]) for each in history] == [("", "silver")]


def test_staff_make_levels_and_segments_and_give_them(
    staff: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        member, other = make_member(), make_member()
    told = {
        "code": "gold",
        "name": "Gold",
        "rank": 3,
        "conditions": [{"fact": "spend", "at_least": "99.50"}],
    }

    made = staff.post(f"{ADMIN}levels/", told, **JSON)
    twice = staff.post(f"{ADMIN}levels/", told, **JSON)
    wrong = staff.post(
        f"{ADMIN}levels/",
        {**told, "code": "x", "conditions": [{"fact": "luck", "at_least": "1"}]},
        **JSON,
    )
    level = made.json()["id"]
    changed = staff.patch(f"{ADMIN}levels/{level}/", {"discount_bp": 1000}, **JSON)
    policy = staff.put(f"{ADMIN}levels/policy/", {"grace_days": 5}, **JSON)
    given = staff.put(
        f"{ADMIN}levels/members/{member.public_id}/", {"level": level, "reason": "VIP"}, **JSON
    )
    words = {"kind": "level", "test": "any", "value": ["gold"]}
    tried = staff.post(f"{ADMIN}segments/preview/", {"conditions": [words]}, **JSON)
    segment = staff.post(
        f"{ADMIN}segments/",
        {"code": "rich", "name": "Rich", "conditions": [words], "tag": "Rich"},
        **JSON,
    )
    with tenant_context(tenant_a):
        walk_all(Segment.objects.get().pk)
    key = segment.json()["id"]
    inside = staff.get(f"{ADMIN}segments/{key}/members/").json()["results"]
    tags = staff.post(
        f"{ADMIN}tags/assign/",
        {"members": [member.public_id, other.public_id], "add": ["spring"]},
        **JSON,
    )
    listed = staff.get(f"{ADMIN}tags/").json()["items"]
    gone = staff.delete(f"{ADMIN}segments/{key}/")

    answers = [each.status_code for each in (made, twice, wrong, changed, policy, given, tried)]
    assert answers == [201, 409, 422, 200, 200, 200, 200]
    assert made.json()["conditions"] == [{"fact": "spend", "at_least": "99.50"}]
    assert given.json()["level"]["code"] == "gold"
    assert (tried.json()["count"], segment.status_code, gone.status_code) == (1, 201, 204)
    assert [each["id"] for each in inside] == [member.public_id]
    assert tags.json() == {"changed": 2}
    assert [(each["name"], each["members"]) for each in listed] == [("Rich", 1), ("spring", 2)]
    with tenant_context(tenant_a):
        assert Level.objects.get().discount_bp == 1000
