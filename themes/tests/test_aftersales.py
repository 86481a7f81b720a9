"""After-sales as buyers meet it, without any script."""

from __future__ import annotations

from typing import Any

from kernel.aftersales.models import Case
from kernel.aftersales.services import approve, inspect, offer, send_back
from kernel.catalogue.models import Variant
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.inventory.services import StockLine, default_location, receive
from kernel.pricing.services import set_base_price
from testkit.factories.aftersales import STAFF, lines_in, make_arrived, make_case
from testkit.web import TenantClient
from themes.tests.samples import Shelf
from themes.tests.test_buying import text_of


def test_a_buyer_asks_for_a_return_from_the_order_and_sends_it_back(
    browser: TenantClient, shelf: Shelf
) -> None:
    member = browser.as_member()
    shelf.product("Green tea", minor=1_250)
    order = make_arrived((Variant.objects.get().pk, 2), member=member)
    line = lines_in(order)[0].public_id
    path = f"/orders/{order.number}/after-sale/"
    told = {f"quantity_{line}": "1", "reason": "unwanted", "text": "Too <b>much</b>"}

    page = text_of(browser.get(f"/orders/{order.number}/"))
    kinds = text_of(browser.get(path))
    form = text_of(browser.get(f"{path}?kind=return_refund"))
    seen = text_of(browser.post(f"{path}?kind=return_refund", told))
    many = {**told, f"quantity_{line}": "9", "send": "1"}
    wrong = browser.post(f"{path}?kind=return_refund", many)
    assert Case.objects.count() == 0
    sent = browser.post(f"{path}?kind=return_refund", {**told, "send": "1"})
    case = Case.objects.get()
    approve(case.pk, actor=STAFF, now=utc_now())
    back = browser.post(sent["Location"], {"act": "send", "carrier": "SF", "tracking": "SF7"})
    late = browser.post(sent["Location"], {"act": "cancel"})
    shown = text_of(browser.get(sent["Location"]))

    assert path in page
    assert "?kind=return_refund" in kinds
    assert 'enctype="multipart/form-data"' in form
    assert "12.50" in seen
    assert (wrong.status_code, sent.status_code, back.status_code) == (409, 302, 302)
    assert (sent["Location"], late.status_code) == (f"/after-sales/{case.number}/", 409)
    assert "Too &lt;b&gt;much&lt;/b&gt;" in shown
    assert "SF7" in shown
    assert case.number in text_of(browser.get("/after-sales/"))
    assert case.number in text_of(browser.get(f"/orders/{order.number}/"))
    assert Case.objects.get().state == "shipped_back"


def test_a_buyer_pays_the_difference_of_an_exchange_or_has_his_money_instead(
    browser: TenantClient, shelf: Shelf
) -> None:
    member = browser.as_member()
    shelf.product("Green tea", minor=1_250)
    small = Variant.objects.get()
    large = Variant.objects.create(product=small.product, sku="L", signature="l", title="Large")
    set_base_price(large.pk, Money(2_000, "CNY"), actor=STAFF)
    receive([StockLine(large.pk, default_location().pk, 3)], actor=STAFF)
    order = make_arrived((small.pk, 1), member=member)
    line = lines_in(order)[0].public_id
    path = f"/orders/{order.number}/after-sale/?kind=exchange"
    told = {f"quantity_{line}": "1", f"variant_{line}": large.public_id, "reason": "wrong_size"}

    seen = text_of(browser.post(path, told))
    sent = browser.post(path, {**told, "send": "1"})
    case = Case.objects.get()
    approve(case.pk, actor=STAFF, now=utc_now())
    send_back(case.pk, carrier="SF", tracking="1", actor=STAFF, now=utc_now())
    inspect(case.pk, actor=STAFF, now=utc_now())
    shown = text_of(browser.get(sent["Location"]))
    till = text_of(browser.get(f"/orders/{order.group.number}/pay/"))
    rather = browser.post(sent["Location"], {"act": "money"})

    assert "7.50" in seen
    assert f"/orders/{order.group.number}/pay/" in shown
    assert "7.50" in till
    assert rather.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.kind, case.amount_minor) == ("refunding", "return_refund", 1_250)


def test_a_buyer_answers_a_proposal_and_strangers_see_nothing(
    browser: TenantClient, shelf: Shelf
) -> None:
    member = browser.as_member()
    shelf.product("Green tea", minor=1_250)
    order = make_arrived((Variant.objects.get().pk, 2), member=member)
    case = make_case(order)
    offer(case.pk, {lines_in(order)[0].pk: 500}, actor=STAFF, now=utc_now())
    path = f"/after-sales/{case.number}/"

    shown = text_of(browser.get(path))
    said: Any = browser.post(path, {"act": "say", "text": "Really?"})
    declined = browser.post(path, {"act": "decline"})
    withdrawn = browser.post(path, {"act": "cancel"})
    browser.as_member("other@example.com")

    assert "5.00" in shown
    assert [each.status_code for each in (said, declined, withdrawn)] == [302] * 3
    assert Case.objects.get().state == "cancelled"
    assert browser.get(path).status_code == 404
    assert browser.get(f"/orders/{order.number}/after-sale/").status_code == 404
