"""Invoices and statements as PDF files, in the name and colours of who wrote them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image as PillowImage
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, Spacer, Table, TableStyle

from channel_center.billing.choices import InvoiceKind
from channel_center.billing.models import Invoice, InvoiceLine
from channel_center.billing.papers.statements import Statement
from kernel.backoffice.templatetags.console import money, percent
from kernel.branding.errors import UnknownPicture
from kernel.branding.pictures import picture
from kernel.documents.drawing import draw_story
from kernel.documents.drawing.paper import LINE, SHADE, room_of, style
from kernel.tenancy.context import BrandRef

_GAP: Final = Spacer(0, 6 * mm)
_LOGO_WIDTH: Final = 50 * mm
_LOGO_HEIGHT: Final = 14 * mm
_PLAIN: Final = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
]


def invoice_pdf(invoice: Invoice, brand: BrandRef, *, language: str, zone: tzinfo) -> bytes:
    """Return an invoice or a credit note; the same one gives the same file."""
    with translation.override(language):
        parts = list(_invoice(invoice, brand, language, zone))
    return draw_story(invoice.number, parts, language=language)


def statement_pdf(
    statement: Statement, brand: BrandRef, *, owner: str, language: str, zone: tzinfo
) -> bytes:
    """Return a month of a balance."""
    with translation.override(language):
        parts = list(_statement(statement, brand, owner, zone))
    return draw_story(statement.name, parts, language=language)


def _invoice(invoice: Invoice, brand: BrandRef, language: str, zone: tzinfo) -> Iterable[Flowable]:
    is_credit = invoice.kind == InvoiceKind.CREDIT
    day = _day(invoice.issued_at, zone)
    yield _head(brand, _("Credit note") if is_credit else _("Invoice"), invoice.number, day)
    seller, buyer = invoice.seller_particulars, invoice.buyer_particulars
    tax_number = _("Tax number")
    yield _beside(
        [
            *(_("Issued by"), seller.get("name") or brand.name, seller.get("address", "")),
            *_named(tax_number, seller.get("tax_number", "")),
        ],
        [
            *(_("Issued to"), buyer.get("name", ""), buyer.get("address", "")),
            *_named(tax_number, buyer.get("tax_number", "")),
        ],
    )
    yield _GAP
    if invoice.corrects is not None:
        yield _text(_("For the invoice %(number)s") % {"number": invoice.corrects.number}, quiet=1)
        yield _GAP
    rows = [
        [line_name(line, language), _period(line, zone), _amount(line.amount_minor, invoice)]
        for line in invoice.lines.order_by("position")
    ]
    yield _table([_("What"), _("Period"), _("Amount")], rows, [0, 52, 34])
    yield _GAP
    if invoice.tax_basis_points:
        rate = percent(invoice.tax_basis_points, 0)
        told = _("%(rate)s tax is included: %(amount)s") % {
            "rate": rate, "amount": _amount(invoice.tax_minor, invoice),
        }  # fmt: skip
        yield _text(told, right=True)
    label = _("Credited") if is_credit else _("Total")
    yield _text(f"{label}  {_amount(invoice.total_minor, invoice)}", 13, right=True)
    yield _GAP
    yield from _foot(brand, seller.get("bank", ""))


def line_name(line: InvoiceLine, language: str) -> str:
    """Return what a line of an invoice is for."""
    name = _in_language(line.names, language)
    words = {
        "credit": _("%(name)s: what is left of what was paid before"),
        "refund": _("%(name)s: given back"),
        "moved": _("%(name)s: rest of the period of a shop that was taken over"),
    }
    text = words.get(line.kind, "%(name)s") % {"name": name}
    return f"{text} × {line.quantity}" if line.quantity > 1 else text


def _in_language(names: dict[str, str], language: str) -> str:
    code = "en" if language.lower().startswith("en") else "zh-hans"
    return names.get(code) or next(iter(names.values()), "")


def _statement(
    statement: Statement, brand: BrandRef, owner: str, zone: tzinfo
) -> Iterable[Flowable]:
    yield _head(brand, _("Statement"), owner, statement.name)

    def amount(minor: int) -> str:
        return money(minor, statement.currency)

    rows = [["", _("Opening balance"), "", amount(statement.opening_minor)]]
    for line in statement.lines:
        what = f"{line.kind} · {line.about}" if line.about else line.kind
        moment = line.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        rows.append([moment, what, amount(line.minor), amount(line.balance_minor)])
    rows.append(["", _("Closing balance"), "", amount(statement.closing_minor)])
    yield _table([_("Day"), _("What"), _("Amount"), _("Balance")], rows, [32, 0, 28, 30], right=2)
    yield _GAP
    yield from _foot(brand, "")


def _head(brand: BrandRef, title: str, right: str, below: str) -> Flowable:
    left = [
        *_logo(brand),
        Paragraph(escape(brand.name), style(11, colour=brand.colour)),
        Paragraph(escape(title), style(20)),
    ]
    beside = [_text(right, 11, right=True), _text(below, right=True, quiet=1)]
    half = room_of("a4") / 2
    head = Table([[left, beside]], colWidths=[half, half], style=TableStyle(_PLAIN))
    head.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 1.2, HexColor(brand.colour))]))
    head.setStyle(TableStyle([("BOTTOMPADDING", (0, 0), (-1, -1), 10)]))
    head.spaceAfter = 16
    return head


def _logo(brand: BrandRef) -> Iterator[Flowable]:
    """Draw the logo of pixels; a drawing is left out, for paper knows no style of the web."""
    name = brand.logo_url.removeprefix("/look/")
    if not brand.logo_url.startswith("/look/") or name.endswith(".svg"):
        return
    try:
        content = picture(name)
    except UnknownPicture:
        return
    # Paper knows fewer kinds of pictures than the web.
    plain = BytesIO()
    with PillowImage.open(BytesIO(content)) as opened:
        opened.convert("RGBA").save(plain, format="PNG")
    drawn = Image(plain)
    scale = min(_LOGO_WIDTH / drawn.drawWidth, _LOGO_HEIGHT / drawn.drawHeight)
    drawn.drawWidth, drawn.drawHeight = drawn.drawWidth * scale, drawn.drawHeight * scale
    drawn.hAlign = "LEFT"
    yield drawn
    yield Spacer(0, 2 * mm)


def _beside(left: Sequence[str], right: Sequence[str]) -> Flowable:
    half = room_of("a4") / 2
    cells = [[_text(side[0], 7.5, quiet=1), *map(_text, filter(None, side[1:]))] for side in
             (left, right)]  # fmt: skip
    return Table([cells], colWidths=[half, half], style=TableStyle(_PLAIN))


def _table(
    head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], *, right: int = -1
) -> Flowable:
    """Return a table; a width of 0 takes what is left, the last columns are figures."""
    first = right if right >= 0 else len(head) - 1
    known = [width * mm for width in widths]
    columns = [width or room_of("a4") - sum(known) for width in known]

    def cells(row: Sequence[str], make: Callable[[str, bool], Flowable]) -> list[Flowable]:
        return [make(text, place >= first) for place, text in enumerate(row)]

    named = cells(head, lambda text, is_right: _text(text, 7.5, right=is_right, quiet=1))
    body = [cells(row, lambda text, is_right: _text(text, 8.5, right=is_right)) for row in rows]
    table = Table([named, *body], colWidths=columns, repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("BACKGROUND", (0, 0), (-1, 0), SHADE),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
            ]
        )
    )
    return table


def _foot(brand: BrandRef, bank: str) -> Iterable[Flowable]:
    for text in (bank, brand.pdf_footer):
        if text:
            yield _text(text, 8, quiet=1)


def _text(text: object, size: float = 9, *, right: bool = False, quiet: int = 0) -> Paragraph:
    return Paragraph(escape(str(text)), style(size, is_right=right, is_quiet=bool(quiet)))


def _named(label: str, value: str) -> list[str]:
    return [f"{label}: {value}"] if value else []


def _period(line: InvoiceLine, zone: tzinfo) -> str:
    if line.period_start is None:
        return ""
    start = _day(line.period_start, zone)
    return f"{start} – {_day(line.period_end, zone)}" if line.period_end else start


def _day(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).date().isoformat()


def _amount(minor: int, invoice: Invoice) -> str:
    return money(minor, invoice.currency)
