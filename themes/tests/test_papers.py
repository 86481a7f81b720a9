"""Taxes and documents where buyers meet them."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.cart.services import CartOwner, Wish, add
from kernel.catalogue.models import Variant
from kernel.common.time import utc_now
from kernel.documents.choices import DocumentKind
from kernel.documents.models import InvoiceRequest
from kernel.documents.services import Issued, issue_invoice, issue_request, issue_slip
from kernel.members.models import Member
from kernel.orders.models import Order
from kernel.taxes.models import Exemption
from testkit.factories.orders import make_member, pay, place
from testkit.factories.taxes import ACTOR, legal_entity, tax_zone, taxed
from testkit.web import TenantClient
from themes.tests.samples import Shelf
from themes.tests.test_buying import text_of

NOW = utc_now()
NUMBER = "24312000000012345678"


@pytest.fixture
def tea(shelf: Shelf) -> Variant:
    shelf.product("Green tea", minor=10_000)
    return Variant.objects.get()


@pytest.fixture
def member(browser: TenantClient, shelf: Shelf) -> Member:
    taxed(home="CN")
    tax_zone({"standard": [("VAT", 130_000)]})
    legal_entity(takes_requests=True)
    return browser.as_member()


def paid(tea: Variant, member: Member) -> Order:
    group = place((tea.pk, 1), member_id=member.pk)
    pay(group)
    return Order.objects.get(group=group)


def test_checkout_and_order_say_what_tax_the_price_holds(
    browser: TenantClient, tea: Variant, member: Member
) -> None:
    add(CartOwner(member_id=member.pk), Wish(tea.pk, 1), now=NOW)

    checkout = text_of(browser.get("/checkout/"))
    order = text_of(browser.get(f"/orders/{paid(tea, member).number}/"))

    for page in (checkout, order):
        assert "Includes VAT 13 %" in page
        assert "11.50" in page
        assert "88.50" in page
    assert "Prices include tax." in checkout


def test_a_member_asks_for_an_invoice_and_fetches_it_from_the_order(
    browser: TenantClient, tea: Variant, member: Member
) -> None:
    order = paid(tea, member)
    page, path = f"/orders/{order.number}/", f"/orders/{order.number}/invoice/"
    company: dict[str, Any] = {"kind": "company", "title": "Harbor Ltd.", "tax_number": "1"}

    offered = text_of(browser.get(page))
    refused = browser.post(path, company)
    asked = browser.post(path, {**company, "tax_number": "91310000MA1FL0XX0X"})
    waiting = text_of(browser.get(page))
    row = InvoiceRequest.objects.get()
    issue_request(row.pk, Issued(NUMBER, content=b"%PDF-1.7"), actor=ACTOR, now=NOW)
    done = text_of(browser.get(page))
    file = browser.get(f"{path}file/")
    late = browser.post(f"{path}withdraw/")

    assert path in offered
    assert (refused.status_code, asked.status_code, late.status_code) == (422, 302, 302)
    assert f"{path}withdraw/" in waiting
    assert NUMBER in done
    assert file.getvalue() == b"%PDF-1.7"
    assert InvoiceRequest.objects.get().state == "issued"


def test_a_buyer_fetches_invoices_of_his_own_and_no_slips(
    browser: TenantClient, tea: Variant, member: Member
) -> None:
    order, other = paid(tea, member), paid(tea, make_member())
    mine, foreign = (issue_invoice(each.pk, actor=ACTOR, now=NOW) for each in (order, other))
    slip = issue_slip(order.pk, DocumentKind.DELIVERY_NOTE, actor=ACTOR, now=NOW)

    found = browser.get(f"/orders/{order.number}/documents/{mine.public_id}/")
    missing = [
        browser.get(f"/orders/{number}/documents/{row.public_id}/").status_code
        for number, row in (
            (order.number, slip),
            (order.number, foreign),
            (other.number, foreign),
        )
    ]

    assert mine.number in text_of(browser.get(f"/orders/{order.number}/"))
    assert found.content[:5] == b"%PDF-"
    assert missing == [404, 404, 404]


def test_a_member_asks_to_buy_without_tax(browser: TenantClient, member: Member) -> None:
    told = {"name": "Harbor Ltd.", "number": "GB123456789", "country": "GB"}

    linked = text_of(browser.get("/account/invoices/"))
    refused = browser.post("/buying-without-tax/", {**told, "number": "?"})
    sent = browser.post("/buying-without-tax/", told)

    assert "/buying-without-tax/" in linked
    assert (refused.status_code, sent.status_code) == (422, 302)
    assert Exemption.objects.get().state == "requested"
    assert "GB123456789" in text_of(browser.get("/buying-without-tax/"))
