"""Particulars that a shop made up, where buyers fill them in and read them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.cart.services import CartOwner, Wish, add
from kernel.catalogue.models import Variant
from kernel.common.time import utc_now
from kernel.fields.selectors import values_of
from kernel.fields.services import add_field, set_values
from kernel.members.models import Member
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import directory
from testkit.factories.orders import ADDRESS, TESTER, place
from testkit.web import TenantClient, console
from themes.tests.samples import Shelf

API = "/api/v1/store"


@pytest.fixture
def asking(tenant_a: TenantRef) -> Iterator[TenantRef]:
    """A shop that asks members for their size, orders for a card, and shows an origin."""
    with tenant_context(tenant_a):
        asked: Any = {"is_asked": True}
        colour: Any = {"name": "Colour"}
        origin: Any = {**asked, "name": "Origin"}
        told: Any = {**asked, "name": "Size", "choices": ["S", "L"], "is_required": True}
        add_field("member", "size", kind="choice", told=told, actor=TESTER)
        told = {**asked, "name": "Words on the card", "is_required": True}
        add_field("order", "card", kind="text", told=told, actor=TESTER)
        add_field("order", "colour", kind="text", told=colour, actor=TESTER)
        add_field("product", "origin", kind="text", told=origin, actor=TESTER)
    directory().forget(tenant_a.id)
    yield tenant_a
    directory().forget(tenant_a.id)


def wished(tenant: TenantRef, member: Member) -> None:
    with tenant_context(tenant):
        add(CartOwner(member_id=member.pk), Wish(Variant.objects.get().pk, 1), now=utc_now())


def ordered(browser: TenantClient, **inputs: object) -> Any:
    told = {"address": dict(ADDRESS), "expected_total": "12.50", "inputs": inputs}
    kind = "application/json"
    headers = {"Idempotency-Key": str(len(inputs))}
    return browser.post(f"{API}/checkout/orders/", told, content_type=kind, headers=headers)


def test_an_order_takes_answers_at_checkout_and_none_without_them(
    asking: TenantRef, browser: TenantClient, shelf: Shelf
) -> None:
    shelf.product("Green tea", minor=1_250)
    member = browser.as_member()
    wished(asking, member)

    asked = browser.get(f"{API}/fields/").json()
    page = browser.get("/checkout/").content.decode()
    silent: Any = browser.post("/checkout/", {"do": "place", "key": "k"})
    refused = ordered(browser)
    placed = ordered(browser, fields={"card": " For you ", "colour": "red"})
    assert placed.status_code == 201, placed.json()
    number = placed.json()["orders"][0]
    shown = browser.get(f"/orders/{number}/").content.decode()

    assert [each["code"] for each in asked["order"]] == ["card"]
    assert 'name="own-card"' in page
    assert 'name="own-colour"' not in page
    assert silent.status_code == 422
    assert (refused.status_code, refused.json()["refusals"][0]["field"]) == (409, "card")
    assert placed.status_code == 201
    assert "For you" in shown
    with tenant_context(asking):
        order = Order.objects.get()
        assert values_of("order", [order.pk]) == {order.pk: {"card": "For you"}}
        plain = place((Variant.objects.get().pk, 1))
    assert plain.number


def test_members_and_product_pages_show_what_the_shop_made_up(
    asking: TenantRef, browser: TenantClient, shelf: Shelf
) -> None:
    tea = shelf.product("Green tea", minor=1_250)
    register = browser.get("/account/register/").content.decode()
    member = browser.as_member()
    json = "application/json"

    own = f"{API}/fields/own/"
    wrong: Any = browser.put(own, {"values": {"size": "XL"}}, content_type=json)
    hidden: Any = browser.put(own, {"values": {"colour": "red"}}, content_type=json)
    right: Any = browser.put(own, {"values": {"size": "L"}}, content_type=json)
    with tenant_context(asking):
        set_values("product", tea.pk, {"origin": "Hangzhou"}, actor=TESTER)
    page = browser.get(f"/products/{tea.handle}/").content.decode()
    with console(asking, headers={"Accept-Language": "en"}) as desk:
        desk.as_staff("members.manage", "members.view")
        lines = b"".join(desk.get("/members/export.csv").streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.reader(lines.decode().lstrip("\ufeff").splitlines()))

    assert 'name="own_size"' in register
    assert (wrong.status_code, hidden.status_code) == (422, 422)
    assert right.json() == {"values": {"size": "L"}}
    assert "Origin" in page
    assert "Hangzhou" in page
    assert rows[0][-1] == "Size"
    assert {row[0]: row[-1] for row in rows}[member.public_id] == "L"
