"""What the pages of the order desk show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.access.scopes import stores_for
from kernel.aftersales.choices import EntryKind
from kernel.aftersales.models import Case
from kernel.aftersales.selectors import cases_on
from kernel.backoffice.fields.filters import PREFIX, own_of
from kernel.backoffice.orders.forms import OrderFilter
from kernel.checkout.paying import PAYABLE
from kernel.common.time import day_bounds, utc_now
from kernel.documents.choices import DocumentKind
from kernel.documents.models import Document, InvoiceRequest
from kernel.documents.selectors import documents_of, request_of
from kernel.documents.services.issuing import may_be_delivered, may_be_invoiced
from kernel.fields.choices import Subject
from kernel.fulfilment.choices import FulfilmentState
from kernel.fulfilment.models import Fulfilment, FulfilmentItem
from kernel.fulfilment.services.arriving import may_change
from kernel.fulfilment.services.proving import ShownPicture, pictures_of
from kernel.i18n.selectors import Seen, seen_with
from kernel.orders.choices import ChangeState, EventKind
from kernel.orders.exports import order_line_rows
from kernel.orders.machine import failing_guard
from kernel.orders.models import Order, OrderChange, OrderEvent, OrderLine
from kernel.orders.selectors import OrderDetail, detail_of, searched_orders, visible_orders
from kernel.orders.taxes import RateShare, taxes_of
from kernel.orders.timeline import explained, figures_of
from kernel.payments.models import Attempt, Proof, Refund
from kernel.payments.selectors import (
    proof_link,
    proofs_of,
    refunds_by_hand,
    waiting_for_review,
)
from kernel.tenancy.context import current_tenant

FIGURES: Final[dict[str, Promise]] = {
    "items": _("Goods"),
    "discount": _("Discount"),
    "freight": _("Freight"),
    "tax": _("Tax"),
    "total": _("Total"),
    "paid": _("Paid"),
    "refunded": _("Refunded"),
    "waived": _("Taken off after the sale"),
}
OPERATIONS: Final[dict[str, Promise]] = {
    "set_price": _("Price"),
    "set_quantity": _("Quantity"),
    "remove_line": _("Goods taken out"),
    "add_line": _("Goods added"),
    "set_freight": _("Freight"),
    "set_address": _("Recipient"),
    "set_note": _("The buyer's note"),
}


def narrowed_orders(wanted: dict[str, Any]) -> QuerySet[Order]:
    """Return the orders that a filter leaves, newest first."""
    given = {name: value for name, value in wanted.items() if not name.startswith(PREFIX)}
    since, until = given.pop("since", None), given.pop("until", None)
    rows = searched_orders(**given).filter(own_of(Subject.ORDER, wanted))
    zone = current_tenant().zone
    if since is not None:
        rows = rows.filter(placed_at__gte=day_bounds(since, zone)[0])
    if until is not None:
        rows = rows.filter(placed_at__lt=day_bounds(until, zone)[1])
    return rows


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the orders that a filter leaves, one for each line."""
    return order_line_rows(narrowed_orders(OrderFilter(query).wanted()))


@dataclass(frozen=True, slots=True)
class Parcel:
    """A hand-over with the titles of what is in it."""

    fulfilment: Fulfilment
    items: list[tuple[OrderLine, int]]
    can_change: bool
    pictures: list[ShownPicture]

    @property
    def is_here(self) -> bool:
        """True once somebody has said that it has arrived."""
        return self.fulfilment.state == FulfilmentState.DELIVERED

    @property
    def is_under_way(self) -> bool:
        """True until somebody says that it has arrived."""
        return self.fulfilment.state == FulfilmentState.SHIPPED


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount of an order, and the same by its timeline."""

    name: str
    label: Promise
    minor: int
    is_explained: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the timeline, for people."""

    event: OrderEvent
    figures: list[tuple[Promise, int]]
    detail: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One try to pay, with what was shown for it."""

    attempt: Attempt
    proofs: list[tuple[Proof, str]]
    waits_for_staff: bool


@dataclass(frozen=True, slots=True)
class DeskOrder:
    """An order as the desk shows it."""

    detail: OrderDetail
    figures: list[Figure]
    told: list[Told]
    parcels: list[Parcel]
    payments: list[Payment]
    can_ship: bool
    can_cancel: bool
    can_edit: bool
    proposed: list[OrderChange]
    cases: list[Case]
    taxes: list[RateShare]
    seen: Seen | None
    documents: list[Document]
    asked: InvoiceRequest | None
    may_invoice: bool
    may_slip: bool


def desk_order(order: Order) -> DeskOrder:
    """Return everything about an order; a fixed number of queries."""
    detail = detail_of(order, for_staff=True)
    documents = documents_of([order.pk])[order.pk]
    return DeskOrder(
        detail=detail,
        figures=_figures(order),
        told=[_told(event) for event in reversed(detail.events)],
        parcels=parcels_of(order, detail.lines),
        payments=_payments(order.group_id),
        can_ship=failing_guard(order, "ship") is None,
        can_cancel=failing_guard(order, "cancel") is None,
        can_edit=failing_guard(order, "edit") is None and not order.waived_minor,
        proposed=[
            each
            for each in detail.changes
            if each.state == ChangeState.PROPOSED and each.order_version == order.version
        ],
        cases=cases_on(order.pk),
        taxes=taxes_of(order, detail.lines),
        seen=seen_with(order.group_id),
        documents=documents,
        asked=request_of(order),
        may_invoice=may_be_invoiced(order)
        and all(each.kind != DocumentKind.INVOICE for each in documents),
        may_slip=may_be_delivered(order),
    )


def _figures(order: Order) -> list[Figure]:
    by_timeline = explained([order.pk])[order.pk]
    return [
        Figure(name, FIGURES[name], minor, by_timeline[name] == minor)
        for name, minor in figures_of(order).items()
        if minor or by_timeline[name] or name in {"items", "total"}
    ]


def _told(event: OrderEvent) -> Told:
    figures = [(FIGURES[name], int(minor)) for name, minor in event.figures.items()]
    data = event.data
    words = [str(data[key]) for key in ("reason", "carrier", "tracking") if data.get(key)]
    if event.kind == EventKind.TAGGED:
        words = [str(tag) for tag in data.get("tags", ())]
    if event.kind == EventKind.CHANGED:
        names = dict.fromkeys(str(each.get("op", "")) for each in data.get("operations", ()))
        words += [str(OPERATIONS[name]) for name in names if name in OPERATIONS]
    if event.kind == EventKind.AFTER_SALE:
        words = [str(data.get("case", "")), *_steps(data.get("step"))]
    return Told(event, figures, " · ".join(words))


def _steps(step: object) -> list[str]:
    return [str(EntryKind(step).label)] if step in EntryKind.values else []


def parcels_of(order: Order, lines: Sequence[OrderLine]) -> list[Parcel]:
    """Return what was handed over of an order, the first first; two queries."""
    now, rows = utc_now(), list(Fulfilment.objects.filter(order=order).order_by("id"))
    by_id = {line.pk: line for line in lines}
    held: dict[UUID, list[tuple[OrderLine, int]]] = defaultdict(list)
    for item in FulfilmentItem.objects.filter(fulfilment__in=rows).order_by("id"):
        held[item.fulfilment_id].append((by_id[item.line_id], item.quantity))
    return [Parcel(row, held[row.pk], may_change(row, now=now), pictures_of(row)) for row in rows]


def _payments(group_id: UUID) -> list[Payment]:
    attempts = list(
        Attempt.objects.select_related("binding", "intent")
        .filter(intent__payable_type=PAYABLE, intent__payable_id=group_id)
        .order_by("id")
    )
    waiting = set(
        waiting_for_review()
        .filter(pk__in=[row.pk for row in attempts])
        .values_list("pk", flat=True)
    )
    return _with_proofs(attempts, waiting)


def _with_proofs(attempts: Sequence[Attempt], waiting: set[UUID]) -> list[Payment]:
    shown = proofs_of([row.pk for row in attempts])
    return [
        Payment(
            row,
            [(proof, proof_link(proof)) for proof in shown[row.pk]],
            row.pk in waiting,
        )
        for row in attempts
    ]


def reviews_waiting() -> QuerySet[Attempt]:
    """Return the payments that wait for staff, of orders that whoever acts may see."""
    rows = waiting_for_review()
    if stores_for("payments.review") is None:
        return rows
    own = visible_orders("payments.review")
    return rows.filter(intent__payable_id__in=own.values("group_id"))


def refunds_waiting() -> QuerySet[Refund]:
    """Return the refunds that people have to make, of orders that whoever acts may see."""
    rows = refunds_by_hand()
    if stores_for("payments.refund") is None:
        return rows
    own = visible_orders("payments.refund")
    return rows.filter(intent__payable_id__in=own.values("group_id"))


def to_review(attempts: Sequence[Attempt]) -> list[tuple[Payment, list[Order]]]:
    """Join payments that wait for staff with the orders that they are for; two queries."""
    groups = [row.intent.payable_id for row in attempts if row.intent.payable_type == PAYABLE]
    orders: dict[UUID, list[Order]] = defaultdict(list)
    for order in Order.objects.filter(group_id__in=groups).order_by("number"):
        orders[order.group_id].append(order)
    payments = _with_proofs(attempts, {row.pk for row in attempts})
    return [(each, orders[each.attempt.intent.payable_id]) for each in payments]
