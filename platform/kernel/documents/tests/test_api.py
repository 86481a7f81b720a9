"""Taxes and documents over the APIs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.audit.models import AuditEntry
from kernel.cart.services import CartOwner, Wish, add
from kernel.common.time import utc_now
from kernel.documents.models import Document, InvoiceRequest
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef
from testkit.factories.orders import ADDRESS, make_member, make_variant, pay, place
from testkit.factories.taxes import legal_entity, tax_zone, taxed
from testkit.web import TenantClient, console, store

STORE, ADMIN = "/api/v1/store/", "/api/v1/admin/"
JSON: Any = {"content_type": "application/json"}
ENGLISH: Any = {"headers": {"Accept-Language": "en"}}
VAT = {"tax_class": "standard", "names": {"en": "VAT"}, "percent": "13"}
POLICY = {
    "is_on": True, "rounding": "line", "freight": "goods", "freight_class": "standard",
    "home": "CN", "provider": "zones",
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("in_tenant_a")


@pytest.fixture
def shop(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with store(tenant_a, **ENGLISH) as client:
        yield client


@contextmanager
def desk_of(tenant: TenantRef) -> Iterator[TenantClient]:
    with console(tenant, **ENGLISH) as client:
        client.as_staff(
            *("taxes.view", "taxes.manage", "documents.view", "documents.manage", "orders.view")
        )
        yield client


@pytest.fixture
def staff(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with desk_of(tenant_a) as client:
        yield client


def test_staff_set_up_taxes_classes_and_names(staff: TenantClient) -> None:
    zone = {"code": "cn", "name": "China", "countries": ["CN"], "rates": [VAT]}

    policy = staff.put(f"{ADMIN}taxes/policy/", POLICY, **JSON)
    kept = staff.put(f"{ADMIN}taxes/classes/books/", {"names": {"en": "Books"}}, **JSON)
    made = staff.post(f"{ADMIN}taxes/zones/", zone, **JSON)
    twice = staff.post(f"{ADMIN}taxes/zones/", {**zone, "code": "again"}, **JSON)
    path = f"{ADMIN}taxes/zones/{made.json()['id']}/"
    changed = staff.put(path, {**zone, "rates": [VAT, {**VAT, "percent": "1.5"}]}, **JSON)
    entity = staff.post(f"{ADMIN}legal-entities/", {"name": "Tea Ltd", "language": "en"}, **JSON)
    wrong = staff.post(f"{ADMIN}legal-entities/", {"name": "A", "language": "xx"}, **JSON)
    gone = staff.delete(f"{ADMIN}taxes/classes/books/")

    assert [each.status_code for each in (policy, kept, made, changed, gone)] == [
        *(200, 200, 201, 200, 204)
    ]
    assert (twice.status_code, twice.json()["code"]) == (409, "taxes.zones_overlap")
    assert [each["percent"] for each in changed.json()["rates"]] == ["13", "1.5"]
    assert (entity.status_code, entity.json()["is_default"]) == (201, True)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "language")
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"taxes.policy_changed", "taxes.zone_saved", "documents.entity_saved"} <= actions


def test_a_quote_and_an_order_tell_their_taxes(shop: TenantClient, tenant_a: TenantRef) -> None:
    taxed()
    tax_zone({"standard": [("VAT", 130_000)]})
    member, tea = shop.as_member(), make_variant(minor=10_000)
    add(CartOwner(member_id=member.pk), Wish(tea.pk, 1), now=utc_now())
    group = place((tea.pk, 1), member_id=member.pk)
    order = Order.objects.get(group=group)

    told = {"address": {**ADDRESS, "country": "CN"}}
    quote = shop.post(f"{STORE}checkout/quote/", told, **JSON).json()
    shown = shop.get(f"{STORE}orders/{order.number}/").json()

    expected = {
        "title": "VAT", "percent": "13", "is_included": True, "exempt": "",
        "net": "88.50", "amount": "11.50",
    }  # fmt: skip
    assert (quote["taxes"], quote["total"], quote["tax"]) == ([expected], "100.00", "0.00")
    assert shown["taxes"] == [expected]


def test_a_member_asks_staff_issue_and_both_fetch_it(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    legal_entity(takes_requests=True)
    member = shop.as_member()
    mine = paid(member_id=member.pk)
    other = paid(member_id=make_member().pk)
    path = f"{STORE}orders/{mine.number}/invoice/"
    told = {"kind": "person", "title": "王小梅"}

    asked = shop.post(path, told, **JSON)
    twice = shop.post(path, told, **JSON)
    foreign = shop.post(f"{STORE}orders/{other.number}/invoice/", told, **JSON)
    desk = f"{ADMIN}invoice-requests/{asked.json()['id']}/"
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
    bad = SimpleUploadedFile("a.pdf", b"<script>")
    with desk_of(tenant_a) as staff:
        refused = staff.post(f"{desk}issue/", {"number": "24312000000012345678", "file": bad})
        issued = staff.post(f"{desk}issue/", {"number": "24312000000012345678", "file": file})
    fetched = shop.get(f"{STORE}invoices/{asked.json()['id']}/file/")

    assert [each.status_code for each in (asked, twice, foreign)] == [201, 409, 404]
    assert (refused.status_code, issued.status_code) == (422, 200)
    assert (issued.json()["state"], issued.json()["has_file"]) == ("issued", True)
    assert b"".join(fetched.streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    assert InvoiceRequest.objects.count() == 1


def test_documents_are_issued_once_and_fetched_by_whom_they_belong_to(
    shop: TenantClient, tenant_a: TenantRef
) -> None:
    legal_entity()
    member = shop.as_member()
    order = paid(member_id=member.pk)
    told = {"order": order.number, "kind": "invoice"}

    with desk_of(tenant_a) as staff:
        rows = [staff.post(f"{ADMIN}documents/", told, **JSON).json() for _twice in range(2)]
        slip = staff.post(f"{ADMIN}documents/", {**told, "kind": "packing_list"}, **JSON).json()
        query = f"?q={order.number}&kind=invoice"
        listed = staff.get(f"{ADMIN}documents/{query}").json()["results"]
        prints = {"kind": "delivery_note", "orders": [order.number]}
        begun = staff.post(f"{ADMIN}prints/", prints, **JSON)
    own = shop.get(f"{STORE}orders/{order.number}/documents/").json()["items"]
    pdf = shop.get(f"{STORE}documents/{rows[0]['id']}/")
    hidden = shop.get(f"{STORE}documents/{slip['id']}/")

    assert rows[0]["number"] == rows[1]["number"] == listed[0]["number"] == own[0]["number"]
    assert len(own) == 1
    assert (pdf.status_code, pdf.content[:5], hidden.status_code) == (200, b"%PDF-", 404)
    assert (begun.status_code, begun.json()["size"]) == (202, 1)
    assert Document.objects.count() == 2


def paid(**more: Any) -> Order:
    group = place((make_variant().pk, 1), **more)
    pay(group)
    return Order.objects.get(group=group)
