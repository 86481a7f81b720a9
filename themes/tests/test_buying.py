"""Checkout, cashier, orders, addresses and devices, as the server answers without any script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from markupsafe import escape

from kernel.audit.actor import Actor
from kernel.catalogue.models import Variant
from kernel.common.time import utc_now
from kernel.fulfilment.services import Parcel, Proof, fulfil, receive_fulfilment
from kernel.ledger.services import Owner, adjust, balance
from kernel.members.models import Address, Member, MemberSession
from kernel.members.services import open_session
from kernel.orders.models import Order, OrderEvent, OrderGroup, OrderLine, OrderPolicy
from kernel.orders.timeline import explained, figures_of
from kernel.payments.models import PaymentPassword
from kernel.payments.tests.support import bound
from kernel.pricing.models import BasePrice
from kernel.tenancy.context import TenantRef
from testkit.factories.catalogue import picture_bytes
from testkit.factories.orders import orders_in, pay
from testkit.factories.orders import place as place_order
from testkit.web import TenantClient, store
from themes.buyers import cookie_name
from themes.orders.carriers import tracking_page
from themes.tests.samples import Shelf

HERE: dict[str, Any] = {"HTTP_SEC_FETCH_SITE": "same-origin"}
WRITTEN = {
    "place-name": "Lan",
    "place-phone": "13800138000",
    "place-country": "CN",
    "place-province": "440000",
    "place-prefecture": "440300",
    "place-district": "440305",
    "place-line": "Huaihai Road 1",
}
CLERK = Actor("staff", "stf_1", "李文")


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


@pytest.fixture
def tea(shelf: Shelf) -> Variant:
    shelf.product("Green tea", minor=1_250)
    return Variant.objects.get()


@pytest.fixture
def member(browser: TenantClient, shelf: Shelf) -> Member:
    """A member who is signed in in the browser, at a shop whose shelves can be filled."""
    return browser.as_member()


@pytest.fixture
def other(tenant_a: TenantRef) -> Iterator[TenantClient]:
    """Another browser, with nothing in it."""
    with store(tenant_a, headers={"Accept-Language": "en"}) as client:
        yield client


def put(browser: TenantClient, *, then: str = "cart") -> None:
    form = {"product": "product-1", "quantity": "2", "then": then}
    assert browser.post("/cart/add/", form, **HERE).status_code == 302


def filled(page: str, **more: str) -> dict[str, str]:
    kept = {name: hidden(page, name) for name in ("key", "expected")}
    return {**kept, **WRITTEN, "address": "new", "do": "place", **more}


def placed_by(member: Member, variant: Variant, quantity: int = 2) -> Order:
    [order] = orders_in(place_order((variant.pk, quantity), member_id=member.pk))
    return order


@pytest.mark.usefixtures("tea")
def test_the_same_form_sent_twice_orders_once(browser: TenantClient, member: Member) -> None:
    put(browser)
    form = filled(text_of(browser.get("/checkout/")))

    first = browser.post("/checkout/", form)
    second = browser.post("/checkout/", form)

    number = OrderGroup.objects.get().number
    assert [each["Location"] for each in (first, second)] == [f"/orders/{number}/pay/"] * 2
    assert Order.objects.get().address["region"] == "广东省 深圳市 南山区"
    assert Address.objects.get().member_id == member.pk


@pytest.mark.usefixtures("member")
def test_another_total_than_was_shown_is_shown_before_it_is_charged(
    browser: TenantClient, tea: Variant
) -> None:
    put(browser)
    form = filled(text_of(browser.get("/checkout/")))
    BasePrice.objects.filter(variant=tea).update(minor=2_000)

    answer = browser.post("/checkout/", form)

    assert answer.status_code == 409
    assert "The total has changed" in text_of(answer)
    assert "¥40.00" in text_of(answer)
    assert 'value="Huaihai Road 1"' in text_of(answer)
    again = browser.post("/checkout/", filled(text_of(answer)))
    assert again.status_code == 302
    assert OrderGroup.objects.get().total_minor == 4_000


@pytest.mark.usefixtures("member")
def test_what_cannot_be_ordered_is_said_with_its_reason(
    browser: TenantClient, tea: Variant
) -> None:
    put(browser)
    place_order((tea.pk, 19))

    page = text_of(browser.get("/checkout/"))

    assert "Only 1 left" in page
    assert re.search(r'value="place" disabled', page)


@pytest.mark.usefixtures("tea")
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": ""}, "Please leave an e-mail address or a telephone number."),
        ({"email": "nobody"}, "This is no e-mail address."),
        ({"phone": "12"}, "This is no telephone number."),
        ({"place-name": " "}, "Please fill this in."),
        ({"place-prefecture": "110100"}, "Please choose province, city and district."),
        ({"place-postcode": "!"}, "This is no postcode."),
        ({"place-country": "US"}, "Please fill this in."),
        ({"place-country": "US", "place-city": "Reno"}, "State or province"),
    ],
)
def test_a_guest_is_told_what_is_missing(
    browser: TenantClient, changed: dict[str, str], said: str
) -> None:
    put(browser, then="checkout")
    form = filled(text_of(browser.get("/checkout/?buy=now")), email="guest@example.com")

    answer = browser.post("/checkout/?buy=now", form | changed)

    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Order.objects.exists()


@pytest.mark.usefixtures("tea")
def test_a_guests_order_is_seen_in_his_own_browser_alone(
    browser: TenantClient, other: TenantClient
) -> None:
    put(browser, then="checkout")
    form = filled(text_of(browser.get("/checkout/?buy=now")), email="guest@example.com")
    till = browser.post("/checkout/?buy=now", form)["Location"]
    number = Order.objects.get().number

    assert "no way to pay online yet" in text_of(browser.get(till))
    assert "Huaihai Road 1" in text_of(browser.get(f"/orders/{number}/"))
    assert number in text_of(browser.get("/orders/"))
    other.cookies[cookie_name()] = browser.cookies[cookie_name()].value + "x"
    assert other.get(till).status_code == 404
    assert other.get(f"/orders/{number}/")["Location"].startswith("/account/sign-in/")
    assert other.post(f"/orders/{number}/cancel/").status_code == 404
    other.as_member("nosy@example.com")
    assert other.get(f"/orders/{number}/").status_code == 404


@pytest.mark.usefixtures("tea")
def test_a_shop_for_members_asks_guests_to_sign_in(browser: TenantClient) -> None:
    OrderPolicy.objects.create(guests_may_order=False)
    put(browser)

    answer = browser.get("/checkout/")

    assert answer["Location"] == "/account/sign-in/?next=%2Fcheckout%2F"


@pytest.mark.parametrize(
    ("carrier", "number", "start"),
    [
        ("顺丰速运", "SF 1/2", "https://www.sf-express.com/"),
        ("中通快递", "7310", "https://www.kuaidi100.com/?nu=7310"),
        ("UPS Ground", "1Z9", "https://www.ups.com/track?tracknum=1Z9"),
        ("Uncle Groups", "1", ""),
        ("DHL", "", ""),
    ],
)
def test_a_parcel_is_followed_at_its_carrier(carrier: str, number: str, start: str) -> None:
    page = tracking_page(carrier, number)

    assert page.startswith(start)
    assert bool(page) == bool(start)
    assert " " not in page


def test_an_unpaid_order_past_its_time_cannot_be_paid(
    browser: TenantClient, member: Member, tea: Variant
) -> None:
    order = placed_by(member, tea)
    OrderGroup.objects.update(expires_at=utc_now() - timedelta(minutes=1))

    page = text_of(browser.get(f"/orders/{order.number}/pay/"))
    began = browser.post(f"/orders/{order.number}/pay/", {"binding": "pay_x", "key": "k"})

    assert "The time to pay is over" in page
    assert began.status_code == 409


def test_a_balance_pays_a_part_at_the_cashier_and_comes_back(
    browser: TenantClient, member: Member, tea: Variant
) -> None:
    order, owner = placed_by(member, tea), Owner("member", member.pk)
    adjust(owner, "cny", 1_000, key="gift", reason="sorry", actor=CLERK)
    wallet = bound("wallet", {"asset": "cny"})
    transfer = bound("offline", {"way": "transfer", "instructions": "Please.", "account": "6222"})
    till = f"/orders/{order.number}/pay/"
    told = {"binding": transfer.public_id, "with": wallet.public_id}

    offered = text_of(browser.get(till))
    PaymentPassword.objects.create(member=member, hash=make_password("492817"), set_at=utc_now())
    asked = browser.post(till, {**told, "key": "1"})
    begun = browser.post(till, {**told, "key": "2", "password": "492817"})
    waiting = text_of(browser.get(till))
    kept = text_of(browser.get(f"{till}?choose=1"))
    held = balance(owner, "cny", "frozen")
    browser.post(f"{till}let-go/")

    assert "¥10.00 of wallet" in offered
    assert 'id="till-password"' not in offered
    assert (asked.status_code, begun.status_code) == (403, 302)
    assert 'id="till-password"' in text_of(asked)
    assert "<strong>¥15.00</strong>" in waiting
    assert "¥10.00 of your balance is kept" in kept
    assert (held, balance(owner, "cny")) == (1_000, 1_000)


def test_an_order_in_parcels_is_received_and_its_figures_are_explained(
    browser: TenantClient, member: Member, tea: Variant
) -> None:
    order = placed_by(member, tea)
    pay(OrderGroup.objects.get())
    line = OrderLine.objects.get()
    fulfil(Parcel(order.pk, {line.pk: 1}, "SF Express", "SF1"), actor=CLERK, now=utc_now())

    part = text_of(browser.get(f"/orders/{order.number}/"))
    sent = fulfil(Parcel(order.pk, {line.pk: 1}, "SF Express", "SF2"), actor=CLERK, now=utc_now())
    asked = browser.get(f"/orders/{order.number}/receive/")
    done = browser.post(f"/orders/{order.number}/receive/")
    again = browser.post(f"/orders/{order.number}/receive/")
    shown = Proof("Lan", [picture_bytes(width=900)])
    receive_fulfilment(sent.pk, proof=shown, actor=CLERK, now=utc_now())
    page = text_of(browser.get(f"/orders/{order.number}/"))
    told = browser.get(f"/api/v1/store/orders/{order.number}/parcels/").json()

    assert "Handed to Lan" in page
    assert [each["tracking"] for each in told["parcels"]] == ["SF1", "SF2"]
    assert told["parcels"][0]["items"] == [{"line": line.public_id, "quantity": 1}]
    [link] = told["parcels"][1]["proof"]["pictures"]
    assert escape(link["small"]) in page
    assert "Partly shipped" in part
    assert "1 shipped so far" in part
    assert (asked.status_code, done.status_code, again.status_code) == (200, 302, 409)
    assert "Parcel 2 of 2" in page
    assert "https://www.sf-express.com/chn/sc/waybill/waybill-detail/SF2" in page
    assert "Paid so far <b>+¥25.00</b>" in page
    assert explained([order.pk])[order.pk] == figures_of(Order.objects.get())


def test_an_order_is_cancelled_once_and_bought_again(
    browser: TenantClient, member: Member, tea: Variant
) -> None:
    order = placed_by(member, tea)

    first = browser.post(f"/orders/{order.number}/cancel/", {"reason": "too late"})
    second = browser.post(f"/orders/{order.number}/cancel/", {"reason": "too late"})
    early = browser.post(f"/orders/{placed_by(member, tea, 1).number}/hide/")
    browser.post(f"/orders/{order.number}/again/")

    assert early.status_code == 409
    assert (first.status_code, second.status_code) == (302, 409)
    assert OrderEvent.objects.filter(kind="cancelled").count() == 1
    assert "This order was cancelled" in text_of(browser.get(f"/orders/{order.number}/pay/"))
    assert "¥25.00" in text_of(browser.get("/cart/"))
    assert f"/orders/{order.number}/hide/" in text_of(browser.get(f"/orders/{order.number}/"))
    assert browser.post(f"/orders/{order.number}/hide/").status_code == 302
    assert order.number not in text_of(browser.get("/orders/"))


def test_lists_of_orders_follow_their_filters_and_ask_a_fixed_number_of_questions(
    browser: TenantClient, member: Member, tea: Variant
) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            browser.get("/orders/")
        return len(asked)

    placed_by(member, tea, 1)
    pay(OrderGroup.objects.get())
    questions()
    few = questions()
    for _each in range(11):
        placed_by(member, tea, 1)

    assert questions() == few
    assert text_of(browser.get("/orders/?page=2")).count("order-card") == 2
    assert text_of(browser.get("/orders/?state=unpaid&page=2")).count("order-card") == 1
    assert text_of(browser.get("/orders/?state=unshipped")).count("order-card") == 1
    assert text_of(browser.get("/orders/?state=shipped")).count("order-card") == 0


@pytest.mark.usefixtures("member")
def test_addresses_are_added_changed_chosen_and_removed(browser: TenantClient) -> None:
    new = "/account/addresses/new/"
    step = text_of(browser.post(new, {"place-country": "CN", "place-province": "110000"}))
    for name in ("Lan", "Mei"):
        browser.post(new, {**WRITTEN, "place-name": name, "do": "save"})
    mei = Address.objects.get(name="Mei")
    page = f"/account/addresses/{mei.public_id}/"

    browser.post(f"{page}default/")
    browser.post(page, {**WRITTEN, "place-name": "Mei Li", "do": "save"})

    assert 'name="place-district"' in step, "the one part of Beijing is chosen already"
    assert 'value="Mei"' in text_of(browser.get(page)).replace("Mei Li", "Mei")
    assert Address.objects.get(is_default=True).name == "Mei Li"
    assert browser.post(f"{page}remove/").status_code == 302
    assert Address.objects.get().is_default
    assert browser.get(page).status_code == 404


def test_another_device_is_signed_out(browser: TenantClient, member: Member) -> None:
    phone = open_session(member, device="Mozilla/5.0 (iPhone) Safari/605", now=utc_now())

    page = text_of(browser.get("/account/devices/"))
    ended = browser.post("/account/devices/end/", {"session": hidden_session(page, "iPhone")})

    assert "iPhone · Safari" in page
    assert ended.status_code == 302
    assert MemberSession.objects.filter(revoked_at=None).count() == 1
    assert browser.post("/account/devices/end/", {"session": "mse_0"}).status_code == 404
    assert phone.member == member


def hidden_session(page: str, device: str) -> str:
    [found] = [part for part in page.split("<li") if device in part]
    match = re.search(r'name="session" value="([^"]+)"', found)
    assert match is not None
    return match[1]


@pytest.mark.parametrize(
    "path", ["/orders/", "/account/addresses/", "/account/addresses/new/", "/account/devices/"]
)
def test_strangers_are_asked_to_sign_in_and_come_back(browser: TenantClient, path: str) -> None:
    answer = browser.get(path)

    assert answer["Location"].startswith("/account/sign-in/?next=%2F")


def test_a_member_never_sees_anothers_order(
    browser: TenantClient, other: TenantClient, tea: Variant
) -> None:
    owner = browser.as_member()
    order = placed_by(owner, tea)
    other.as_member("nosy@example.com")

    for page in ("", "pay/", "cancel/", "receive/"):
        assert other.get(f"/orders/{order.number}/{page}").status_code == 404
    for page in ("pay/", "pay/check/", "pay/proof/", "cancel/", "receive/", "again/"):
        assert other.post(f"/orders/{order.number}/{page}").status_code == 404
    assert isinstance(Order.objects.get(status="placed").pk, UUID)
