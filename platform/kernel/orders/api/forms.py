"""Orders as the APIs show them, and what may be asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from kernel.access.masks import shown_data
from kernel.common.money import Money
from kernel.i18n.selectors import seen_with
from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.models import Order, OrderEvent, OrderLine
from kernel.orders.selectors import ListedOrder, OrderDetail
from kernel.orders.taxes import RateShare, taxes_of

DEGREES = r"^-?[0-9]{1,3}(\.[0-9]{1,8})?$"
AMOUNTS = ("items", "discount", "freight", "tax", "total", "paid", "refunded", "waived")


class AddressForm(serializers.Serializer[Any]):
    """Where something is brought."""

    name = serializers.CharField(max_length=80)
    phone = serializers.CharField(max_length=40)
    country = serializers.CharField(max_length=2, default="CN")
    region_code = serializers.CharField(max_length=12, allow_blank=True, default="")
    region = serializers.CharField(max_length=200, allow_blank=True, default="")
    city = serializers.CharField(max_length=80, allow_blank=True, default="")
    line = serializers.CharField(max_length=200)
    postcode = serializers.CharField(max_length=16, allow_blank=True, default="")
    latitude = serializers.RegexField(DEGREES, max_length=12, allow_blank=True, required=False)
    longitude = serializers.RegexField(DEGREES, max_length=12, allow_blank=True, required=False)


class AmountsShown(serializers.Serializer[Any]):
    """Amounts as decimal strings."""

    items = serializers.CharField()
    discount = serializers.CharField()
    freight = serializers.CharField()
    tax = serializers.CharField()
    total = serializers.CharField()
    paid = serializers.CharField()
    refunded = serializers.CharField()
    waived = serializers.CharField(help_text="Taken off after the sale.")


class TaxShown(serializers.Serializer[Any]):
    """What one rate comes to; ``percent`` is a decimal string.

    ``is_included`` says that prices hold it; otherwise it is put on them.
    """

    title = serializers.CharField()
    percent = serializers.CharField()
    is_included = serializers.BooleanField()
    exempt = serializers.CharField()
    net = serializers.CharField()
    amount = serializers.CharField()


class LineShown(serializers.Serializer[Any]):
    """A line of an order, as it was bought."""

    id = serializers.CharField()
    title = serializers.CharField()
    variant = serializers.CharField()
    sku = serializers.CharField()
    image = serializers.CharField()
    handle = serializers.CharField()
    options = serializers.JSONField()
    quantity = serializers.IntegerField()
    shipped = serializers.IntegerField()
    unit = serializers.CharField()
    discount = serializers.CharField()
    tax = serializers.CharField()
    total = serializers.CharField()


class OrderShown(serializers.Serializer[Any]):
    """An order in a list."""

    id = serializers.CharField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices)
    fulfilment_status = serializers.ChoiceField(choices=FulfilmentStatus.choices)
    currency = serializers.CharField()
    total = serializers.CharField()
    method = serializers.CharField()
    placed_at = serializers.DateTimeField()
    lines = LineShown(many=True)


class EventShown(serializers.Serializer[Any]):
    """An entry of the timeline; ``figures`` by how much amounts moved, as decimal strings."""

    kind = serializers.CharField()
    title = serializers.CharField()
    at = serializers.DateTimeField()
    figures = serializers.DictField(child=serializers.CharField())
    details = serializers.JSONField()


class AdjustmentShown(serializers.Serializer[Any]):
    """A reason why an order costs what it does."""

    kind = serializers.CharField()
    origin = serializers.CharField()
    title = serializers.CharField()
    amount = serializers.CharField()


class SeenShown(serializers.Serializer[Any]):
    """What everything that was ordered together was worth in the currency its buyer saw."""

    currency = serializers.CharField()
    total = serializers.CharField()
    rate = serializers.CharField()


class OrderDetailShown(OrderShown):
    """An order with everything that its buyer may see."""

    group = serializers.CharField()
    amounts = AmountsShown()
    taxes = TaxShown(many=True)
    address = serializers.JSONField()
    note = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    seen_as = SeenShown(allow_null=True)
    adjustments = AdjustmentShown(many=True)
    timeline = EventShown(many=True)


class PageShown(serializers.Serializer[Any]):
    """One page of orders; ``next`` and ``previous`` are addresses."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = OrderShown(many=True)


def line_data(line: OrderLine, currency: str) -> dict[str, object]:
    """Return a line as the APIs show it."""
    kept = line.snapshot
    return {
        "id": line.public_id,
        "title": kept.get("title", ""),
        "variant": kept.get("variant", ""),
        "sku": kept.get("sku", ""),
        "image": kept.get("image", ""),
        "handle": kept.get("handle", ""),
        "options": kept.get("options", {}),
        "quantity": line.quantity,
        "shipped": line.fulfilled_quantity,
        "unit": _text(line.unit_minor, currency),
        "discount": _text(line.discount_minor, currency),
        "tax": _text(line.tax_minor, currency),
        "total": _text(line.total_minor, currency),
    }


def listed_data(listed: ListedOrder) -> dict[str, object]:
    """Return an order of a list as the APIs show it."""
    order = listed.order
    return {
        **_head(order),
        "lines": [line_data(line, order.currency) for line in listed.lines if line.quantity],
    }


def detail_data(detail: OrderDetail) -> dict[str, object]:
    """Return an order as its buyer may see it."""
    order = detail.order
    return {
        **_head(order),
        "lines": [line_data(line, order.currency) for line in detail.lines if line.quantity],
        "group": detail.group.public_id,
        "amounts": {n: _text(getattr(order, f"{n}_minor"), order.currency) for n in AMOUNTS},
        "taxes": taxes_data(taxes_of(order, detail.lines), order.currency),
        "address": shown_data(order.address),
        "note": order.note,
        "expires_at": detail.group.expires_at,
        "seen_as": _seen_data(order.group_id),
        "adjustments": [
            {
                "kind": row.kind,
                "origin": row.source,
                "title": row.label,
                "amount": _text(row.minor, order.currency),
            }
            for row in detail.adjustments
        ],
        "timeline": [
            event_data(event, order.currency)
            for event in detail.events
            if event.kind not in {"noted", "tagged"}
        ],
    }


def staff_detail_data(detail: OrderDetail) -> dict[str, object]:
    """Return an order as staff see it."""
    order = detail.order
    return {
        **detail_data(detail),
        "timeline": [
            {**event_data(event, order.currency), "actor": event.actor} for event in detail.events
        ],
        "tags": detail.tags,
        "notes": [
            {"text": note.text, "by": note.actor, "at": note.created_at} for note in detail.notes
        ],
        "changes": [
            {
                "id": change.public_id,
                "state": change.state,
                "operations": shown_data(change.operations),
                "before": _amounts(change.before, order.currency),
                "after": _amounts(change.after, order.currency),
                "reason": change.reason,
                "by": change.actor,
            }
            for change in detail.changes
        ],
        "payments": [
            {"kind": row.kind, "amount": _text(row.minor, order.currency), "at": row.at}
            for row in detail.payments
        ],
    }


def taxes_data(shares: Iterable[RateShare], currency: str) -> list[dict[str, object]]:
    """Return what rates come to as the APIs show it."""
    return [
        {
            "title": share.name,
            "percent": share.percent,
            "is_included": share.is_included,
            "exempt": share.exempt,
            "net": _text(share.base_minor, currency),
            "amount": _text(share.minor, currency),
        }
        for share in shares
    ]


def event_data(event: OrderEvent, currency: str) -> dict[str, object]:
    """Return an entry of the timeline as the APIs show it."""
    return {
        "kind": event.kind,
        "title": event.get_kind_display(),
        "at": event.at,
        "figures": _amounts(event.figures, currency),
        "details": shown_data(event.data),
    }


def _head(order: Order) -> dict[str, object]:
    return {
        "id": order.public_id,
        "number": order.number,
        "status": order.status,
        "payment_status": order.payment_status,
        "fulfilment_status": order.fulfilment_status,
        "currency": order.currency,
        "total": _text(order.total_minor, order.currency),
        "method": order.method,
        "placed_at": order.placed_at,
    }


def _seen_data(group_id: UUID) -> dict[str, str] | None:
    seen = seen_with(group_id)
    if seen is None:
        return None
    total = seen.total
    return {"currency": total.currency, "total": total.decimal(), "rate": seen.rate}


def _amounts(figures: Mapping[str, int], currency: str) -> dict[str, str]:
    return {name: _text(minor, currency) for name, minor in figures.items()}


def _text(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal()
