"""Taxes and documents on the console."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.common.time import utc_now
from kernel.documents.choices import RequestKind
from kernel.documents.models import Document, InvoiceRequest, PrintRun, RedInvoice
from kernel.documents.services import Wanted, ask_for_invoice, ask_for_reds
from kernel.documents.services.printing import run
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.models import Order
from kernel.orders.services.money import note_refund
from kernel.taxes.models import Exemption, TaxRate
from kernel.taxes.services import ask
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import TESTER, make_member, make_variant, pay, place
from testkit.factories.reviews import make_photo
from testkit.factories.taxes import legal_entity, tax_zone, taxed
from testkit.web import TenantClient, console

NOW = utc_now()
ENGLISH: Any = {"headers": {"Accept-Language": "en"}}


pytestmark = pytest.mark.usefixtures("in_tenant_a")


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a, **ENGLISH) as client:
        client.as_staff(
            *("orders.view", "taxes.view", "taxes.manage", "documents.view", "documents.manage")
        )
        yield client


def paid(**more: Any) -> Order:
    group = place((make_variant(minor=10_000).pk, 1), **more)
    pay(group)
    return Order.objects.get(group=group)


def test_staff_set_taxes_up_and_see_them_on_an_order(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    zone = {
        "name": "China", "code": "cn", "countries": "CN", "is_included": "on",
        "rate_0_class": "standard", "rate_0_name_en": "VAT", "rate_0_percent": "13",
    }  # fmt: skip
    policy = {
        "is_on": "on", "home": "CN", "rounding": "line", "freight": "goods",
        "freight_class": "standard", "provider": "zones",
    }  # fmt: skip

    wrong = desk.post("/taxes/zones/new/", {**zone, "rate_0_percent": "113"})
    saved = desk.post("/taxes/zones/new/", zone)
    chosen = desk.post("/taxes/policy/", policy)
    with tenant_context(tenant_a):
        order = paid()
    page = desk.get(f"/orders/{order.number}/").content.decode()

    assert (wrong.status_code, saved.status_code, chosen.status_code) == (422, 302, 302)
    assert TaxRate.objects.get().ppm == 130_000
    assert "VAT 13 %" in page
    assert "¥11.50" in page
    assert "¥88.50" in page


def test_staff_decide_who_pays_no_tax(desk: TenantClient, tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        row = ask(make_member().pk, name="Tea Ltd", number="GB123456", country="GB", now=NOW)

    listed = desk.get("/taxes/exemptions/").content.decode()
    desk.post(f"/taxes/exemptions/{row.public_id}/", {"state": "granted"})

    assert "GB123456" in listed
    assert Exemption.objects.get().state == "granted"


def test_an_owner_gives_documents_a_look_of_their_own_and_sees_a_sample(
    desk: TenantClient,
) -> None:
    entity = legal_entity(language="en")
    home = f"/documents/entities/{entity.public_id}/layouts/"
    told = {"title": "Tax invoice", "paper": "a5", "hidden": ["sku"], "shows_bank": "on"}

    listed = desk.get(home).content.decode()
    form = desk.get(f"{home}invoice/").content.decode()
    wrong = desk.post(f"{home}invoice/", {**told, "intro": "{{ secret }}"})
    logo = SimpleUploadedFile("logo.png", make_photo())
    saved = desk.post(f"{home}invoice/", {**told, "intro": "For {{ order }}.", "logo": logo})
    again = desk.get(f"{home}invoice/").content.decode()
    sample = desk.get(f"{home}invoice/sample/")

    assert "Delivery note" in listed
    assert "{{ buyer }}" in form
    assert (wrong.status_code, saved.status_code) == (422, 302)
    assert "For {{ order }}." in again
    assert "drops_logo" in again
    assert (sample["Content-Type"], sample.content[:4]) == ("application/pdf", b"%PDF")
    assert desk.get(f"{home}nothing/").status_code == 404


def test_documents_are_issued_listed_sent_and_printed_together(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        taxed()
        tax_zone({"standard": [("VAT", 130_000)]})
        legal_entity()
        order = paid()

    desk.post(f"/documents/orders/{order.number}/", {"kind": "invoice"})
    document = Document.objects.get()
    listed = desk.get("/documents/?kind=invoice").content.decode()
    other = desk.get("/documents/?kind=credit_note").content.decode()
    file = desk.get(f"/documents/{document.public_id}/")
    export = b"".join(desk.get("/documents/export.csv").streaming_content).decode()  # type: ignore[attr-defined]
    sent = desk.post("/documents/prints/new/", {"order": [order.number], "kind": "delivery_note"})
    row = PrintRun.objects.get()
    waiting = desk.get(f"/documents/prints/{row.public_id}/")
    run(row.pk, clock=utc_now)
    done = desk.get(f"/documents/prints/{row.public_id}/file/")

    assert document.number in listed
    assert document.number not in other
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert f"{document.number},Invoice" in export
    assert "88.50,11.50,100.00,CNY" in export
    assert sent.status_code == 302
    assert waiting["Refresh"] == "2"
    assert b"".join(done.streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]


def test_a_request_goes_over_the_desk_to_its_red_invoice(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    with tenant_context(tenant_a):
        legal_entity(takes_requests=True)
        member = make_member()
        order = paid(member_id=member.pk)
        wanted = Wanted(RequestKind.PERSON, "王小梅")
        row = ask_for_invoice(order.pk, wanted, member_id=member.pk, now=NOW)
    path = f"/documents/requests/{row.public_id}/"
    file = SimpleUploadedFile("fapiao.pdf", b"%PDF-1.7")

    refused = desk.post(f"{path}issue/", {"number": "x"})
    desk.post(f"{path}issue/", {"number": "24312000000012345678", "file": file})
    sent = desk.get(f"{path}file/")
    with tenant_context(tenant_a):
        kind = PaymentEntryKind.REFUNDED
        note_refund(order.pk, kind, 10_000, reference="r", actor=TESTER, now=NOW)
        ask_for_reds(order.pk, now=NOW)
        [red] = RedInvoice.objects.all()
    due = desk.get("/documents/requests/?state=red_due").content.decode()
    desk.post(f"{path}reds/{red.public_id}/", {"number": "24312000000087654321"})

    assert refused.status_code == 422
    assert b"".join(sent.streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    assert "王小梅" in due
    assert InvoiceRequest.objects.get().state == "red"


def test_who_may_only_look_changes_nothing(tenant_a: TenantRef) -> None:
    with console(tenant_a, **ENGLISH) as client:
        client.as_staff("taxes.view", "documents.view")
        pages = ("/taxes/", "/taxes/exemptions/", "/documents/", "/documents/entities/")
        more = ("/documents/prints/", "/documents/requests/")
        shown = {client.get(each).status_code for each in (*pages, *more)}
        changes = ("/taxes/zones/new/", "/documents/entities/new/", "/documents/prints/new/")
        kept = {client.post(each).status_code for each in changes}

    assert (shown, kept) == ({200}, {403})
