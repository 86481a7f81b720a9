"""The parts of documents: heads, tables of goods, taxes, totals."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, Spacer, Table, TableStyle

from kernel.common.money import Money
from kernel.documents.choices import DocumentKind
from kernel.documents.drawing.paper import LINE, SHADE, room_of, style
from kernel.documents.services.layouts import filled

if TYPE_CHECKING:
    from kernel.documents.drawing.sheets import Sheet

PICK_LIST: Final = "pick_list"
_GAP: Final = 5 * mm
_LOGO_WIDTH: Final = 60 * mm
_LOGO_HEIGHT: Final = 18 * mm
_OF_MONEY: Final = frozenset(
    {DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.CREDIT_VOID}
)
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
    parts = [*_heading(sheet), *_people(sheet), *_own_text(sheet, "intro")]
    if sheet.kind in _OF_MONEY:
        parts += [*_money_rows(sheet), *_sums(sheet)]
    else:
        parts += [*_goods_rows(sheet)]
    return [*parts, *_own_text(sheet, "closing"), *_foot(sheet)]


def _heading(sheet: Sheet) -> Iterator[Flowable]:
    titles = {
        DocumentKind.INVOICE.value: _("Invoice"),
        DocumentKind.CREDIT_NOTE.value: _("Credit note"),
        DocumentKind.CREDIT_VOID.value: _("Reversal of a credit note"),
        DocumentKind.DELIVERY_NOTE.value: _("Delivery note"),
        DocumentKind.PACKING_LIST.value: _("Packing list"),
        PICK_LIST: _("Pick list"),
    }
    title = sheet.layout.get("title") or titles[sheet.kind]
    colour = str(sheet.layout.get("colour", ""))
    head = Paragraph(escape(title), style(20, colour=colour))
    yield _beside(
        sheet,
        [*_logo(sheet), head],
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
        sheet,
        [_text(_("Issued by"), 7.5, is_quiet=True), *_lines(from_whom)],
        [_text(_("Issued to"), 7.5, is_quiet=True), *_lines(to_whom)],
    )
    told = [(_("Order"), order["number"]), (_("Placed on"), _day(order["placed_at"], sheet.zone))]
    if corrected := sheet.content.get("corrects"):
        at = _day(corrected["at"], sheet.zone)
        is_void = sheet.kind == DocumentKind.CREDIT_VOID
        label = _("For the credit note") if is_void else _("For the invoice")
        told.append((label, f"{corrected['number']} ({at})"))
    yield Spacer(0, _GAP)
    yield _text(" · ".join(_named(*told)), is_quiet=True)
    yield Spacer(0, _GAP)


def _money_rows(sheet: Sheet) -> Iterator[Flowable]:
    content = sheet.content
    if not content["lines"]:
        return
    hidden = set(sheet.layout.get("hidden", ()))
    is_taxed = bool(content["taxes"]) and "tax" not in hidden
    if sheet.kind != DocumentKind.INVOICE:
        # What was paid for a piece stands on the invoice.
        hidden |= {"unit", "discount"}
    columns: list[tuple[str, float, Callable[[Mapping[str, Any]], Flowable]]] = [
        (_("Goods"), 0, lambda line: _title(line, has_sku="sku" not in hidden))
    ]
    if "quantity" not in hidden:
        columns.append((_("Quantity"), 14, lambda line: _number(line["quantity"] or "—")))
    if "unit" not in hidden:
        columns.append((_("Price"), 21, lambda line: _amount(line["unit"], sheet)))
    if "discount" not in hidden:
        columns.append((_("Discount"), 18, lambda line: _amount(line["discount"], sheet)))
    if is_taxed:
        columns += [
            (_("Tax rate"), 16, lambda line: _text(line["rates"] or "—", 8, is_right=True)),
            (_("Without tax"), 20, lambda line: _amount(line["net"], sheet)),
            (_("Tax"), 18, lambda line: _amount(line["tax"], sheet)),
        ]
    columns.append((_("Total"), 22, lambda line: _amount(line["total"], sheet)))
    rows = [[make(line) for _head, _width, make in columns] for line in content["lines"]]
    yield _table(sheet, [each[0] for each in columns], rows, [each[1] for each in columns])


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
    is_credit = sheet.kind in {DocumentKind.CREDIT_NOTE, DocumentKind.CREDIT_VOID}
    label = _("Credited") if is_credit else _("Total")
    total = f"{sheet.currency} {_money(content['total'], sheet)}"
    rows.append([_text(label, 12, is_right=True), _text(total, 12, is_right=True)])
    yield Spacer(0, _GAP)
    widths = [room_of(sheet.paper) - 45 * mm, 45 * mm]
    yield Table(rows, colWidths=widths, style=TableStyle(_PLAIN))


def _goods_rows(sheet: Sheet) -> Iterator[Flowable]:
    hidden = set(sheet.layout.get("hidden", ()))
    columns: list[tuple[str, float, Callable[[Mapping[str, Any]], Flowable]]] = [
        (_("Goods"), 0, lambda line: _title({**line, "sku": ""}))
    ]
    if "sku" not in hidden:
        columns.append((_("SKU"), 40, lambda line: _text(line["sku"], 8)))
    columns.append((_("Quantity"), 22, lambda line: _number(line["quantity"])))
    if "weight" not in hidden:
        columns.append((_("Weight"), 24, lambda line: _number(_grams(line))))
    rows = [[make(line) for _head, _w, make in columns] for line in sheet.content["lines"]]
    yield _table(sheet, [each[0] for each in columns], rows, [each[1] for each in columns])
    pieces = sum(line["quantity"] for line in sheet.content["lines"])
    yield Spacer(0, _GAP)
    yield _text(_("Pieces: %(number)s") % {"number": pieces}, 11, is_right=True)
    note = sheet.content["order"]["note"]
    if note and sheet.layout.get("shows_note", True):
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
    yield _table(sheet, head, rows, [8, 28, 0, 32, 18, 46])


def _foot(sheet: Sheet) -> Iterator[Flowable]:
    seller = sheet.content["seller"]
    bank = " · ".join(_named((_("Bank"), seller["bank"]), (_("Account"), seller["bank_account"])))
    yield Spacer(0, _GAP)
    if bank and sheet.kind == DocumentKind.INVOICE and sheet.layout.get("shows_bank", True):
        yield _text(bank, 8, is_quiet=True)
    if seller["footer"]:
        yield _text(seller["footer"], 8, is_quiet=True)


def _table(
    sheet: Sheet,
    head: Sequence[str],
    rows: Iterable[Sequence[Flowable]],
    widths: Sequence[float],
) -> Table:
    """Return a table whose head stands on each page; a width of 0 takes what is left.

    On small paper the others are narrower, so that it has a third at least.
    """
    room = room_of(sheet.paper)
    known = [width * mm for width in widths]
    narrow = min(1.0, room * 2 / 3 / sum(known)) if sum(known) else 1.0
    known = [width * narrow for width in known]
    columns = [width or room - sum(known) for width in known]
    named = [
        _text(text, 7.5, is_quiet=True, is_right=bool(place) and width <= _NARROW)
        for place, (text, width) in enumerate(zip(head, widths, strict=True))
    ]
    table = Table([named, *map(list, rows)], colWidths=columns, repeatRows=1)
    table.setStyle(_GOODS)
    if colour := sheet.layout.get("colour"):
        table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, 0), 1.2, HexColor(colour))]))
    return table


def _beside(sheet: Sheet, left: Sequence[Flowable], right: Sequence[Flowable]) -> Table:
    half = room_of(sheet.paper) / 2
    return Table([[list(left), list(right)]], colWidths=[half, half], style=TableStyle(_PLAIN))


def _logo(sheet: Sheet) -> Iterator[Flowable]:
    if not sheet.logo:
        return
    picture = Image(io.BytesIO(sheet.logo))
    scale = min(_LOGO_WIDTH / picture.drawWidth, _LOGO_HEIGHT / picture.drawHeight)
    picture.drawWidth, picture.drawHeight = picture.drawWidth * scale, picture.drawHeight * scale
    picture.hAlign = "LEFT"
    yield picture
    yield Spacer(0, _GAP / 2)


def _own_text(sheet: Sheet, name: str) -> Iterator[Flowable]:
    """Write what the owner says before or after the goods."""
    text = str(sheet.layout.get(name, ""))
    if not text:
        return
    content = sheet.content
    values = {
        "number": sheet.number,
        "date": _day(sheet.issued_at, sheet.zone),
        "order": content["order"]["number"],
        "ordered": _day(content["order"]["placed_at"], sheet.zone),
        "buyer": content["buyer"]["name"],
        "seller": content["seller"]["name"],
        "total": f"{sheet.currency} {_money(content['total'], sheet)}"
        if "total" in content
        else "",
    }
    yield Spacer(0, _GAP if name == "closing" else 0)
    for line in filled(text, values).split("\n"):
        yield _text(line)
    yield Spacer(0, _GAP if name == "intro" else 0)


def _grams(line: Mapping[str, Any]) -> str:
    return f"{line['weight_grams']} g" if line["weight_grams"] else "—"


def _title(line: Mapping[str, Any], *, has_sku: bool = True) -> Flowable:
    name = escape(" · ".join(filter(None, (line["title"], line["variant"]))))
    sku = escape(line["sku"]) if has_sku else ""
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
