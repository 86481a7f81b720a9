"""Changes of orders: shown first, then made as shown."""

from __future__ import annotations

import pytest

from kernel.access.models import Role, RoleAssignment
from kernel.inventory.services import availability, default_location
from kernel.orders.models import Order, OrderChange, OrderLine
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.inventory import make_location
from testkit.factories.orders import make_variant
from testkit.web import TenantClient


def filled(tenant: TenantRef, order: Order, **changed: str) -> dict[str, str]:
    """Return the form as a browser would send it back, with some values changed."""
    with tenant_context(tenant):
        lines = list(OrderLine.objects.filter(order=order))
    form = {"freight": "0.00", "note": "", "reason": "asked by telephone"}
    form |= {f"address_{name}": str(text) for name, text in order.address.items()}
    for line in lines:
        form[f"price_{line.public_id}"] = f"{line.unit_minor / 100:.2f}"
        form[f"quantity_{line.public_id}"] = str(line.quantity)
    return {**form, **changed}


def test_a_change_is_shown_with_its_difference_before_it_is_made(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("orders.view", "orders.manage")
    with tenant_context(tenant):
        tea, cup = OrderLine.objects.filter(order=paid_order).order_by("position")
    sent = filled(
        tenant,
        paid_order,
        **{f"price_{tea.public_id}": "10.00", f"quantity_{cup.public_id}": "0"},
        address_line="南京东路 2 号",
    )

    proposed = desk.post(f"/orders/{paid_order.number}/edit/", sent)
    seen = desk.get(proposed["Location"]).content.decode()

    with tenant_context(tenant):
        paid_order.refresh_from_db()
        assert (paid_order.total_minor, paid_order.address["line"]) == (9000, "淮海中路 1 号")
    assert "¥40.00 go back to the buyer" in seen
    assert "南京东路 2 号" in seen
    assert proposed["Location"] in desk.get(f"/orders/{paid_order.number}/").content.decode()

    made = desk.post(proposed["Location"], {"act": "apply"})

    assert made.status_code == 302
    with tenant_context(tenant):
        paid_order.refresh_from_db()
        assert (paid_order.total_minor, paid_order.address["line"]) == (5000, "南京东路 2 号")
        assert availability([cup.variant_id])[cup.variant_id].allocated == 0
    page = desk.get(f"/orders/{paid_order.number}/").content.decode()
    assert "Goods taken out" in page


def test_goods_are_found_and_added(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("orders.view", "orders.manage")
    with tenant_context(tenant):
        pot = make_variant(minor=2500, title="Iron kettle")
    path = f"/orders/{paid_order.number}/edit/"

    found = desk.post(path, {**filled(tenant, paid_order), "act": "find", "find": "kett"})
    proposed = desk.post(
        path,
        {
            **filled(tenant, paid_order),
            "picked": pot.public_id,
            f"price_{pot.public_id}": "25.00",
            f"quantity_{pot.public_id}": "2",
        },
    )

    assert "Iron kettle" in found.content.decode()
    assert 'value="25.00"' in found.content.decode()
    assert "still has to pay ¥50.00" in desk.get(proposed["Location"]).content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Nothing would change."),
        ({"freight": "-1"}, "At least 0"),
        ({"freight": "1.234"}, "error"),
        ({"reason": ""}, "required"),
        ({"address_name": ""}, "required"),
    ],
)
def test_what_cannot_be_is_said_at_the_form(
    desk: TenantClient,
    tenant: TenantRef,
    paid_order: Order,
    changed: dict[str, str],
    said: str,
) -> None:
    desk.as_staff("orders.view", "orders.manage")

    answer = desk.post(f"/orders/{paid_order.number}/edit/", filled(tenant, paid_order) | changed)

    assert answer.status_code in {200, 422}
    assert said in answer.content.decode()
    with tenant_context(tenant):
        assert not OrderChange.objects.exists()


def test_a_dropped_change_leaves_the_order(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("orders.view", "orders.manage")
    sent = filled(tenant, paid_order, freight="5.00")
    proposed = desk.post(f"/orders/{paid_order.number}/edit/", sent)

    desk.post(proposed["Location"], {"act": "discard"})

    with tenant_context(tenant):
        paid_order.refresh_from_db()
        assert paid_order.freight_minor == 0
        assert OrderChange.objects.get().state == "discarded"


def test_a_clerk_of_one_store_meets_its_orders_alone(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    person = desk.as_staff("orders.view", "orders.manage", "fulfilment.manage")
    with tenant_context(tenant):
        here, elsewhere = default_location(), make_location("Elsewhere")
        Role.objects.filter(
            pk__in=RoleAssignment.objects.filter(staff=person).values("role")
        ).update(reach="stores")
        person.stores = [str(elsewhere.pk)]
        person.save()
    number = paid_order.number
    paths = [f"{number}/", f"{number}/edit/", f"slips/?order={number}", f"picking/?order={number}"]
    lists = ["", "export.csv", "to-ship.csv", "?text=%E7%8E%8B%E5%B0%8F%E6%A2%85"]

    refused = {desk.get(f"/orders/{path}").status_code for path in paths}
    shown = [number in b"".join(desk.get(f"/orders/{path}")).decode() for path in lists]
    over_api = desk.get(f"/api/v1/admin/orders/{number}/")

    assert refused == {404}
    assert not any(shown)
    assert over_api.status_code == 404

    with tenant_context(tenant):
        person.stores = [str(here.pk)]
        person.save()

    assert {desk.get(f"/orders/{path}").status_code for path in paths} == {200}
    assert all(number in b"".join(desk.get(f"/orders/{path}")).decode() for path in lists)
    assert desk.get(f"/api/v1/admin/orders/{number}/").status_code == 200


def test_a_picking_list_gathers_several_orders(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("orders.view")
    with tenant_context(tenant):
        tea = OrderLine.objects.filter(order=paid_order).order_by("position")[0]

    page = desk.get(f"/orders/picking/?order={paid_order.number}").content.decode()

    assert tea.snapshot["sku"] in page
    assert f"{paid_order.number} × 5" in page


def test_tags_are_given_and_found_by(desk: TenantClient, paid_order: Order) -> None:
    desk.as_staff("orders.view", "orders.manage")

    desk.post(f"/orders/{paid_order.number}/tags/", {"tags": "gift， urgent"})

    assert paid_order.number in desk.get("/orders/?tag=gift").content.decode()
    assert paid_order.number not in desk.get("/orders/?tag=calm").content.decode()
