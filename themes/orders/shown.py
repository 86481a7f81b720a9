"""Orders as blocks take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.aftersales.planning import is_open
from kernel.aftersales.selectors import cases_on
from kernel.common.money import Money
from kernel.fields.choices import Subject
from kernel.fields.selectors import asked_fields, values_of
from kernel.fields.values import value_text
from kernel.fulfilment.choices import FulfilmentState
from kernel.fulfilment.models import Fulfilment, FulfilmentItem
from kernel.fulfilment.services import code_of, keys_of, pictures_of
from kernel.i18n.selectors import seen_with
from kernel.orders.choices import AdjustmentKind, FulfilmentMethod, OrderStatus
from kernel.orders.machine import failing_guard
from kernel.orders.models import Adjustment, Order, OrderLine
from kernel.orders.selectors import ListedOrder, OrderDetail
from kernel.orders.taxes import taxes_of
from kernel.reviews.selectors import reviews_of_lines
from themes.aftersales.shown import brief_data
from themes.fields import Json
from themes.orders.carriers import tracking_page
from themes.orders.states import OVER, is_unpaid, standing
from themes.orders.timeline import figure_labels, timeline_of
from themes.papers.shown import papers_of, tax_rows
from themes.places import address_text
from themes.shop.amounts import apart, text_of
from themes.shop.cards import href_of
from themes.shop.moments import moment_text
from themes.shop.thumbs import kept_thumb, thumbs_of

_FIGURES: Final = ("items", "discount", "freight", "tax")


def listed_data(
    listed: ListedOrder,
    group_number: str,
    thumbs: Mapping[UUID, str],
    language: str,
    reviewed: Collection[UUID],
) -> dict[str, Json]:
    """Return an order of a list."""
    lines = [line for line in listed.lines if line.quantity]
    return {
        **_head(listed.order, group_number, language),
        "lines": [_line(line, thumbs, listed.order.currency, language) for line in lines],
        "review": _review_of(listed.order, lines, reviewed),
        "pieces": sum(line.quantity for line in lines),
    }


def detail_data(detail: OrderDetail, language: str) -> dict[str, Json]:
    """Return an order with everything that its buyer may see."""
    order = detail.order
    parcels = list(Fulfilment.objects.filter(order=order).order_by("id"))
    items = FulfilmentItem.objects.filter(fulfilment__in=[each.pk for each in parcels])
    inside: dict[UUID, list[FulfilmentItem]] = defaultdict(list)
    for item in items.order_by("id"):
        inside[item.fulfilment_id].append(item)
    titles = {line.pk: _title(line, language) for line in detail.lines}
    thumbs = thumbs_of(line.product_id for line in detail.lines)
    reviewed = reviews_of_lines(titles)
    return {
        **_head(order, detail.group.number, language),
        "lines": [
            {
                **_line(line, thumbs, order.currency, language),
                "review": _review_of(order, [line], ()),
                "is_reviewed": line.pk in reviewed,
            }
            for line in detail.lines
            if line.quantity
        ],
        "reasons": _reasons(detail.adjustments, titles, order.currency),
        "sums": _sums(order),
        "seen": _seen(order),
        "answers": _answers(order),
        "taxes": tax_rows(taxes_of(order, detail.lines), order.currency),
        "papers": papers_of(order),
        "method": order.get_method_display(),
        "address": _address(order, language),
        "note": order.note,
        "parcels": [
            _parcel(each, inside[each.pk], titles, language)
            for each in parcels
            if each.state != FulfilmentState.CANCELLED
        ],
        "pickup": _pickup(order),
        "keys": _keys(order, titles),
        "timeline": timeline_of(detail.events, order.currency, language),
        "contact": detail.group.email or detail.group.phone,
        "after_sale": _after_sale(order, detail.lines),
        "cases": [brief_data(each) for each in cases_on(order.pk)],
    }


def _answers(order: Order) -> list[Json]:
    """Return what the buyer answered to what the shop asks of each order."""
    rows = asked_fields(Subject.ORDER)
    told = values_of(Subject.ORDER, [order.pk]).get(order.pk, {}) if rows else {}
    return [
        {"label": row.name, "text": value_text(row, told[row.code])}
        for row in rows
        if told.get(row.code)
    ]


def _seen(order: Order) -> str:
    """Return what the buyer saw in another currency when he ordered; empty for nothing."""
    seen = seen_with(order.group_id)
    if seen is None:
        return ""
    told = {
        "amount": apart(seen.total, order.currency),
        "base": order.currency,
        "rate": seen.rate,
        "currency": seen.total.currency,
    }
    return _("≈ %(amount)s when you ordered (1 %(base)s = %(rate)s %(currency)s)") % told


def _head(order: Order, group_number: str, language: str) -> dict[str, Json]:
    tone, word = standing(order)
    number = order.number

    def path(name: str) -> str:
        return reverse(name, kwargs={"number": number})

    is_done = order.status == OrderStatus.CANCELLED
    return {
        "number": number,
        "href": path("order"),
        "tone": tone,
        "state": word,
        "placed": moment_text(order.placed_at, language),
        "total": text_of(Money(order.total_minor, order.currency)),
        "pay": reverse("cashier", kwargs={"number": group_number}) if is_unpaid(order) else "",
        "cancel": "" if failing_guard(order, "cancel") else path("order-cancel"),
        "receive": "" if failing_guard(order, "deliver") else path("order-receive"),
        "hide": path("order-hide") if order.status in OVER and order.member_id else "",
        "again": path("order-again") if is_done or not is_unpaid(order) else "",
    }


def _after_sale(order: Order, lines: Sequence[OrderLine]) -> str:
    """Return where something can be asked for; empty where nothing can at all."""
    if not is_open(order) or not any(line.total_minor > line.waived_minor for line in lines):
        return ""
    return reverse("order-after-sale", kwargs={"number": order.number})


def _line(
    line: OrderLine, thumbs: Mapping[UUID, str], currency: str, language: str
) -> dict[str, Json]:
    kept = line.snapshot
    handle = str(kept.get("handle", ""))
    return {
        "title": _title(line, language),
        "variant": str(kept.get("variant", "")),
        "href": href_of(handle) if handle else "",
        "picture": kept_thumb(kept) or thumbs.get(line.product_id, ""),
        "quantity": line.quantity,
        "shipped": line.fulfilled_quantity,
        "unit": text_of(Money(line.unit_minor, currency)),
        "total": text_of(Money(line.total_minor, currency)),
        "discount": text_of(Money(line.discount_minor, currency)) if line.discount_minor else "",
    }


def _review_of(order: Order, lines: Sequence[OrderLine], reviewed: Collection[UUID]) -> str:
    """Return where something can be reviewed; the order where there is more than one thing."""
    waiting = [line for line in lines if line.delivered_quantity and line.pk not in reviewed]
    if not waiting or order.member_id is None or order.status == OrderStatus.CANCELLED:
        return ""
    if len(waiting) > 1:
        return reverse("order", kwargs={"number": order.number})
    return reverse("review", kwargs={"line": waiting[0].public_id})


def _title(line: OrderLine, language: str) -> str:
    texts = line.snapshot.get("i18n") or {}
    return str(texts.get(language) or line.snapshot.get("title", ""))


def _reasons(
    adjustments: Sequence[Adjustment], titles: dict[UUID, str], currency: str
) -> list[Json]:
    return [
        {
            "label": " · ".join(
                part for part in (row.label, titles.get(row.line_id or row.pk, "")) if part
            ),
            "kind": str(AdjustmentKind(row.kind).label),
            "text": text_of(Money(row.minor, currency)),
        }
        for row in adjustments
    ]


def _sums(order: Order) -> list[Json]:
    labels = figure_labels()

    def row(name: str, *, minus: bool = False, whole: bool = False) -> dict[str, Json]:
        text = text_of(Money(getattr(order, f"{name}_minor"), order.currency))
        return {"label": labels[name], "text": f"−{text}" if minus else text, "is_whole": whole}

    found: list[Json] = [
        row(name, minus=name == "discount")
        for name in _FIGURES
        if name == "items" or getattr(order, f"{name}_minor")
    ]
    found.append(row("total", whole=True))
    if order.paid_minor:
        found.append(row("paid"))
    if order.refunded_minor:
        found.append(row("refunded", minus=True))
    return found


def _address(order: Order, language: str) -> Json:
    if not order.address.get("line"):
        return None
    return {
        "name": str(order.address.get("name", "")),
        "phone": str(order.address.get("phone", "")),
        "text": address_text(order.address, language),
    }


def _parcel(
    parcel: Fulfilment,
    items: Sequence[FulfilmentItem],
    titles: dict[UUID, str],
    language: str,
) -> dict[str, Json]:
    moment = parcel.delivered_at or parcel.shipped_at
    is_here = parcel.state == FulfilmentState.DELIVERED
    return {
        "state": _("Delivered") if is_here else _("Under way"),
        "tone": "good" if is_here else "open",
        "carrier": parcel.carrier,
        "tracking": parcel.tracking,
        "page": tracking_page(parcel.carrier, parcel.tracking),
        "at": moment_text(moment, language) if moment else "",
        "receiver": str(parcel.proof.get("name", "")),
        "pictures": [{"small": each.small, "large": each.large} for each in pictures_of(parcel)],
        "items": [
            {"title": titles.get(item.line_id, ""), "quantity": item.quantity} for item in items
        ],
    }


def _pickup(order: Order) -> Json:
    found = code_of(order.pk)
    if found is None:
        return None
    code = f"{found.code[:4]} {found.code[4:]}"
    by_method = {
        FulfilmentMethod.PICKUP: _("Say this code when you pick up the goods."),
        FulfilmentMethod.VIRTUAL: _("Say this code on the spot."),
    }
    text = by_method.get(FulfilmentMethod(order.method), "")
    return {"code": code, "is_used": found.used_at is not None, "text": text}


def _keys(order: Order, titles: dict[UUID, str]) -> list[Json]:
    if order.method != FulfilmentMethod.DIGITAL:
        return []
    return [
        {"title": titles.get(line_id, ""), "keys": list(keys)}
        for line_id, keys in keys_of(order.pk).items()
    ]
