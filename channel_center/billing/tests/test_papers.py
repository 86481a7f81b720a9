"""Invoices, statements and margins: they add up, and show nobody what is another's."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from PIL import Image as PillowImage
from pypdf import PdfReader
from pytest_django.fixtures import Settings

from channel_center.billing.models import Invoice, Offer
from channel_center.billing.papers.statements import after, before, month_of, statement_of
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.refunding import refund
from channel_center.billing.services.selling import Sale, buy
from channel_center.billing.services.wallets import view_of
from channel_center.billing.tests.samples import ACTOR, Market, make_market, make_offers, price
from channel_center.hosts import HOSTS
from channel_center.models import Channel
from channel_center.partners.tests.test_console_and_api import Api, signed_in
from kernel.branding.pictures import keep_picture
from kernel.common.time import local_date, utc_now
from kernel.tenancy.context import TenantRef, public_context
from testkit.sealing import root_key
from testkit.tenants import refreshed
from testkit.web import console

UTC = ZoneInfo("UTC")


@pytest.fixture
def market(db: None, tenant_a: TenantRef) -> Iterator[Market]:
    """A shop below Zeta, which is below Upper; both name themselves to those they sell to."""
    HOSTS.forget()
    with root_key():
        made = make_market(tenant_a.id, 2)
        with public_context():
            for key, name in zip(made.channels, ("Upper House", "Zeta 云店"), strict=True):
                Channel.objects.filter(pk=key).update(
                    brand={"name": name, "pdf_footer": f"{name} thanks you"}
                )
        yield made


@pytest.fixture
def offer(market: Market) -> Offer:
    (made,) = make_offers(["month"])
    price(market, [made], [[300], [450], [1000]])
    market.fund(5000)
    return made


@pytest.fixture
def partners(settings: Settings) -> Settings:
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"
    return settings


def bought(market: Market, offer: Offer) -> Sale:
    token = quote(market.tenant_id, offer.code).token
    return buy(token, tenant_id=market.tenant_id, actor=ACTOR)


def lines_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def text_of(answer: object) -> str:
    content = getattr(answer, "content", b"")
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_a_shop_reads_its_invoice_and_month_in_its_providers_name(
    market: Market, offer: Offer, tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    sale = bought(market, offer)
    assert sale.charge is not None
    refund(sale.charge.id, key="r", reason="x", actor=ACTOR, minor=400, beyond_policy=True)
    with public_context():
        papers = list(Invoice.objects.filter(tenant=tenant_a.id).order_by("issued_at"))
        [wholesale] = Invoice.objects.filter(total_minor=450)
    with console(refreshed(tenant_a), headers={"accept-language": "zh-hans"}) as owner:
        owner.as_staff("plan.view")
        page = owner.get("/balance/invoices/").content.decode()
        pdfs = [text_of(owner.get(f"/balance/invoices/{row.public_id}/")) for row in papers]
        month = owner.get("/balance/statement/").content.decode()
        table = lines_of(owner.get("/balance/statement/file.csv"))
        drawn = text_of(owner.get("/balance/statement/file.pdf"))
        foreign = owner.get(f"/balance/invoices/{wholesale.public_id}/")
        empty = owner.get("/balance/statement/?month=2001-01").content.decode()
        assert owner.get("/balance/statement/file.doc").status_code == 404
    with console(tenant_b, headers={"accept-language": "en"}) as other:
        other.as_staff("plan.view")
        assert other.get(f"/balance/invoices/{papers[0].public_id}/").status_code == 404
        nothing = other.get("/balance/invoices/").content.decode()
        other.as_staff("orders.view", email="clerk2@example.com")
        assert other.get("/balance/statement/").status_code == 403

    assert [row.number in page for row in papers] == [True, True]
    invoice, note = pdfs
    assert "INV-" in invoice
    assert "¥10.00" in invoice
    assert "Zeta 云店 thanks you" in invoice
    assert papers[0].number in note
    assert "¥4.00" in note
    for text in (*pdfs, drawn, page, month, table):
        assert "Upper House" not in text
        assert "Stoa" not in text
        assert "450" not in text.replace("¥", "")
    assert foreign.status_code == 404
    assert "¥44.00" in month
    assert table.strip().endswith("44.00,CNY")
    assert "¥44.00" in drawn
    assert "2001-01" in empty
    assert "There are no invoices yet" in nothing


def test_partners_read_what_they_wrote_and_received_and_what_stays(
    market: Market, offer: Offer, partners: Settings
) -> None:
    sale = bought(market, offer)
    assert sale.charge is not None
    refund(sale.charge.id, key="r", reason="x", actor=ACTOR, minor=500, beyond_policy=True)
    with public_context():
        upper, zeta = (Channel.objects.get(pk=key) for key in market.channels)
        stranger = Channel.objects.create(
            name="Stranger", slug="stranger", host="stranger.example.com"
        )
        retail, middle, top = (
            Invoice.objects.get(total_minor=minor, kind="invoice") for minor in (1000, 450, 300)
        )
    desk, above = signed_in(zeta.host, zeta), signed_in(upper.host, upper)
    operator = signed_in(str(partners.STOA_OPERATOR_HOST), None)
    foreign = signed_in(stranger.host, stranger)

    def seen(client: Client) -> list[int]:
        rows = (retail, middle, top)
        return [client.get(f"/papers/{row.public_id}/").status_code for row in rows]

    assert seen(desk) == [200, 200, 404]
    assert seen(above) == [404, 200, 200]
    assert seen(operator) == [404, 404, 200]
    assert seen(foreign) == [404, 404, 404]
    assert "Upper House" in text_of(desk.get(f"/papers/{middle.public_id}/"))
    table = lines_of(desk.get("/margins/file.csv"))
    # Half of it went back at each level: 500 sold, 225 paid.
    assert ",5.00,2.25,2.75,CNY" in table
    page = above.get("/margins/").content.decode()
    assert "Zeta 云店" not in page
    assert zeta.name in page
    assert "¥0.75" in page
    assert "¥1.50" in operator.get("/margins/").content.decode()
    assert "Nothing was sold" in foreign.get("/margins/").content.decode()
    assert "There are no invoices yet" in foreign.get("/papers/?of=received").content.decode()
    assert "¥47.75" in desk.get("/statement/").content.decode()
    assert operator.get("/statement/").status_code == 404
    assert desk.get("/papers/?of=received").content.decode().count(middle.number) == 1


def test_a_program_reads_its_invoices_and_months_and_fetches_their_files(
    market: Market, offer: Offer, partners: Settings
) -> None:
    bought(market, offer)
    pixels = BytesIO()
    PillowImage.new("RGB", (300, 100), "#2d4a9e").save(pixels, format="PNG")
    with public_context():
        upper, zeta = (Channel.objects.get(pk=key) for key in market.channels)
        logo = keep_picture(pixels.getvalue(), field="logo")
        Channel.objects.filter(pk=zeta.pk).update(brand={**zeta.brand, "logo_url": logo})
        retail, middle, top = (
            Invoice.objects.get(total_minor=minor, kind="invoice") for minor in (1000, 450, 300)
        )
    program, above = (Api(each, "billing.view") for each in (zeta, upper))

    whole = program.get(f"invoices/{retail.public_id}/").json()
    file = program.get(f"invoices/{retail.public_id}/file.pdf")
    month = program.get("statement/").json()
    drawn = program.get("statement/file.pdf")
    table = program.get("statement/file.csv")

    assert [each["amount"] for each in whole["lines"]] == [whole["total"]] == ["10.00"]
    assert whole["buyer"]["name"]
    assert (month["opening"], month["closing"], month["currency"]) == ("0.00", "45.50", "CNY")
    assert sum(Decimal(each["amount"]) for each in month["lines"]) == Decimal("45.50")
    assert file["Content-Type"] == drawn["Content-Type"] == "application/pdf"
    assert retail.number in text_of(file)
    assert len(PdfReader(io.BytesIO(file.content)).pages[0].images) == 1
    assert "45.50" in lines_of(table)
    assert program.get(f"invoices/{middle.public_id}/").status_code == 200
    for path in (f"invoices/{top.public_id}/", f"invoices/{top.public_id}/file.pdf"):
        assert program.get(path).status_code == 404
    assert above.get(f"invoices/{retail.public_id}/file.pdf").status_code == 404
    assert program.get("statement/file.doc").status_code == 404
    assert program.get("statement/?currency=XXX").status_code == 422


def test_a_program_reads_margins_says_who_writes_and_lends_to_its_own_shops(
    market: Market, offer: Offer, partners: Settings, tenant_a: TenantRef
) -> None:
    bought(market, offer)
    with public_context():
        upper, zeta = (Channel.objects.get(pk=key) for key in market.channels)
    program = Api(zeta, "billing.view", "billing.manage", "tenants.view")
    above = Api(upper, "billing.view", "billing.manage", "tenants.view")
    reader = Api(zeta, "billing.view", "tenants.view")
    shop = f"tenants/{tenant_a.public_id}/wallet/"
    who = {
        "legal_name": "Zeta Ltd", "address": "1 Pier", "tax_number": "T1", "bank": "",
        "prefix": "ZT", "tax_percent": "6.00",
    }  # fmt: skip

    [margin] = program.get("margins/").json()["items"]
    usual = program.get("particulars/").json()
    said = program.put("particulars/", who, key="p")
    wrong = program.put("particulars/", {**who, "prefix": "Z T"}, key="q")
    given = program.post(f"{shop}gifts/", {"amount": "5.00", "days": 30}, key="g")
    again = program.post(f"{shop}gifts/", {"amount": "5.00", "days": 30}, key="g")
    limited = program.put(f"{shop}limits/", {"on_account": "20.00", "low_at": "1.00"}, key="l")
    refused = [
        program.post(f"{shop}gifts/", {"amount": "-5.00"}, key="h"),
        program.post(f"{shop}gifts/", {"amount": "5.001"}, key="i"),
        program.put(f"{shop}limits/", {"on_account": "-1.00", "low_at": "0"}, key="j"),
    ]

    assert (margin["sold"], margin["paid"], margin["margin"]) == ("10.00", "4.50", "5.50")
    assert (usual["prefix"], usual["legal_name"]) == ("INV", "")
    assert (said.json(), wrong.status_code) == (who, 422)
    assert [given.json()["gift"], again.json()["gift"]] == ["5.00", "5.00"]
    assert limited.json()["credit_limit"] == "20.00"
    assert [each.status_code for each in refused] == [422, 422, 422]
    assert view_of(market.shop_wallet).gift_minor == 500
    # The shop buys from Zeta: who stands above it gives it nothing.
    assert above.post(f"{shop}gifts/", {"amount": "5.00"}, key="k").status_code == 404
    assert reader.post(f"{shop}gifts/", {"amount": "5.00"}, key="m").status_code == 403


def test_who_writes_says_what_stands_on_the_next_invoices(
    market: Market, offer: Offer, partners: Settings
) -> None:
    with public_context():
        zeta = Channel.objects.get(pk=market.channels[1])
    desk = signed_in(zeta.host, zeta)
    told = {"legal_name": "泽塔有限公司", "prefix": "ZT", "tax_percent": "6", "tax_number": "91X"}

    wrong = desk.post("/papers/particulars/", {**told, "prefix": "Z-/", "tax_percent": "101"})
    saved = desk.post("/papers/particulars/", told)
    bought(market, offer)

    assert (wrong.status_code, saved.status_code) == (422, 302)
    with public_context():
        paper = Invoice.objects.get(total_minor=1000)
    assert paper.number.startswith("ZT-")
    assert paper.tax_minor == 57
    drawn = text_of(desk.get(f"/papers/{paper.public_id}/"))
    assert "泽塔有限公司" in drawn
    assert "6%" in drawn.replace(" ", "")


def test_opening_and_lines_come_to_closing_and_closing_is_the_balance(
    market: Market, offer: Offer
) -> None:
    bought(market, offer)
    today = local_date(utc_now(), "UTC")
    for wallet in (market.wallet(0), market.wallet(1), market.shop_wallet):
        month = today.replace(day=1)
        now = statement_of(wallet, month, zone=UTC, language="en")
        later = statement_of(wallet, after(month), zone=UTC, language="en")
        assert now.opening_minor + sum(line.minor for line in now.lines) == now.closing_minor
        assert now.closing_minor == later.opening_minor == view_of(wallet).balance_minor
        assert [each.balance_minor for each in now.lines][-1] == now.closing_minor
    assert month_of("2031-13", today=today) == today.replace(day=1)
    assert before(after(today)) == today.replace(day=1)
