"""Stock as staff meet it: what is there, corrections, counts, transfers, places."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.access.models import Role
from kernel.catalogue.models import Variant
from kernel.inventory.models import Location, Movement, StockItem, Transfer
from kernel.inventory.services import default_location
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import make_location
from testkit.factories.orders import make_variant
from testkit.web import TenantClient

STAFF = ("stock.view", "stock.manage")


@pytest.fixture
def tea(tenant: TenantRef) -> Variant:
    """Twelve tins of tea."""
    with tenant_context(tenant):
        return make_variant(title="Green tea", stock=12)


def item_of(tenant: TenantRef, variant: Variant, place: Location | None = None) -> StockItem:
    with tenant_context(tenant):
        rows = StockItem.objects.filter(variant=variant)
        return (rows if place is None else rows.filter(location=place)).get()


def test_only_staff_with_the_permission_come_in(desk: TenantClient, tea: Variant) -> None:
    paths = ["", "export.csv", "movements/", "movements/export.csv", "transfers/", "locations/"]
    strangers = {desk.get(f"/stock/{path}").status_code for path in paths}
    desk.as_staff("products.view")
    colleagues = {desk.get(f"/stock/{path}").status_code for path in paths}
    desk.as_staff("stock.view", email="viewer@example.com")
    viewers = {desk.get(f"/stock/{path}").status_code for path in paths}
    writers = {desk.get(f"/stock/{path}").status_code for path in ("count/", "transfers/new/")}

    assert (strangers, colleagues, viewers, writers) == ({302}, {403}, {200}, {403})


def test_stock_is_listed_narrowed_and_exported(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff("stock.view")

    for query, is_there in (("text=green", True), ("text=cup", False), ("low=1", False)):
        assert ("Green tea" in desk.get(f"/stock/?{query}").content.decode()) == is_there
        exported = b"".join(desk.get(f"/stock/export.csv?{query}")).decode()
        assert (tea.sku in exported) == is_there


def test_a_correction_needs_a_reason_and_stands_in_the_ledger(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    path = f"/stock/{item_of(tenant, tea).public_id}/"

    without = desk.post(path, {"act": "correct", "by": "-2", "reason": ""})
    too_many = desk.post(path, {"act": "correct", "by": "-99", "reason": "broken"})
    done = desk.post(path, {"act": "correct", "by": "-2", "reason": "broken tins"})
    levels = desk.post(path, {"act": "levels", "safety": "1", "low_at": "20"})

    assert (without.status_code, too_many.status_code) == (422, 422)
    assert (done.status_code, levels.status_code) == (302, 302)
    row = item_of(tenant, tea)
    assert (row.on_hand, row.safety, row.is_low) == (10, 1, True)
    page = desk.get(path).content.decode()
    assert "broken tins" in page
    assert "李文" in page
    assert "−2" in page


def test_the_ledger_names_the_order_behind_a_movement(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("stock.view")

    page = desk.get("/stock/movements/?kind=allocated").content.decode()
    exported = b"".join(desk.get("/stock/movements/export.csv")).decode()

    assert f"/orders/{paid_order.number}/" in page
    assert paid_order.number in exported


def test_a_count_makes_the_books_follow(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    row = item_of(tenant, tea)

    empty = desk.post("/stock/count/", {"note": ""})
    counted = desk.post("/stock/count/", {f"counted_{row.public_id}": "9", "note": "autumn"})

    assert (empty.status_code, counted.status_code) == (422, 302)
    assert item_of(tenant, tea).on_hand == 9
    with tenant_context(tenant):
        assert Movement.objects.filter(kind="counted", on_hand=-3).count() == 1


def test_goods_travel_and_what_is_lost_is_said(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    desk.as_staff(*STAFF)
    with tenant_context(tenant):
        here, shop = default_location(), make_location("Corner shop")
    form = {"source": str(here.pk), "destination": str(shop.pk), "note": ""}

    found = desk.post("/stock/transfers/new/", {**form, "act": "find", "find": "green"})
    sent = desk.post(
        "/stock/transfers/new/",
        {**form, "picked": tea.public_id, f"pieces_{tea.public_id}": "5"},
    )
    page = desk.get(sent["Location"]).content.decode()
    field = page.split('name="arrived_')[1].split('"')[0]
    arrived = desk.post(sent["Location"], {f"arrived_{field}": "4"})

    assert "Green tea" in found.content.decode()
    assert arrived.status_code == 302
    assert item_of(tenant, tea, here).on_hand == 7
    assert item_of(tenant, tea, shop).on_hand == 4
    with tenant_context(tenant):
        assert Transfer.objects.get().received_at - Transfer.objects.get().sent_at < timedelta(1)  # type: ignore[operator]  # it arrived
    assert "Corner shop" in desk.get("/stock/transfers/").content.decode()


def test_a_location_is_opened_and_changed(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff(*STAFF)
    form = {"name": "Harbour", "code": "harbour", "kind": "store", "priority": "5"}

    made = desk.post("/stock/locations/", form)
    again = desk.post("/stock/locations/", form)
    with tenant_context(tenant):
        place = Location.objects.get(code="harbour")
    changed = desk.post(f"/stock/locations/{place.public_id}/", {**form, "is_active": "on"})

    assert (made.status_code, again.status_code, changed.status_code) == (302, 422, 302)
    with tenant_context(tenant):
        place.refresh_from_db()
        assert (place.is_active, place.kind) == (True, "store")


def test_a_clerk_of_one_store_touches_its_stock_alone(
    desk: TenantClient, tenant: TenantRef, tea: Variant
) -> None:
    person = desk.as_staff(*STAFF)
    with tenant_context(tenant):
        Role.objects.update(reach="stores")
        shop = make_location("Corner shop")
        person.stores = [str(shop.pk)]
        person.save()
    row = item_of(tenant, tea)

    path = f"/stock/{row.public_id}/"
    listed = desk.get("/stock/").content.decode()
    corrected = desk.post(path, {"act": "correct", "by": "1", "reason": "x"})
    over_api = desk.post(
        "/api/v1/admin/stock/adjustments/",
        {
            "reason": "x",
            "lines": [{"variant": tea.public_id, "location": place_id(tenant), "quantity": 1}],
        },
        content_type="application/json",
    )

    assert "Green tea" not in listed
    assert corrected.status_code == 404
    assert over_api.status_code >= 400
    assert item_of(tenant, tea).on_hand == 12


def place_id(tenant: TenantRef) -> str:
    with tenant_context(tenant):
        return default_location().public_id
