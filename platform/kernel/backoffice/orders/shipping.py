"""Ships: one parcel, many by a spreadsheet; prints what lies in the parcels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Final

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.orders.forms import SheetForm, ShipForm
from kernel.backoffice.orders.picking import to_pick
from kernel.backoffice.orders.views import VIEW, draw
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.dataio.errors import UnreadableFile
from kernel.dataio.tables import rows_of, shape_of
from kernel.fulfilment.errors import InvalidShipment
from kernel.fulfilment.services import Parcel, ShipmentRow, ShippingReport, fulfil, ship_rows
from kernel.fulfilment.services.sheets import MOST_ROWS
from kernel.orders.models import OrderLine
from kernel.orders.selectors import (
    detail_of,
    listed,
    staff_order,
    visible_orders,
)

SHIP: Final = "fulfilment.manage"
_MOST_SLIPS: Final = 100
_LARGEST_SHEET: Final = 10 * 1024 * 1024
_COLUMNS: Final = {
    "number": ("order number", "order", "number", "订单号", "订单编号"),
    "carrier": ("carrier", "shipping company", "物流公司", "快递公司", "承运商"),
    "tracking": ("tracking number", "tracking", "waybill", "运单号", "快递单号", "物流单号"),
    "sku": ("sku", "商品编码", "货号"),
    "quantity": ("quantity", "qty", "数量"),
}


@require_POST
@staff_page(SHIP)
def ship(request: StaffRequest, number: str) -> HttpResponseBase:
    """Ship a parcel."""
    order = staff_order(number, SHIP)
    form = ShipForm(detail_of(order).lines, order.method, request.POST)
    if not form.is_valid():
        return draw(request, order, status=422, ship=form)
    location = form.cleaned_data.get("location")
    parcel = Parcel(
        order.pk,
        form.quantities(),
        form.cleaned_data["carrier"],
        form.cleaned_data["tracking"],
        location.pk if location else None,
    )
    try:
        fulfil(parcel, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return draw(request, order, status=refusal.status, ship=form)
    messages.success(request, _("The parcel has left."))
    return redirect(f"/orders/{order.number}/")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A row of the sheet and what became of it."""

    line: int
    row: ShipmentRow
    fault: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(SHIP)
def sheet(request: StaffRequest) -> HttpResponseBase:
    """Take a spreadsheet of parcels; say of every row what became of it."""
    form = SheetForm(request.POST, request.FILES) if request.method == "POST" else SheetForm()
    context: dict[str, object] = {"form": form, "columns": _COLUMNS}
    if request.method == "POST" and form.is_valid():
        try:
            read = _read(form.cleaned_data["file"])
            report = ship_rows([row for _line, row in read], actor=request.actor, now=utc_now())
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            context |= {"report": report, "rows": _shown(read, report)}
    status = 422 if form.errors else 200
    return render(request, "backoffice/orders/sheet.html", context, status=status)


def _read(file: IO[bytes]) -> list[tuple[int, ShipmentRow]]:
    """Read the rows of a sheet, each with its line.

    Raises:
        UnreadableFile: it is no table.
        InvalidShipment: it is too large, or columns are missing.
    """
    file.seek(0, 2)
    if file.tell() > _LARGEST_SHEET:
        raise UnreadableFile(reason="too_large")
    shape = shape_of(file)
    by_name = {column.lower(): column for column in reversed(shape.columns)}
    columns = {
        field: next((by_name[name] for name in names if name in by_name), "")
        for field, names in _COLUMNS.items()
    }
    if not all(columns[field] for field in ("number", "carrier", "tracking")):
        raise InvalidShipment(
            _("The columns “Order number”, “Carrier” and “Tracking number” are needed."),
            field="rows",
        )
    read: list[tuple[int, ShipmentRow]] = []
    for line, cells in rows_of(file, shape):
        if len(read) >= MOST_ROWS:
            raise InvalidShipment(_("There are too many rows."), field="rows")
        told = {field: cells.get(column, "") for field, column in columns.items()}
        read.append((line, ShipmentRow(**told)))
    return read


def _shown(read: list[tuple[int, ShipmentRow]], report: ShippingReport) -> list[_Shown]:
    faults = {fault.row: fault.text for fault in report.faults}
    return [
        _Shown(line, row, faults.get(place, "")) for place, (line, row) in enumerate(read, start=1)
    ]


@require_safe
@staff_page(VIEW)
def slips(request: StaffRequest) -> HttpResponseBase:
    """Draw packing slips, one on each sheet of paper."""
    numbers = [text[:44] for text in request.GET.getlist("order")[:_MOST_SLIPS]]
    rows = visible_orders().filter(number__in=[text.replace("\x00", "") for text in numbers])
    found = listed(list(rows.order_by("number")))
    if not found:
        raise Http404
    slips = [(each.order, _to_pack(each.lines)) for each in found]
    return render(request, "backoffice/orders/slips.html", {"slips": slips})


@require_safe
@staff_page(VIEW)
def picking(request: StaffRequest) -> HttpResponseBase:
    """Draw one list of all that is to be fetched from the shelves for some orders."""
    numbers = [text[:44].replace("\x00", "") for text in request.GET.getlist("order")]
    rows = visible_orders().filter(number__in=numbers[:_MOST_SLIPS])
    found = listed(list(rows.order_by("number")))
    if not found:
        raise Http404
    context = {"to_pick": to_pick(found), "orders": [each.order for each in found]}
    return render(request, "backoffice/orders/picking.html", context)


def _to_pack(lines: list[OrderLine]) -> list[tuple[OrderLine, int]]:
    """Return what is still to be packed; of an order that has left, everything."""
    waiting = [(line, line.open_quantity) for line in lines if line.open_quantity]
    return waiting or [
        (line, line.quantity - line.cancelled_quantity) for line in lines if line.quantity
    ]
