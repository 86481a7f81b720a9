"""Stock over the admin API: who may, what comes back, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.audit.models import AuditEntry
from kernel.common.ids import public_id, uuid7
from kernel.inventory.models import Movement, StockItem
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import make_stocked, places, stock_of
from testkit.web import TenantClient, console

BASE = "/api/v1/admin/stock/"


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    """A console where somebody is signed in who may manage stock."""
    with console(tenant_a) as client:
        client.as_staff("stock.view", "stock.manage")
        yield client


def post(client: TenantClient, path: str, body: object, **headers: str) -> Any:
    return client.post(BASE + path, body, content_type="application/json", headers=headers)


def line(variant_id: Any, location_id: Any, quantity: object) -> dict[str, object]:
    return {
        "variant": public_id("var", variant_id),
        "location": public_id("loc", location_id),
        "quantity": quantity,
    }


def test_staff_receive_correct_count_and_move_goods(desk: TenantClient) -> None:
    with tenant_context(desk.tenant):
        variant = make_stocked(0, 0).pk
        here, there = places(2)

    assert post(desk, "receipts/", {"lines": [line(variant, here, 9)]}).status_code == 201
    adjusted = {"lines": [line(variant, here, -1)], "reason": "broken"}
    assert post(desk, "adjustments/", adjusted).status_code == 201
    counted = {
        "location": public_id("loc", here),
        "lines": [{"variant": public_id("var", variant), "quantity": 7}],
    }
    assert post(desk, "counts/", counted).status_code == 201
    sent = post(
        desk,
        "transfers/",
        {
            "from_location": public_id("loc", here),
            "to_location": public_id("loc", there),
            "lines": [{"variant": public_id("var", variant), "quantity": 3}],
        },
    )
    assert sent.status_code == 201
    arrived = post(desk, f"transfers/{sent.json()['id']}/arrival/", {})

    assert arrived.json()["state"] == "received"
    items = desk.get(BASE + "items/", {"variant": public_id("var", variant)}).json()["results"]
    assert sorted(item["on_hand"] for item in items) == [3, 4]
    moved = desk.get(BASE + "movements/", {"kind": "transferred"}).json()["results"]
    assert [each["on_hand"] for each in moved] == [3, -3]
    with tenant_context(desk.tenant):
        people = set(AuditEntry.objects.values_list("actor_type", flat=True))
        assert people >= {"staff"}
        assert Movement.objects.exclude(actor_type="staff").count() == 0


def test_levels_and_locations_are_kept(desk: TenantClient) -> None:
    with tenant_context(desk.tenant):
        variant = make_stocked(5).pk
        here = places(1)[0]

    opened = post(desk, "locations/", {"code": "north", "name": "北仓", "kind": "store"})
    changed = desk.patch(
        f"{BASE}locations/{opened.json()['id']}/",
        {"is_active": False},
        content_type="application/json",
    )
    levels = {
        "variant": public_id("var", variant),
        "location": public_id("loc", here),
        "safety": 1,
        "low_at": 2,
    }

    assert post(desk, "levels/", levels).status_code == 204
    assert opened.status_code == 201
    assert changed.json()["is_active"] is False
    listed = desk.get(BASE + "locations/").json()
    assert [place["code"] for place in listed] == ["main", "north"]
    with tenant_context(desk.tenant):
        item = StockItem.objects.get(variant_id=variant)
        assert (item.safety, item.low_at, item.is_low) == (1, 2, False)


@pytest.mark.parametrize("quantity", [0, -1, "many", 1.5, 10**9, None, "9" * 2000])
def test_an_impossible_quantity_is_named_and_changes_nothing(
    desk: TenantClient, quantity: object
) -> None:
    with tenant_context(desk.tenant):
        variant = make_stocked(2).pk
        here = places(1)[0]

    answer = post(desk, "receipts/", {"lines": [line(variant, here, quantity)]})

    assert answer.status_code == 422
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["errors"][0]["pointer"] == "#/lines/0/quantity"
    with tenant_context(desk.tenant):
        assert stock_of(variant) == (2, 0, 0)


def test_more_than_there_is_cannot_be_taken_away(desk: TenantClient) -> None:
    with tenant_context(desk.tenant):
        variant = make_stocked(2).pk
        here = places(1)[0]

    answer = post(desk, "adjustments/", {"lines": [line(variant, here, -3)], "reason": "broken"})

    assert answer.status_code == 409
    assert answer.json()["code"] == "inventory.below_zero"
    assert answer.json()["lines"][0]["available"] == 2


def test_ids_of_another_kind_or_of_nothing_are_refused(desk: TenantClient) -> None:
    with tenant_context(desk.tenant):
        variant = make_stocked(2).pk
        here = places(1)[0]

    mixed = post(desk, "receipts/", {"lines": [line(variant, here, 1) | {"variant": "loc_x"}]})
    nothing = post(desk, "receipts/", {"lines": [line(uuid7(), here, 1)]})
    transfer = post(desk, "transfers/trf_nothing/arrival/", {})

    assert (mixed.status_code, nothing.status_code, transfer.status_code) == (422, 404, 404)


def test_a_repeated_request_is_carried_out_once(desk: TenantClient) -> None:
    with tenant_context(desk.tenant):
        variant = make_stocked(0).pk
        here = places(1)[0]
    body = {"lines": [line(variant, here, 4)]}
    key = {"Idempotency-Key": "delivery-7"}

    first, again = (post(desk, "receipts/", body, **key) for _request in range(2))

    assert first.json() == again.json()
    with tenant_context(desk.tenant):
        assert stock_of(variant) == (4, 0, 0)


def test_strangers_and_people_without_the_right_get_nowhere(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        variant = make_stocked(2).pk
        here = places(1)[0]
    body = {"lines": [line(variant, here, 1)]}
    with console(tenant_a) as client:
        assert post(client, "receipts/", body).status_code == 401
        client.as_staff("stock.view")
        assert client.get(BASE + "items/").status_code == 200
        assert post(client, "receipts/", body).status_code == 403

    with tenant_context(tenant_a):
        assert stock_of(variant) == (2, 0, 0)


def test_a_write_without_the_csrf_token_is_refused(tenant_a: TenantRef) -> None:
    with console(tenant_a, enforce_csrf_checks=True) as client:
        client.as_staff("stock.manage")

        assert post(client, "receipts/", {"lines": []}).status_code == 403


def test_the_stock_of_another_shop_is_out_of_reach(desk: TenantClient, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_b):
        theirs = make_stocked(5).pk
        place = places(1)[0]

    answer = post(desk, "receipts/", {"lines": [line(theirs, place, 1)]})
    listed = desk.get(BASE + "items/", {"variant": public_id("var", theirs)})

    assert answer.status_code == 404
    assert listed.json()["results"] == []
    with tenant_context(tenant_b):
        assert stock_of(theirs) == (5, 0, 0)


def test_a_list_of_stock_costs_the_same_whatever_its_length(
    desk: TenantClient, django_assert_num_queries: Any
) -> None:
    with tenant_context(desk.tenant):
        for _variant in range(12):
            make_stocked(3)

    desk.get(BASE + "items/")
    # The session, the person, the roles, the page.
    with django_assert_num_queries(4):
        answer = desk.get(BASE + "items/", {"limit": "10", "search": "thing"})

    assert len(answer.json()["results"]) == 10
    assert answer.json()["next"]
