"""Documents of orders: numbers, credit notes, files, requests for invoices."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from kernel.aftersales.choices import CaseKind, Reason
from kernel.aftersales.planning import Wish
from kernel.aftersales.services import approve, inspect, replace, send_back
from kernel.catalogue.models import Variant
from kernel.common.money import Money, split_minor
from kernel.common.time import utc_now
from kernel.documents.choices import DocumentKind, PrintKind, PrintState, RequestKind
from kernel.documents.contents import credit_content
from kernel.documents.errors import (
    InvalidLayout,
    InvalidRequest,
    InvoiceFileRefused,
    NotInvoiceable,
    RequestedBefore,
    RequestMoved,
)
from kernel.documents.models import (
    Document,
    DocumentFile,
    DocumentLayout,
    InvoiceRequest,
    NumberRange,
    RedInvoice,
)
from kernel.documents.parts import Part
from kernel.documents.services import (
    Issued,
    Layout,
    Wanted,
    ask_for_invoice,
    ask_for_reds,
    ask_to_print,
    credit_refunds,
    issue_invoice,
    issue_red,
    issue_request,
    issue_slip,
    reissue_exchanged,
    reject_request,
    save_layout,
    void_returned,
)
from kernel.documents.services.drawing import pdf_of
from kernel.documents.services.printing import run
from kernel.documents.services.samples import sample_of
from kernel.inventory.services import StockLine, default_location, receive
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.models import Order
from kernel.orders.services.money import note_refund
from kernel.pricing.services import set_base_price
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.aftersales import (
    STAFF,
    lines_in,
    make_arrived,
    make_case,
    pay_in,
    send_refunds,
)
from testkit.factories.inventory import together
from testkit.factories.orders import TESTER, make_member, make_variant, pay, place
from testkit.factories.reviews import make_photo
from testkit.factories.taxes import ACTOR, legal_entity, tax_zone, taxed
from testkit.tenants import open_test_tenant

NOW = utc_now()
PDF = b"%PDF-1.7 an invoice"
COMPANY = Wanted(RequestKind.COMPANY, "上海茶业有限公司", "91310000MA1FL0XX0X")
in_tenant = pytest.mark.usefixtures("in_tenant_a")


def paid(*prices: int, member_id: UUID | None = None) -> Order:
    goods = [(make_variant(minor=minor, title=f"龙井茶 {minor}").pk, 1) for minor in prices]
    group = place(*goods, member_id=member_id)
    pay(group)
    return Order.objects.get(group=group)


def refund(order: Order, minor: int, reference: str) -> None:
    kind = PaymentEntryKind.REFUNDED
    note_refund(order.pk, kind, minor, reference=reference, actor=TESTER, now=NOW)


def invoice(order: Order, *, now: datetime = NOW) -> Document:
    return issue_invoice(order.pk, actor=ACTOR, now=now)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@in_tenant
def test_an_invoice_says_net_88_50_and_tax_11_50_in_chinese_letters_of_its_own() -> None:
    taxed()
    tax_zone({"standard": [("VAT", 130_000)]})
    legal_entity(name="上海喆茶有限公司", language="zh-hans")
    document = invoice(paid(10_000))

    content = pdf_of(document, now=NOW)

    text = text_of(content)
    fonts = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert (document.net_minor, document.tax_minor, document.total_minor) == (8_850, 1_150, 10_000)
    assert all(each in text for each in ("88.50", "11.50", "100.00", "龙井茶", "上海喆茶有限公司"))
    assert any("DocuSansSC" in str(font.get_object()["/BaseFont"]) for font in fonts.values())
    assert pdf_of(document, now=NOW) == content
    assert DocumentFile.objects.get(document=document).size == len(content)


@in_tenant
def test_an_order_has_one_invoice_and_only_once_it_is_paid() -> None:
    legal_entity()
    unpaid = Order.objects.get(group=place((make_variant().pk, 1)))
    order = paid(500)

    first, again = invoice(order), invoice(order)
    with pytest.raises(NotInvoiceable):
        invoice(unpaid)

    assert first.pk == again.pk
    assert NumberRange.objects.get().last == 1


@in_tenant
def test_numbers_begin_anew_each_year_and_with_each_kind() -> None:
    legal_entity(prefixes={"invoice": "RE"}, digits=4)
    later = datetime(NOW.year + 1, 6, 1, tzinfo=UTC)
    one, two = paid(500), paid(600)

    numbers = [invoice(one).number, invoice(two, now=later).number]
    slip = issue_slip(one.pk, DocumentKind.DELIVERY_NOTE, actor=ACTOR, now=NOW)

    assert numbers == [f"RE{NOW.year}-0001", f"RE{NOW.year + 1}-0001"]
    assert slip.number == f"DN-{NOW.year}-0001"


@in_tenant
def test_what_was_issued_can_be_neither_changed_nor_deleted() -> None:
    legal_entity()
    document = invoice(paid(500))

    acts: list[Callable[[], object]] = [
        document.delete,
        lambda: Document.objects.update(number="X"),
    ]
    for act in acts:
        with pytest.raises(ProgrammingError), transaction.atomic():
            act()

    assert Document.objects.get().number == document.number


@in_tenant
def test_a_refund_issues_the_matching_red_document() -> None:
    taxed()
    tax_zone({"standard": [("VAT", 130_000)]})
    legal_entity()
    order = paid(10_000)
    original = invoice(order)

    refund(order, 4_000, "r1")
    for _twice in range(2):
        credit_refunds(order.pk, actor=TESTER, now=NOW)
    refund(order, 6_000, "r2")
    credit_refunds(order.pk, actor=TESTER, now=NOW)

    notes = list(Document.objects.filter(corrects=original).order_by("serial"))
    assert [(note.total_minor, note.tax_minor) for note in notes] == [(4_000, 460), (6_000, 690)]
    assert original.number in text_of(pdf_of(notes[0], now=NOW))


@in_tenant
def test_an_invoice_after_a_refund_brings_its_credit_note_along() -> None:
    legal_entity()
    order = paid(1_000)
    refund(order, 300, "r1")

    document = invoice(order)

    assert [note.total_minor for note in Document.objects.filter(corrects=document)] == [300]


@in_tenant
def test_a_request_is_issued_and_red_flushed_when_money_goes_back() -> None:
    legal_entity(takes_requests=True)
    member = make_member()
    order = paid(1_000, member_id=member.pk)
    row = ask_for_invoice(order.pk, COMPANY, member_id=member.pk, now=NOW)
    with pytest.raises(RequestedBefore):
        ask_for_invoice(order.pk, COMPANY, member_id=member.pk, now=NOW)
    issue_request(row.pk, Issued("24312000000012345678", content=PDF), actor=ACTOR, now=NOW)

    refund(order, 400, "r1")
    for _twice in range(2):
        ask_for_reds(order.pk, now=NOW)
    refund(order, 600, "r2")
    ask_for_reds(order.pk, now=NOW)
    states = []
    for red in RedInvoice.objects.order_by("id"):
        issue_red(red.pk, Issued(f"2431200000009{red.amount_minor}"), actor=ACTOR, now=NOW)
        states.append(InvoiceRequest.objects.get().state)

    amounts = list(RedInvoice.objects.order_by("id").values_list("amount_minor", flat=True))
    assert (amounts, states) == ([400, 600], ["part_red", "red"])


@pytest.mark.parametrize("is_other", [True, False])
@in_tenant
def test_an_invoice_of_exchanged_goods_is_taken_back_and_asked_for_anew(is_other: bool) -> None:
    legal_entity(takes_requests=True)
    member = make_member()
    tea = make_variant(minor=1_000, title="龙井茶", stock=5)
    other = Variant.objects.create(product=tea.product, sku="OTHER", signature="other")
    set_base_price(other.pk, Money(1_000, "CNY"), actor=TESTER)
    receive([StockLine(other.pk, default_location().pk, 3)], actor=TESTER)
    order = make_arrived((tea.pk, 2), member=member)
    row = ask_for_invoice(order.pk, COMPANY, member_id=member.pk, now=NOW)
    issue_request(row.pk, Issued("24312000000012345678"), actor=ACTOR, now=NOW)
    refund(order, 300, "r1")
    ask_for_reds(order.pk, now=NOW)
    [line] = lines_in(order)
    wish = Wish(line.pk, 1, variant_id=other.pk if is_other else tea.pk)
    case = make_case(order, CaseKind.EXCHANGE, wish, reason=Reason.WRONG_SIZE)
    approve(case.pk, actor=STAFF, now=NOW)
    send_back(case.pk, carrier="SF", tracking="1", actor=STAFF, now=NOW)
    inspect(case.pk, actor=STAFF, now=NOW)

    replace(case.pk, carrier="SF", tracking="2", actor=STAFF, now=NOW)
    send_refunds()
    if is_other:
        assert reissue_exchanged(order.pk, case.pk, now=NOW) is None
    reds = list(RedInvoice.objects.order_by("id"))
    for red in reds:
        issue_red(red.pk, Issued(f"2431200000009{red.amount_minor}"), actor=ACTOR, now=NOW)
    refund(order, 200, "r2")
    ask_for_reds(order.pk, now=NOW)

    requests = InvoiceRequest.objects.order_by("id")
    told = [(each.state, each.amount_minor, each.title) for each in requests]
    if is_other:
        assert [red.amount_minor for red in reds] == [300, 1_700]
        assert told == [("red", 2_000, COMPANY.title), ("requested", 1_500, COMPANY.title)]
    else:
        assert [red.amount_minor for red in reds] == [300]
        assert told == [("part_red", 2_000, COMPANY.title)]


@in_tenant
def test_a_refund_before_it_is_issued_makes_the_request_smaller() -> None:
    legal_entity(takes_requests=True)
    member = make_member()
    order = paid(1_000, member_id=member.pk)
    row = ask_for_invoice(order.pk, COMPANY, member_id=member.pk, now=NOW)
    refund(order, 400, "r1")
    with pytest.raises(RequestMoved):
        issue_request(row.pk, Issued("12345678"), actor=ACTOR, now=NOW)

    ask_for_reds(order.pk, now=NOW)
    issue_request(row.pk, Issued("12345678"), actor=ACTOR, now=NOW)
    ask_for_reds(order.pk, now=NOW)

    row.refresh_from_db()
    assert (row.amount_minor, row.state, RedInvoice.objects.count()) == (600, "issued", 0)


@in_tenant
def test_what_no_invoice_can_be_made_of_is_refused() -> None:
    legal_entity(takes_requests=True)
    member = make_member()
    order = paid(1_000, member_id=member.pk)
    bad = [
        Wanted(RequestKind.COMPANY, "A", "12"),
        Wanted(RequestKind.PERSON, ""),
        Wanted(RequestKind.SPECIAL, "A", COMPANY.tax_number),
    ]
    for each in bad:
        with pytest.raises(InvalidRequest):
            ask_for_invoice(order.pk, each, member_id=member.pk, now=NOW)
    row = ask_for_invoice(order.pk, COMPANY, member_id=member.pk, now=NOW)
    with pytest.raises(InvoiceFileRefused):
        issue_request(row.pk, Issued("12345678", content=b"<svg/>"), actor=ACTOR, now=NOW)
    with pytest.raises(InvalidRequest):
        reject_request(row.pk, reason=" ", actor=ACTOR, now=NOW)

    row.refresh_from_db()
    assert (row.state, row.file) == ("requested", "")


@in_tenant
def test_documents_of_many_orders_come_as_one_file_and_say_what_is_missing() -> None:
    legal_entity()
    good = [paid(500), paid(600)]
    unpaid = Order.objects.get(group=place((make_variant().pk, 1)))
    ids = [each.pk for each in (*good, unpaid)]

    runs = {
        kind: ask_to_print(kind, ids, language="en", actor=ACTOR, now=NOW)
        for kind in (PrintKind.INVOICE, PrintKind.PICK_LIST)
    }
    for row in runs.values():
        for _twice in range(2):
            run(row.pk, clock=utc_now)
        row.refresh_from_db()

    done = runs[PrintKind.INVOICE]
    assert (done.state, done.done, done.size) == (PrintState.DONE, 3, 3)
    assert [number for number, _why in done.skipped] == [unpaid.number]
    assert Document.objects.count() == 2
    assert runs[PrintKind.PICK_LIST].state == PrintState.DONE


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_refunds_take_back_exactly_what_the_invoice_says(data: st.DataObject) -> None:
    original = drawn_invoice(data)

    notes: list[Document] = []
    left: int = original.total_minor
    voided = 0
    while left:
        if notes and voided < 2 and data.draw(st.booleans()):
            # A refund that came back is reversed, and may be made anew.
            gone = notes.pop(data.draw(st.integers(0, len(notes) - 1)))
            left += gone.content["total"]
            voided += 1
            continue
        minor = data.draw(st.integers(1, left)) if len(notes) < 5 else left
        parts = {
            row["line"]: Part(data.draw(st.integers(0, 5_000)))
            for row in original.content["lines"]
            if data.draw(st.booleans())
        }
        notes.append(Document(content=credit_content(original, notes, minor, parts)))
        left -= minor

    rows = [row for note in notes for row in note.content["lines"]]
    taken = sum(note.content["tax"] for note in notes)
    groups = [group for note in notes for group in note.content["groups"]]
    assert sum(note.content["total"] for note in notes) == original.total_minor
    assert taken == sum(group["taxes"][0]["minor"] for group in original.content["groups"])
    assert (sum(row["total"] for row in rows), sum(row["tax"] for row in rows)) == (
        original.total_minor,
        taken,
    )
    for line in original.content["lines"]:
        assert sum(r["total"] for r in rows if r["line"] == line["line"]) == line["total"]
    assert all(tax["minor"] >= 0 for group in groups for tax in group["taxes"])
    assert all(group["net"] >= 0 for group in groups)


def drawn_invoice(data: st.DataObject) -> Document:
    """Make up an invoice of some groups, each of some lines."""
    parts = st.tuples(st.integers(1, 90_000), st.integers(0, 9_999), st.integers(1, 3))
    groups: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for key, (net, tax, number) in enumerate(data.draw(st.lists(parts, min_size=1, max_size=3))):
        total = net + tax
        taxes = [{"name": "VAT", "percent": "1", "net": net, "minor": tax}]
        groups.append({"key": str(key), "taxes": taxes, "net": net, "total": total})
        for row, share in enumerate(split_minor(total, [1] * number)):
            goods = {"line": f"{key}-{row}", "key": str(key), "total": share, "rates": "1 %"}
            lines.append({**goods, "title": "Tea", "variant": "", "sku": "T"})
    content = {"seller": {}, "buyer": {}, "order": {}, "groups": groups, "lines": lines}
    total = sum(group["total"] for group in groups)
    return Document(number="1", issued_at=NOW, content=content, total_minor=total)


@in_tenant
def test_a_refund_that_came_back_reverses_its_credit_note_and_its_red_invoice() -> None:
    legal_entity(takes_requests=True)
    member = make_member()
    order = paid(1_000, member_id=member.pk)
    original = invoice(order)
    row = ask_for_invoice(order.pk, COMPANY, member_id=member.pk, now=NOW)
    issue_request(row.pk, Issued("24312000000012345678", content=PDF), actor=ACTOR, now=NOW)
    refund(order, 400, "r1")
    credit_refunds(order.pk, actor=TESTER, now=NOW)
    ask_for_reds(order.pk, now=NOW)

    come_back(order, 400, "r1")
    for _twice in range(2):
        void_returned(order.pk, actor=TESTER, now=NOW)
        ask_for_reds(order.pk, now=NOW)
    refund(order, 300, "r2")
    credit_refunds(order.pk, actor=TESTER, now=NOW)
    [again] = ask_for_reds(order.pk, now=NOW)
    issue_red(again.pk, Issued("24312000000098765432"), actor=ACTOR, now=NOW)
    come_back(order, 300, "r2")
    refund(order, 500, "r3")
    [rest] = ask_for_reds(order.pk, now=NOW)

    told = Document.objects.order_by("id").values_list("kind", "total_minor", "corrects__kind")
    assert list(told) == [
        ("invoice", 1_000, None),
        ("credit_note", 400, "invoice"),
        ("credit_void", 400, "credit_note"),
        ("credit_note", 300, "invoice"),
    ]
    assert "CN-" in text_of(pdf_of(Document.objects.get(kind="credit_void"), now=NOW))
    # What was issued for the second stands for a part of the third.
    states = RedInvoice.objects.order_by("id").values_list("amount_minor", "state")
    assert list(states) == [(400, "dropped"), (300, "issued"), (200, "due")]
    assert (rest.amount_minor, original.total_minor) == (200, 1_000)


def come_back(order: Order, minor: int, reference: str) -> None:
    kind = PaymentEntryKind.REFUND_RETURNED
    note_refund(order.pk, kind, minor, reference=reference, actor=TESTER, now=NOW)


@in_tenant
def test_a_credit_note_names_the_lines_that_a_case_gave_back() -> None:
    legal_entity()
    tea, cup = make_variant(minor=1_000, title="龙井茶"), make_variant(minor=300, title="茶杯")
    order = make_arrived((tea.pk, 1), (cup.pk, 2))
    invoice(order)
    goods = lines_in(order)[1]
    case = make_case(order, CaseKind.CLAIM, Wish(goods.pk, 2, minor=450))
    approve(case.pk, actor=STAFF, now=NOW)
    send_refunds()
    credit_refunds(order.pk, actor=TESTER, now=NOW)

    note = Document.objects.get(kind=DocumentKind.CREDIT_NOTE)
    rows = [(row["title"], row["total"]) for row in note.content["lines"]]
    text = text_of(pdf_of(note, now=NOW))
    assert (rows, note.total_minor) == ([("茶杯", 450)], 450)
    assert "茶杯" in text
    assert "龙井茶" not in text


@in_tenant
def test_a_difference_that_was_paid_has_an_invoice_of_its_own_and_credit_notes_for_both() -> None:
    taxed()
    tax_zone({"standard": [("VAT", 130_000)]})
    legal_entity()
    tea = make_variant(minor=10_000, title="龙井茶")
    dear = Variant.objects.create(product=tea.product, sku="DEAR", signature="dear")
    set_base_price(dear.pk, Money(12_260, "CNY"), actor=TESTER)
    receive([StockLine(dear.pk, default_location().pk, 3)], actor=TESTER)
    order = make_arrived((tea.pk, 1))
    invoice(order)
    [line] = lines_in(order)
    wish = Wish(line.pk, 1, variant_id=dear.pk)
    case = make_case(order, CaseKind.EXCHANGE, wish, reason=Reason.WRONG_SIZE)
    approve(case.pk, actor=STAFF, now=NOW)
    send_back(case.pk, carrier="SF", tracking="1", actor=STAFF, now=NOW)
    inspect(case.pk, actor=STAFF, now=NOW)
    pay_in(order.group, now=NOW)
    send_refunds()
    replace(case.pk, carrier="SF", tracking="2", actor=STAFF, now=NOW)

    back = make_case(order, CaseKind.CLAIM, Wish(line.pk, 1))
    approve(back.pk, actor=STAFF, now=NOW)
    send_refunds()

    invoices = Document.objects.filter(kind="invoice").order_by("serial")
    for document, figures in zip(invoices, [(10_000, 1_150), (2_260, 260)], strict=True):
        notes = Document.objects.filter(corrects=document)
        assert (document.total_minor, document.tax_minor) == figures
        assert (sum(n.total_minor for n in notes), sum(n.tax_minor for n in notes)) == figures


@in_tenant
def test_an_owner_chooses_what_documents_look_like_and_issued_ones_stay_as_they_are() -> None:
    entity = legal_entity(language="en")
    first = invoice(paid(500))
    chosen = Layout(
        title="Tax invoice",
        intro="Dear {{ buyer }}, for order {{order}}:",
        closing="Thank you for {{ total }}.",
        colour="#aa3300",
        paper="a5",
        hidden=["sku", "discount"],
    )
    save_layout(entity.pk, DocumentKind.INVOICE, chosen, logo=make_photo(), actor=ACTOR)

    order = paid(700)
    before, after = text_of(pdf_of(first, now=NOW)), text_of(pdf_of(invoice(order), now=NOW))

    assert "Tax invoice" not in before
    assert all(each in after for each in ("Tax invoice", order.number, "Thank you for CNY 7.00."))
    assert "Discount" in before
    assert "Discount" not in after
    for kind in DocumentKind:
        assert sample_of(entity, kind, now=NOW).startswith(b"%PDF")


@in_tenant
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Layout(intro="{{ password }}"), "intro"),
        (Layout(closing="{{ order"), "closing"),
        (Layout(title="x" * 81), "title"),
        (Layout(colour="red"), "colour"),
        (Layout(paper="a0"), "paper"),
        (Layout(hidden=["total"]), "hidden"),
    ],
)
def test_a_layout_with_an_unknown_variable_or_value_is_refused(wrong: Layout, field: str) -> None:
    entity = legal_entity()

    with pytest.raises(InvalidLayout) as refusal:
        save_layout(entity.pk, DocumentKind.INVOICE, wrong, actor=ACTOR)
    with pytest.raises(InvalidLayout):
        save_layout(entity.pk, DocumentKind.INVOICE, Layout(), logo=b"<svg/>", actor=ACTOR)

    assert refusal.value.fields["field"] == field
    assert not DocumentLayout.objects.exists()


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


@pytest.mark.parametrize(
    "orders", [pytest.param(12, id="short"), pytest.param(300, marks=pytest.mark.soak, id="long")]
)
def test_numbers_have_no_gap_and_no_double_under_concurrency(shop: TenantRef, orders: int) -> None:
    legal_entity()
    rows = [paid(500) for _order in range(orders)]

    def spoil(order: Order) -> None:
        with transaction.atomic():
            invoice(order)
            transaction.set_rollback(True)

    work: list[Callable[[], object]] = [partial(invoice, row) for row in rows for _twice in "12"]
    work += [partial(spoil, row) for row in rows[::3]]
    together(work)

    serials = sorted(Document.objects.values_list("serial", flat=True))
    assert serials == list(range(1, orders + 1))
    assert len({row.number for row in Document.objects.all()}) == orders


@in_tenant
def test_documents_of_one_shop_are_not_in_another(tenant_b: TenantRef) -> None:
    legal_entity()
    invoice(paid(500))

    with tenant_context(tenant_b):
        assert not Document.objects.exists()
        assert not NumberRange.objects.exists()
