"""Ships by the rows of a spreadsheet: the good ones leave, each bad one is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.common.errors import DomainError
from kernel.fulfilment.errors import InvalidShipment
from kernel.fulfilment.services.dispatch import Parcel, fulfil_many
from kernel.orders.errors import OrderNotFound
from kernel.orders.models import OrderLine
from kernel.orders.selectors import visible_orders

MOST_ROWS: Final = 10_000
_TOGETHER: Final = 200
_LONGEST: Final = {"number": 44, "carrier": 60, "tracking": 80, "sku": 80}


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """One row as it was written.

    Attributes:
        number: of the order.
        sku: ships only this; everything that is open when empty. Rows with the same
            order and tracking number are one parcel.
        quantity: of the SKU; all that is open of it when empty.
    """

    number: str
    carrier: str
    tracking: str
    sku: str = ""
    quantity: str = ""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that did not leave.

    Attributes:
        row: its place, from 1.
        code: stable.
        text: for people.
    """

    row: int
    code: str
    text: str


@dataclass(slots=True)
class ShippingReport:
    """What became of a spreadsheet."""

    shipped: int = 0
    faults: list[RowFault] = field(default_factory=list)


@dataclass(slots=True)
class _Bundle:
    """Rows that are one parcel."""

    rows: list[int]
    order_id: UUID
    carrier: str
    tracking: str
    quantities: dict[UUID, int] | None = None


def ship_rows(rows: Sequence[ShipmentRow], *, actor: Actor, now: datetime) -> ShippingReport:
    """Ship what rows say; parcels leave in turns, each turn in a transaction of its own.

    Raises:
        InvalidShipment: too many rows.
    """
    if len(rows) > MOST_ROWS:
        raise InvalidShipment(field="rows", most=MOST_ROWS)
    report = ShippingReport()
    bundles = list(_bundled(rows, report).values())
    for first in range(0, len(bundles), _TOGETHER):
        together = bundles[first : first + _TOGETHER]
        outcomes = fulfil_many(
            [Parcel(b.order_id, b.quantities, b.carrier, b.tracking) for b in together],
            actor=actor,
            now=now,
        )
        for bundle, outcome in zip(together, outcomes, strict=True):
            if outcome.refusal is None:
                report.shipped += 1
            else:
                report.faults += [_fault(row, outcome.refusal) for row in bundle.rows]
    report.faults.sort(key=lambda fault: fault.row)
    return report


def _bundled(
    rows: Sequence[ShipmentRow], report: ShippingReport
) -> dict[tuple[UUID, str], _Bundle]:
    numbers = [row.number.strip() for row in rows]
    known = visible_orders("fulfilment.manage").filter(number__in=set(numbers))
    orders = dict(known.values_list("number", "pk"))
    skus = _skus(list(orders.values()), rows)
    found: dict[tuple[UUID, str], _Bundle] = {}
    for place, row in enumerate(rows, start=1):
        try:
            order_id = _order_of(row, orders)
            key = (order_id, row.tracking.strip())
            bundle = found.get(key) or _Bundle([], order_id, row.carrier.strip(), key[1])
            _add(bundle, row, skus.get(order_id, {}))
        except DomainError as refusal:
            report.faults.append(_fault(place, refusal))
            continue
        bundle.rows.append(place)
        found[key] = bundle
    return found


def _order_of(row: ShipmentRow, orders: Mapping[str, UUID]) -> UUID:
    for name, longest in _LONGEST.items():
        text = getattr(row, name)
        if len(text) > longest or "\x00" in text:
            raise InvalidShipment(_("This is too long."), field=name)
    for name in ("carrier", "tracking"):
        if not getattr(row, name).strip():
            raise InvalidShipment(_("Carrier and tracking number are needed."), field=name)
    order_id = orders.get(row.number.strip())
    if order_id is None:
        raise OrderNotFound
    return order_id


def _add(bundle: _Bundle, row: ShipmentRow, lines: Mapping[str, OrderLine]) -> None:
    if not row.sku.strip():
        if bundle.quantities is not None:
            raise InvalidShipment(_("The parcel names single goods already."), field="sku")
        if bundle.rows:
            raise InvalidShipment(_("This parcel stands here twice."), field="tracking")
        return
    if bundle.rows and bundle.quantities is None:
        raise InvalidShipment(_("The parcel holds everything already."), field="sku")
    line = lines.get(row.sku.strip())
    if line is None:
        raise InvalidShipment(_("The order has no such goods."), field="sku")
    text = row.quantity.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 8):  # noqa: PLR2004
        raise InvalidShipment(_("A whole number is expected."), field="quantity")
    quantity = int(text) if text else line.open_quantity
    bundle.quantities = bundle.quantities or {}
    bundle.quantities[line.pk] = bundle.quantities.get(line.pk, 0) + quantity


def _skus(
    order_ids: Sequence[UUID], rows: Sequence[ShipmentRow]
) -> dict[UUID, dict[str, OrderLine]]:
    found: dict[UUID, dict[str, OrderLine]] = {}
    if not any(row.sku.strip() for row in rows):
        return found
    for line in OrderLine.objects.filter(order_id__in=order_ids).order_by("position"):
        by_sku = found.setdefault(line.order_id, {})
        by_sku.setdefault(str(line.snapshot.get("sku", "")), line)
    return found


def _fault(row: int, refusal: DomainError) -> RowFault:
    return RowFault(row, refusal.code, str(refusal))
