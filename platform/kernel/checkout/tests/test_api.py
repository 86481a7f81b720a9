"""Checkout and orders over HTTP: once, only one's own, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.cart.services import CartOwner, Wish, add, new_token
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.fulfilment.services import Parcel, fulfil
from kernel.members.models import Member
from kernel.orders.models import Order, OrderGroup, OrderLine
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import (
    ADDRESS,
    TESTER,
    make_member,
    make_variant,
    orders_in,
    pay,
    place,
)
from testkit.web import TenantClient, console, store

API = "/api/v1/store"
ADMIN = "/api/v1/admin"
NOW = utc_now()


@pytest.fixture
def browser(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a) as client:
        yield client


@pytest.fixture
def member(browser: TenantClient) -> Member:
    return browser.as_member()


@pytest.fixture
def buyer(tenant_a: TenantRef) -> Member:
    """Somebody who buys, and is not at a browser."""
    with tenant_context(tenant_a):
        return make_member()


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a) as client:
        client.as_staff("orders.view", "orders.manage", "fulfilment.view", "fulfilment.manage")
        yield client


def post(client: TenantClient, path: str, data: object = None, **headers: str) -> Any:
    return client.post(path, data or {}, content_type="application/json", headers=headers)


def in_cart(tenant: TenantRef, owner: CartOwner, *, minor: int = 1000, quantity: int = 2) -> None:
    with tenant_context(tenant):
        tea = make_variant(minor=minor)
        add(owner, Wish(tea.pk, quantity), now=NOW)


def order_of(tenant: TenantRef, member: Member, *, paid: bool = False) -> Order:
    with tenant_context(tenant):
        group = place((make_variant().pk, 2), member_id=member.pk)
        if paid:
            pay(group)
        return orders_in(group)[0]


def test_a_cart_is_quoted_and_ordered_once(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    in_cart(tenant_a, CartOwner(member_id=member.pk))
    told = {"address": dict(ADDRESS)}

    quoted = post(browser, f"{API}/checkout/quote/", told).json()
    wanted = {**told, "expected_total": quoted["total"]}
    first, again = (
        post(browser, f"{API}/checkout/orders/", wanted, **{"Idempotency-Key": "k1"})
        for _request in range(2)
    )

    assert (quoted["total"], quoted["may_be_placed"], quoted["refusals"]) == ("20.00", True, [])
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    with tenant_context(tenant_a):
        assert Order.objects.count() == 1
    emptied = post(browser, f"{API}/checkout/quote/", told).json()
    assert [each["code"] for each in emptied["refusals"]] == ["checkout.empty"]


def test_items_are_bought_past_the_cart_which_stays_as_it_is(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    in_cart(tenant_a, CartOwner(member_id=member.pk))
    with tenant_context(tenant_a):
        tea, cup = make_variant(minor=700), make_variant(minor=300)
    items = [
        {"variant": tea.public_id, "quantity": 2, "form": {"name": "Ada"}},
        {"variant": cup.public_id, "quantity": 1},
    ]
    told = {"address": dict(ADDRESS), "items": items}

    quoted = post(browser, f"{API}/checkout/quote/", told).json()
    wanted = {**told, "expected_total": quoted["total"]}
    first, again = (
        post(browser, f"{API}/checkout/orders/", wanted, **{"Idempotency-Key": "k1"})
        for _request in range(2)
    )
    cart = post(browser, f"{API}/checkout/quote/", {"address": dict(ADDRESS)}).json()

    assert (quoted["total"], first.status_code) == ("17.00", 201)
    assert first.json() == again.json()
    assert cart["total"] == "20.00"
    with tenant_context(tenant_a):
        lines = OrderLine.objects.order_by("position")
        assert [(line.variant_id, line.quantity) for line in lines] == [(tea.pk, 2), (cup.pk, 1)]
        assert lines[0].snapshot["options"] == {"form": {"name": "Ada"}}


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([{"variant": "var_01h00000000000000000000000", "quantity": 1}], "checkout.refused"),
        ([{"variant": "prd_01h00000000000000000000000", "quantity": 1}], "api.invalid"),
        ([{"variant": None, "quantity": 1}], "api.invalid"),
        ([{"quantity": 0}], "api.invalid"),
        ([{"form": {"name": ["no", "text"]}}], "cart.invalid_choice"),
        ([{}] * 201, "api.invalid"),
    ],
)
def test_items_that_nobody_can_mean_are_refused(
    tenant_a: TenantRef,
    browser: TenantClient,
    member: Member,
    items: list[dict[str, object]],
    code: str,
) -> None:
    with tenant_context(tenant_a):
        known = {"variant": make_variant(minor=700).public_id, "quantity": 1}
    told = {"address": dict(ADDRESS), "items": [{**known, **each} for each in items]}

    answer = post(
        browser,
        f"{API}/checkout/orders/",
        {**told, "expected_total": "7.00"},
        **{"Idempotency-Key": "k1"},
    )

    assert answer.status_code in {400, 409, 422}
    assert answer.json()["code"] == code
    with tenant_context(tenant_a):
        assert not Order.objects.filter(member_id=member.pk).exists()


def test_a_changed_total_is_told(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    in_cart(tenant_a, CartOwner(member_id=member.pk))
    told = {"address": dict(ADDRESS), "expected_total": "19.99"}

    answer = post(browser, f"{API}/checkout/orders/", told, **{"Idempotency-Key": "k1"})

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["total"]) == ("checkout.total_changed", "20.00")


@pytest.mark.parametrize("total", ["", "1.234", "-", "1e400", "NaN", "9" * 40])
def test_an_expected_total_that_is_no_amount_is_refused(
    tenant_a: TenantRef, browser: TenantClient, member: Member, total: str
) -> None:
    in_cart(tenant_a, CartOwner(member_id=member.pk))
    told = {"address": dict(ADDRESS), "expected_total": total}

    answer = post(browser, f"{API}/checkout/orders/", told, **{"Idempotency-Key": "k1"})

    assert 400 <= answer.status_code < 500


def test_an_order_without_a_key_is_refused(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    in_cart(tenant_a, CartOwner(member_id=member.pk))

    answer = post(browser, f"{API}/checkout/orders/", {"expected_total": "20.00"})

    assert answer.json()["code"] == "checkout.key_missing"


def test_a_guest_orders_with_his_cart_and_a_way_to_reach_him(
    tenant_a: TenantRef, browser: TenantClient
) -> None:
    token = new_token()
    in_cart(tenant_a, CartOwner(token=token))
    told = {"address": dict(ADDRESS), "expected_total": "20.00"}
    headers = {"Idempotency-Key": "k1", "X-Cart-Token": token}

    nameless = post(browser, f"{API}/checkout/orders/", told, **headers)
    named = {**told, "email": "guest@example.com"}
    headers["Idempotency-Key"] = "k2"
    answer = post(browser, f"{API}/checkout/orders/", named, **headers)
    nobody = post(browser, f"{API}/checkout/quote/", told)

    assert nameless.json()["code"] == "checkout.contact_missing"
    assert answer.status_code == 201
    assert nobody.status_code == 401
    with tenant_context(tenant_a):
        assert OrderGroup.objects.get().email == "guest@example.com"


def test_anothers_order_is_not_there(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    with tenant_context(tenant_a):
        other = Member.objects.create(login=f"{uuid7().hex}@example.com", name="别人")
    order = order_of(tenant_a, other)
    with tenant_context(tenant_a):
        group = OrderGroup.objects.get(pk=order.group_id)

    answers = [
        browser.get(f"{API}/orders/{order.number}/"),
        browser.get(f"{API}/orders/{order.public_id}/"),
        browser.delete(f"{API}/orders/{order.number}/"),
        post(browser, f"{API}/orders/{order.number}/cancellation/"),
        post(browser, f"{API}/orders/{order.number}/receipt/"),
        post(browser, f"{API}/checkout/payments/", {"group": group.public_id}),
        browser.get(f"{API}/orders/{'9' * 60}/"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json()["code"] for answer in answers} == {"orders.not_found"}
    assert browser.get(f"{API}/orders/").json()["results"] == []


def test_a_member_follows_his_order_to_the_end(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    order = order_of(tenant_a, member, paid=True)
    with tenant_context(tenant_a):
        fulfil(Parcel(order.pk, carrier="SF", tracking="1"), actor=TESTER, now=NOW)

    received = post(browser, f"{API}/orders/{order.number}/receipt/")
    hidden = browser.delete(f"{API}/orders/{order.number}/")

    assert received.json()["fulfilment_status"] == "delivered"
    assert [e["kind"] for e in received.json()["timeline"]] == [
        "placed",
        "paid",
        "shipped",
        "delivered",
    ]
    assert hidden.status_code == 409


def test_a_cancelled_order_can_be_taken_off_the_list(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    order = order_of(tenant_a, member)

    cancelled = post(browser, f"{API}/orders/{order.number}/cancellation/", {"reason": "late"})
    hidden = browser.delete(f"{API}/orders/{order.number}/")

    assert (cancelled.json()["status"], hidden.status_code) == ("cancelled", 204)
    assert browser.get(f"{API}/orders/").json()["results"] == []
    with tenant_context(tenant_a):
        assert Order.objects.filter(pk=order.pk).exists()


def test_an_open_order_can_be_paid(
    tenant_a: TenantRef, browser: TenantClient, member: Member
) -> None:
    order = order_of(tenant_a, member)

    answer = post(browser, f"{API}/checkout/payments/", {"group": order.number})

    assert (answer.status_code, answer.json()["amount"]) == (200, "20.00")


@pytest.mark.usefixtures("member")
def test_an_order_of_one_line_asks_few_questions_on_its_way(
    tenant_a: TenantRef, browser: TenantClient
) -> None:
    with tenant_context(tenant_a):
        variant = make_variant(minor=1000, stock=50).public_id
    asked: dict[str, int] = {}

    def counted(path: str, told: dict[str, Any], **headers: str) -> Any:
        with CaptureQueriesContext(connection) as queries:
            answer = post(browser, f"{API}/{path}", told, **headers)
        assert answer.status_code < 300, answer.content
        asked[path] = len([each for each in queries if "tenants_" not in each["sql"]])
        return answer.json()

    for key in ("first", "second"):
        counted("cart/lines/", {"variant": variant, "quantity": 1})
        total = counted("checkout/quote/", {"address": dict(ADDRESS)})["total"]
        wanted = {"address": dict(ADDRESS), "expected_total": total}
        counted("checkout/orders/", wanted, **{"Idempotency-Key": key})

    assert asked["cart/lines/"] <= 15
    assert asked["checkout/quote/"] <= 7
    assert asked["checkout/orders/"] <= 24


@pytest.mark.parametrize("side", ["store", "console"])
def test_lists_and_details_ask_a_fixed_number_of_queries(
    tenant_a: TenantRef, member: Member, browser: TenantClient, side: str
) -> None:
    def counted(client: TenantClient, path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        assert answer.status_code == 200
        # Who the host belongs to is remembered for some seconds, and then read again.
        return len([query for query in queries if "tenants_" not in query["sql"]])

    base, most = (f"{API}/orders/", (3, 7)) if side == "store" else (f"{ADMIN}/orders/", (6, 13))
    with store(tenant_a) if side == "store" else console(tenant_a) as client:
        if side == "store":
            client.defaults["HTTP_AUTHORIZATION"] = browser.defaults["HTTP_AUTHORIZATION"]
        else:
            client.as_staff("orders.view")
        order = order_of(tenant_a, member)
        few = (counted(client, base), counted(client, f"{base}{order.number}/"))
        for _order in range(5):
            order = order_of(tenant_a, member, paid=True)
        many = (counted(client, base), counted(client, f"{base}{order.number}/"))

    assert few == many
    assert many <= most, many


def test_staff_ship_by_form_and_by_rows(
    tenant_a: TenantRef, desk: TenantClient, buyer: Member
) -> None:
    order, other = order_of(tenant_a, buyer, paid=True), order_of(tenant_a, buyer, paid=True)
    with tenant_context(tenant_a):
        line = OrderLine.objects.get(order=order)

    parcel = post(
        desk,
        f"{ADMIN}/fulfilments/",
        {
            "order": order.number,
            "items": [{"line": line.public_id, "quantity": 1}],
            "carrier": "SF",
            "tracking": "1",
        },
    )
    rows = [{"number": other.number, "carrier": "SF", "tracking": "2"}, {"number": "no"}]
    report = post(desk, f"{ADMIN}/fulfilments/rows/", {"rows": rows}).json()
    moved = desk.patch(
        f"{ADMIN}/fulfilments/{parcel.json()['id']}/",
        {"carrier": "YTO", "tracking": "3"},
        content_type="application/json",
    )

    assert parcel.status_code == 201
    assert (report["shipped"], [f["row"] for f in report["faults"]]) == (1, [2])
    assert moved.json()["carrier"] == "YTO"
    detail = desk.get(f"{ADMIN}/orders/{order.number}/").json()
    assert detail["fulfilment_status"] == "partial"


def test_staff_change_note_tag_and_cancel(
    tenant_a: TenantRef, desk: TenantClient, buyer: Member
) -> None:
    order = order_of(tenant_a, buyer)
    path = f"{ADMIN}/orders/{order.number}/"
    with tenant_context(tenant_a):
        line = OrderLine.objects.get(order=order)
    told = {
        "reason": "asked",
        "operations": [{"op": "set_price", "line": line.public_id, "unit_minor": 900}],
    }

    seen = post(desk, f"{path}preview/", told).json()
    change = post(desk, f"{path}changes/", told).json()
    applied = post(desk, f"{ADMIN}/orders/changes/{change['id']}/").json()
    post(desk, f"{path}notes/", {"text": "calls back"})
    desk.put(f"{path}tags/", {"tags": ["vip"]}, content_type="application/json")
    found = desk.get(f"{ADMIN}/orders/?tag=vip").json()["results"]
    ended = post(desk, f"{path}cancellation/", {"reason": "asked"}).json()

    assert (seen["before"]["total"], seen["after"]["total"]) == ("20.00", "18.00")
    assert applied["total"] == "18.00"
    assert [each["number"] for each in found] == [order.number]
    assert (ended["status"], ended["tags"]) == ("cancelled", ["vip"])
    assert ended["notes"][0]["text"] == "calls back"


def test_orders_are_exported_without_formulas(
    tenant_a: TenantRef, desk: TenantClient, buyer: Member
) -> None:
    order = order_of(tenant_a, buyer)
    with tenant_context(tenant_a):
        Order.objects.filter(pk=order.pk).update(note="=HYPERLINK(1)")

    answer = desk.get(f"{ADMIN}/orders/export/")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert order.number in text
    assert "'=HYPERLINK(1)" in text


def test_ways_to_ship_and_the_policy_are_set_by_staff(
    tenant_a: TenantRef, desk: TenantClient
) -> None:
    policy = {
        "unpaid_minutes": 60,
        "receive_days": 7,
        "complete_days": 7,
        "number_prefix": "AB",
        "number_dated": False,
        "number_digits": 8,
        "guests_may_order": True,
        "after_sale_days": 7,
        "fault_days": 15,
        "silent_days": 3,
        "send_back_days": 7,
        "inspect_days": 10,
        "difference_days": 7,
        "returns_recount": False,
    }

    chosen = desk.put(f"{ADMIN}/orders/policy/", policy, content_type="application/json")
    refused = desk.put(
        f"{ADMIN}/orders/policy/",
        {**policy, "number_prefix": "a1"},
        content_type="application/json",
    )

    assert refused.status_code == 422
    assert chosen.json() == policy
    with tenant_context(tenant_a):
        assert place((make_variant().pk, 1)).number.startswith("AB0")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "orders/"),
        ("get", "orders/export/"),
        ("get", "orders/1/"),
        ("post", "orders/1/cancellation/"),
        ("put", "orders/policy/"),
        ("post", "fulfilments/"),
        ("post", "fulfilments/rows/"),
        ("post", "fulfilments/pickups/"),
        ("post", "fulfilments/keys/"),
    ],
)
def test_staff_without_the_permission_are_refused(
    tenant_a: TenantRef, method: str, path: str
) -> None:
    with console(tenant_a) as client:
        stranger = getattr(client, method)(f"{ADMIN}/{path}")
        client.as_staff("something.else")
        clerk = getattr(client, method)(f"{ADMIN}/{path}")

    assert (stranger.status_code, clerk.status_code) == (401, 403)
