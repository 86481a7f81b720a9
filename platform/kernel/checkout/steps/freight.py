"""Chooses the way to ship, divides the basket into orders, and counts freight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.checkout.choices import Rate
from kernel.checkout.drafts import Draft, Part, PipelineContext, Reason
from kernel.checkout.models import ShippingMethod
from kernel.common.db.kept import Kept
from kernel.orders.choices import AdjustmentKind, FulfilmentMethod

BROUGHT: Final = frozenset({FulfilmentMethod.EXPRESS, FulfilmentMethod.SAME_CITY})
_NEEDED: Final = ("name", "phone", "line")
_WAYS: Final = Kept(
    lambda currency: ShippingMethod.objects.filter(is_active=True, currency=currency).order_by(
        "position", "id"
    ),
    currency=str,
)


def shipping_methods(currency: str) -> list[ShippingMethod]:
    """Return the ways to ship in a currency; one query.

    A shop that has set up none ships free of charge.
    """
    return _WAYS(currency=currency) or [
        ShippingMethod(
            code="express",
            names={"zh-hans": "快递", "en": "Express"},
            method=FulfilmentMethod.EXPRESS,
            rate=Rate.FREE,
            currency=currency,
        )
    ]


def add_freight(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Make the orders of each draft and put freight on those that are shipped."""
    ways: dict[str, list[ShippingMethod]] = {}
    for draft in drafts:
        if not any(line.method == FulfilmentMethod.EXPRESS for line in draft.lines):
            draft.sort_into_parts()
            continue
        if draft.currency not in ways:
            ways[draft.currency] = shipping_methods(draft.currency)
        draft.ways = ways[draft.currency]
        way = _chosen(draft, draft.ways)
        if way is None:
            continue
        for line in draft.lines:
            if line.method == FulfilmentMethod.EXPRESS:
                line.method = FulfilmentMethod(way.method)
        draft.sort_into_parts()
        for part in draft.parts:
            if part.method == way.method:
                _add(part, way)


def _chosen(draft: Draft, ways: Sequence[ShippingMethod]) -> ShippingMethod | None:
    asked = draft.basket.choices.shipping
    way = next((way for way in ways if asked in {"", way.code}), None)
    if way is None:
        draft.refuse(
            "checkout.no_such_shipping",
            _("Please choose another way to ship."),
            choices=[way.code for way in ways],
        )
        return None
    draft.notes["shipping"] = way.code
    address = draft.basket.address
    missing = [name for name in _NEEDED if not str(address.get(name, "")).strip()]
    if way.method in BROUGHT and missing:
        draft.refuse(
            "checkout.address_missing", _("Please say where it shall be brought."), missing=missing
        )
    return way


def _add(part: Part, way: ShippingMethod) -> None:
    part.shipping_method = way.code
    figures = part.figures()
    minor = freight_minor(
        way,
        pieces=sum(line.quantity for line in part.lines),
        worth_minor=figures.items - figures.discount,
    )
    if minor:
        part.freight_minor = minor
        label = way.name_in(get_language() or "")
        part.reasons.append(Reason(AdjustmentKind.FREIGHT, f"shipping.{way.code}", label, minor))


def freight_minor(way: ShippingMethod, *, pieces: int, worth_minor: int) -> int:
    """Return what shipping costs, in minor units.

    Args:
        way: how it is shipped.
        pieces: how many pieces travel.
        worth_minor: what they cost after discounts.
    """
    is_free = way.free_from_minor is not None and worth_minor >= way.free_from_minor
    if way.rate == Rate.FREE or is_free or not pieces:
        return 0
    if way.rate == Rate.FLAT:
        return way.base_minor
    return way.base_minor + way.piece_minor * (pieces - 1)
