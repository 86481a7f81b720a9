"""The parts of documents: heads, tables of goods, taxes, totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from kernel.common.money import Money
from kernel.documents.choices import DocumentKind
from kernel.documents.drawing.paper import LINE, SHADE, WIDTH, style

if TYPE_CHECKING:
    from kernel.documents.drawing.sheets import Sheet

PICK_LIST: Final = "pick_list"
_GAP: Final = 5 * mm
# Columns of figures, whose heads stand above them on the right.
_NARROW: Final = 30
_PLAIN: Final = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
]
_GOODS: Final = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
)


def parts_of(sheet: Sheet) -> list[Flowable]:
    """Return what stands on a sheet, from top to bottom, in the language that is on."""
    if sheet.kind == PICK_LIST:
        return [*_heading(sheet), *_to_pick(sheet)]
    parts = [*_heading(sheet), *_people(sheet)]
    if sheet.kind in {DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}:
        parts += [*_money_rows(sheet), *_sums(sheet)]
    else:
        parts += [*_goods_rows(sheet)]
    return [*parts, *_foot(sheet)]


def _heading(sheet: Sheet) -> Iterator[Flowable]:
    titles = {
        DocumentKind.INVOICE.value: _("Invoice"),
        DocumentKind.CREDIT_NOTE.value: _("Credit note"),
        DocumentKind.DELIVERY_NOTE.value: _("Delivery note"),
        DocumentKind.PACKING_LIST.value: _("Packing list"),
        PICK_LIST: _("Pick list"),
    }
    yield _beside(
        [_text(titles[sheet.kind], 20)],
        [
            _text(sheet.number, 11, is_right=True),
            _text(_day(sheet.issued_at, sheet.zone), is_quiet=True, is_right=True),
        ],
    )
    yield Spacer(0, _GAP)


def _people(sheet: Sheet) -> Iterator[Flowable]:
    seller, buyer, order = (sheet.content[name] for name in ("seller", "buyer", "order"))
    from_whom = [seller["name"], seller["address"], seller["country"]]
    from_whom += _named(
        (_("Tax number"), seller["tax_number"]),
        (_("Registration"), seller["registration"]),
        (_("E-mail"), seller["email"]),
        (_("Telephone"), seller["phone"]),
    )
    to_whom = [buyer["name"], *buyer["lines"]]
    to_whom += _named(
        (_("Tax number"), buyer["tax_number"]), (_("Telephone"), buyer.get("phone", ""))
    )
    yield _beside(
        [_text(_("Issued by"), 7.5, is_quiet=True), *_lines(from_whom)],
        [_text(_("Issued to"), 7.5, is_quiet=True), *_lines(to_whom)],
    )
    told = [(_("Order"), order["number"]), (_("Placed on"), _day(order["placed_at"], sheet.zone))]
    if corrected := sheet.content.get("corrects"):
        at = _day(corrected["at"], sheet.zone)
        told.append((_("For the invoice"), f"{corrected['number']} ({at})"))
    yield Spacer(0, _GAP)
    yield _text(" · ".join(_named(*told)), is_quiet=True)
    yield Spacer(0, _GAP)


def _money_rows(sheet: Sheet) -> Iterator[Flowable]:
    content = sheet.content
    if not content["lines"]:
        return
    head = [_("Goods"), _("Quantity"), _("Price"), _("Discount")]
    is_taxed = bool(content["taxes"])
    head += [_("Tax rate"), _("Without tax"), _("Tax")] if is_taxed else []
    head.append(_("Total"))
    rows = []
    for line in content["lines"]:
        row = [_title(line), _number(line["quantity"])]
        row += [_amount(line[name], sheet) for name in ("unit", "discount")]
        if is_taxed:
            row.append(_text(line["rates"] or "—", 8, is_right=True))
            row += [_amount(line[name], sheet) for name in ("net", "tax")]
        rows.append([*row, _amount(line["total"], sheet)])
    widths = [0, 12, 20, 17, 15, 20, 18, 21] if is_taxed else [0, 18, 30, 28, 32]
    yield _table(head, rows, widths)


def _sums(sheet: Sheet) -> Iterator[Flowable]:
    content = sheet.content
    rows: list[list[Flowable]] = []
    for tax in content["taxes"]:
        name = f"{tax['name']} {tax['percent']} %"
        if tax["exempt"]:
            name = _("%(tax)s, not charged: %(number)s") % {"tax": name, "number": tax["exempt"]}
        base = _("on %(amount)s") % {"amount": _money(tax["net"], sheet)}
        rows.append([_text(f"{name} {base}", is_right=True), _amount(tax["minor"], sheet, 9)])
    if content["taxes"]:
        rows.insert(0, [_text(_("Without tax"), is_right=True), _amount(content["net"], sheet, 9)])
    label = _("Credited") if sheet.kind == DocumentKind.CREDIT_NOTE else _("Total")
    total = f"{sheet.currency} {_money(content['total'], sheet)}"
    rows.append([_text(label, 12, is_right=True), _text(total, 12, is_right=True)])
    yield Spacer(0, _GAP)
    yield Table(rows, colWidths=[WIDTH - 45 * mm, 45 * mm], style=TableStyle(_PLAIN))


def _goods_rows(sheet: Sheet) -> Iterator[Flowable]:
    head = [_("Goods"), _("SKU"), _("Quantity"), _("Weight")]
    rows = [
        [
            _title({**line, "sku": ""}),
            _text(line["sku"], 8),
            _number(line["quantity"]),
            _number(f"{line['weight_grams']} g" if line["weight_grams"] else "—"),
        ]
        for line in sheet.content["lines"]
    ]
    yield _table(head, rows, [0, 40, 22, 24])
    pieces = sum(line["quantity"] for line in sheet.content["lines"])
    yield Spacer(0, _GAP)
    yield _text(_("Pieces: %(number)s") % {"number": pieces}, 11, is_right=True)
    if note := sheet.content["order"]["note"]:
        yield _text(f"{_('The buyer’s note')}: {note}")


def _to_pick(sheet: Sheet) -> Iterator[Flowable]:
    head = ["", _("Location"), _("Goods"), _("SKU"), _("Quantity"), _("For the orders")]
    rows = [
        [
            _text("□", 11),
            _text(row["place"], 8),
            _text(row["title"], 8),
            _text(row["sku"], 8),
            _number(row["quantity"]),
            _text(", ".join(f"{number} × {each}" for number, each in row["orders"]), 7.5),
        ]
        for row in sheet.content["rows"]
    ]
    yield _table(head, rows, [8, 28, 0, 32, 18, 46])


def _foot(sheet: Sheet) -> Iterator[Flowable]:
    seller = sheet.content["seller"]
    bank = " · ".join(_named((_("Bank"), seller["bank"]), (_("Account"), seller["bank_account"])))
    yield Spacer(0, _GAP)
    if bank and sheet.kind == DocumentKind.INVOICE:
        yield _text(bank, 8, is_quiet=True)
    if seller["footer"]:
        yield _text(seller["footer"], 8, is_quiet=True)


def _table(
    head: Sequence[str], rows: Iterable[Sequence[Flowable]], widths: Sequence[float]
) -> Table:
    """Return a table whose head stands on each page; a width of 0 takes what is left."""
    known = [width * mm for width in widths]
    columns = [width or WIDTH - sum(known) for width in known]
    named = [
        _text(text, 7.5, is_quiet=True, is_right=bool(place) and width <= _NARROW)
        for place, (text, width) in enumerate(zip(head, widths, strict=True))
    ]
    table = Table([named, *map(list, rows)], colWidths=columns, repeatRows=1)
    table.setStyle(_GOODS)
    return table


def _beside(left: Sequence[Flowable], right: Sequence[Flowable]) -> Table:
    half = WIDTH / 2
    return Table([[list(left), list(right)]], colWidths=[half, half], style=TableStyle(_PLAIN))


def _title(line: Mapping[str, Any]) -> Flowable:
    name = escape(" · ".join(filter(None, (line["title"], line["variant"]))))
    sku = escape(line["sku"])
    small = f'<br/><font size="7" color="#5b6675">{sku}</font>' if sku else ""
    return Paragraph(name + small, style(8.5))


def _text(
    text: str, size: float = 9, *, is_quiet: bool = False, is_right: bool = False
) -> Paragraph:
    return Paragraph(escape(text), style(size, is_quiet=is_quiet, is_right=is_right))


def _lines(texts: Iterable[str]) -> list[Flowable]:
    return [_text(text) for text in texts if text]


def _named(*pairs: tuple[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in pairs if value]


def _number(value: object) -> Paragraph:
    return _text(str(value), 8, is_right=True)


def _amount(minor: int, sheet: Sheet, size: float = 8) -> Paragraph:
    return _text(_money(minor, sheet), size, is_right=True)


def _money(minor: int, sheet: Sheet) -> str:
    return Money(minor, sheet.currency).decimal()


def _day(moment: str, zone: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date().isoformat()
