"""Carts over the store API: strangers, members, bad input, other shops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.cart.cookies import cookie_name
from kernel.cart.models import Cart, CartLine
from kernel.catalogue.models import Product
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.cart import for_sale
from testkit.web import TenantClient, store

BASE = "/api/v1/store/cart/"


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a) as client:
        yield client


def sold(client: TenantClient, **particulars: Any) -> str:
    """Make something that can be bought; return its id."""
    with tenant_context(client.tenant):
        return public_id("var", for_sale(**particulars).pk)


def post(client: TenantClient, path: str, body: object = None, **headers: str) -> Any:
    return client.post(
        BASE + path, {} if body is None else body, content_type="application/json", headers=headers
    )


def patch(client: TenantClient, path: str, body: object, **headers: str) -> Any:
    return client.patch(BASE + path, body, content_type="application/json", headers=headers)


def opened(client: TenantClient, variant: str, quantity: int = 1) -> str:
    """Put something into a new stranger's cart; return the token, as an app would keep it."""
    answer = post(client, "lines/", {"variant": variant, "quantity": quantity})
    assert answer.status_code == 201
    client.cookies.clear()
    return str(answer.json()["token"])


def first_line(body: dict[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = body["groups"][0]["lines"][0]
    return line


def test_a_stranger_fills_changes_and_empties_a_cart(shop: TenantClient) -> None:
    variant = sold(shop, price="12.50", title="Tea")
    token = opened(shop, variant, 2)
    mine = {"X-Cart-Token": token}

    body = shop.get(BASE, headers=mine).json()
    line = first_line(body)
    assert (line["title"], line["quantity"], line["variant"]) == ("Tea", 2, variant)
    assert body["subtotal"] == {"amount": "25.00", "currency": "CNY"}

    assert patch(shop, f"lines/{line['id']}/", {"quantity": 3}, **mine).json()["quantity"] == 3
    left = post(shop, "selection/", {"lines": [line["id"]], "selected": False}, **mine).json()
    assert left["subtotal"]["amount"] == "0.00"
    gone = shop.delete(f"{BASE}lines/{line['id']}/", headers=mine)
    assert gone.json()["groups"] == []


def test_a_browser_is_given_a_cookie_that_scripts_cannot_read(shop: TenantClient) -> None:
    variant = sold(shop)

    answer = post(shop, "lines/", {"variant": variant, "quantity": 1})

    cookie = answer.cookies[cookie_name()]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert shop.get(BASE).json()["quantity"] == 1


def test_a_page_of_another_site_cannot_change_a_strangers_cart(tenant_a: TenantRef) -> None:
    with store(tenant_a, enforce_csrf_checks=True) as browser:
        variant = sold(browser)
        post(browser, "lines/", {"variant": variant, "quantity": 1})

        answer = post(browser, "lines/", {"variant": variant, "quantity": 1})

        assert answer.status_code == 403
        assert browser.get(BASE).json()["quantity"] == 1


def test_nobody_can_plant_a_token_of_his_own(shop: TenantClient) -> None:
    variant = sold(shop)
    planted = {"X-Cart-Token": "chosen-by-somebody-else"}

    answer = post(shop, "lines/", {"variant": variant, "quantity": 1}, **planted)

    assert answer.json()["token"] not in {"", "chosen-by-somebody-else"}
    shop.cookies.clear()
    assert shop.get(BASE, headers=planted).json()["quantity"] == 0


def test_at_sign_in_the_strangers_cart_becomes_the_members(shop: TenantClient) -> None:
    variant = sold(shop, max_per_order=3)
    shop.as_member()
    post(shop, "lines/", {"variant": variant, "quantity": 2})
    bearer = shop.defaults.pop("HTTP_AUTHORIZATION")
    token = opened(shop, variant, 2)
    shop.defaults["HTTP_AUTHORIZATION"] = bearer

    merged = post(shop, "merge/", **{"X-Cart-Token": token}).json()
    again = post(shop, "merge/", **{"X-Cart-Token": token}).json()

    assert (merged["quantity"], again["quantity"], again["dropped"]) == (3, 3, [])
    assert [(d["quantity"], d["reason"]) for d in merged["dropped"]] == [(1, "limit")]
    assert post(shop, "merge/").status_code == 200


def test_only_a_member_has_a_cart_to_merge_into(shop: TenantClient) -> None:
    assert post(shop, "merge/").status_code == 401


@pytest.mark.parametrize(
    "quantity", [0, -1, 2.5, "1.5", "many", 10**9, 10**400, None, True, [], "９" * 2000]
)
def test_an_impossible_quantity_is_refused_and_changes_nothing(
    shop: TenantClient, quantity: object
) -> None:
    variant = sold(shop)
    token = opened(shop, variant)
    mine = {"X-Cart-Token": token}
    line = first_line(shop.get(BASE, headers=mine).json())["id"]

    added = post(shop, "lines/", {"variant": variant, "quantity": quantity}, **mine)
    changed = patch(shop, f"lines/{line}/", {"quantity": quantity}, **mine)

    assert (added.status_code, changed.status_code) == (422, 422)
    assert added.headers["Content-Type"].startswith("application/problem+json")
    assert shop.get(BASE, headers=mine).json()["quantity"] == 1


@pytest.mark.parametrize(
    "wish",
    [
        {"variant": "var_nothing"},
        {"variant": 7},
        {"variant": None},
        {"options": []},
        {"options": {"colour": {"deep": "red"}}},
        {"form": {"text": "x" * 600}},
        {"campaign": "x" * 81},
    ],
)
def test_a_malformed_wish_is_refused(shop: TenantClient, wish: dict[str, object]) -> None:
    body = {"variant": sold(shop), "quantity": 1} | wish

    answer = post(shop, "lines/", body)

    assert answer.status_code == 422
    with tenant_context(shop.tenant):
        assert Cart.objects.count() == 0


def test_more_than_there_is_says_how_much_there_is(shop: TenantClient) -> None:
    variant = sold(shop, quantity=2)

    answer = post(shop, "lines/", {"variant": variant, "quantity": 3})

    assert (answer.status_code, answer.json()["code"]) == (409, "inventory.out_of_stock")
    assert answer.json()["lines"] == [{"variant": variant, "wanted": 3, "available": 2}]


def test_a_cart_of_a_product_that_was_taken_off_sale_still_opens(shop: TenantClient) -> None:
    variant = sold(shop)
    mine = {"X-Cart-Token": opened(shop, variant)}
    with tenant_context(shop.tenant):
        Product.objects.update(status="archived")

    body = shop.get(BASE, headers=mine).json()

    line = first_line(body)
    assert (line["is_buyable"], line["unit"]) == (False, None)
    assert [notice["code"] for notice in line["notices"]] == ["not_on_sale"]
    assert line["notices"][0]["text"]
    answer = post(shop, "lines/", {"variant": variant, "quantity": 1}, **mine)
    assert answer.json()["code"] == "cart.not_on_sale"


def test_somebody_elses_line_is_not_there(shop: TenantClient) -> None:
    variant = sold(shop)
    theirs = {"X-Cart-Token": opened(shop, variant)}
    line = first_line(shop.get(BASE, headers=theirs).json())["id"]
    mine = {"X-Cart-Token": opened(shop, variant)}

    changed = patch(shop, f"lines/{line}/", {"quantity": 5}, **mine)
    shop.delete(f"{BASE}lines/{line}/", headers=mine)

    assert (changed.status_code, changed.json()["code"]) == (404, "cart.unknown_line")
    assert shop.get(BASE, headers=theirs).json()["quantity"] == 1
    assert patch(shop, "lines/cln_x/", {"quantity": 5}, **mine).status_code == 404


def test_a_repeated_request_adds_once(shop: TenantClient) -> None:
    variant = sold(shop)
    mine = {"X-Cart-Token": opened(shop, variant), "Idempotency-Key": "tap-1"}
    body = {"variant": variant, "quantity": 2}

    first, again = (post(shop, "lines/", body, **mine) for _tap in range(2))

    assert (first.json(), first.status_code) == (again.json(), again.status_code)
    assert again.headers["Idempotency-Replayed"] == "true"
    with tenant_context(shop.tenant):
        assert CartLine.objects.values_list("quantity", flat=True).get() == 3


def test_buying_now_stays_beside_the_cart(shop: TenantClient) -> None:
    variant, other = sold(shop), sold(shop)
    mine = {"X-Cart-Token": opened(shop, variant)}

    quick = post(shop, "buy-now/", {"variant": other, "quantity": 2}, **mine)

    assert first_line(quick.json())["variant"] == other
    assert shop.get(BASE + "buy-now/", headers=mine).json()["quantity"] == 2
    assert shop.get(BASE, headers=mine).json()["quantity"] == 1


def test_a_cart_can_be_passed_on_by_a_link(shop: TenantClient) -> None:
    variant = sold(shop, price="3.00")
    link = post(shop, "links/", **{"X-Cart-Token": opened(shop, variant, 2)}).json()["link"]
    shop.cookies.clear()

    shown = post(shop, "links/opened/", {"link": link}).json()
    taken = post(shop, "links/taken/", {"link": link})
    forged = post(shop, "links/taken/", {"link": link[:-1]})

    assert (shown[0]["quantity"], shown[0]["unit"]["amount"]) == (2, "3.00")
    assert taken.json()["subtotal"]["amount"] == "6.00"
    assert (forged.status_code, forged.json()["code"]) == (404, "cart.link_unusable")


def test_a_price_that_rose_is_named_until_it_is_accepted(shop: TenantClient) -> None:
    variant = sold(shop, price="3.00")
    mine = {"X-Cart-Token": opened(shop, variant)}
    with tenant_context(shop.tenant):
        CartLine.objects.update(unit_minor_seen=200)

    notices = first_line(shop.get(BASE, headers=mine).json())["notices"]
    accepted = post(shop, "accepted-prices/", **mine).json()

    assert notices[0]["code"] == "price_raised"
    assert notices[0]["was"] == {"amount": "2.00", "currency": "CNY"}
    assert first_line(accepted)["notices"] == []


def test_a_cart_is_nothing_in_another_shop(shop: TenantClient, tenant_b: TenantRef) -> None:
    variant = sold(shop)
    token = opened(shop, variant)
    with store(tenant_b) as other:
        seen = other.get(BASE, headers={"X-Cart-Token": token})
        added = post(other, "lines/", {"variant": variant, "quantity": 1})

    assert seen.json()["quantity"] == 0
    assert (added.status_code, added.json()["code"]) == (409, "cart.not_on_sale")


def test_a_cart_that_is_changed_too_often_has_to_wait(
    shop: TenantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel.cart.api import store as edge
    from kernel.common.ratelimit import Limit, WhenDown

    tight = Limit(f"cart.tight.{uuid7().hex}", "2/minute", WhenDown.REFUSE)
    monkeypatch.setattr(edge, "CHANGED", tight)
    mine = {"X-Cart-Token": opened(shop, sold(shop))}

    answers = [post(shop, "accepted-prices/", **mine).status_code for _tap in range(3)]

    assert answers == [200, 200, 429]
