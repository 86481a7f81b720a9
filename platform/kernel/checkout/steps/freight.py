"""Chooses the way to ship, divides the basket into orders, and puts freight on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Final, TypeAlias
from uuid import UUID

from django.utils.translation import get_language, gettext, gettext_lazy

from kernel.checkout.drafts import Draft, DraftLine, PipelineContext, Reason, WayOffer
from kernel.common.money import Money
from kernel.orders.choices import AdjustmentKind, FulfilmentMethod
from kernel.shipping.choices import BROUGHT
from kernel.shipping.counting import Freight, Hindrance, Load, count
from kernel.shipping.models import ShippingMethod
from kernel.shipping.places import ASKED_BY_CARRIERS, PLACING, Where, where_of
from kernel.shipping.rules import Plan
from kernel.shipping.selectors import plans_of, shipping_methods
from kernel.shipping.texts import obstacle_text

INPUT: Final = "shipping"
"""What buyers choose of shipping, in `Choices.inputs`: ``{"insurance": true}``."""

INSURED: Final = "shipping.insurance"
_NEEDED: Final = ("name", "phone", "line")

Parcels: TypeAlias = Mapping[UUID | None, Sequence[Load]]
"""What each seller sends."""


@dataclass(frozen=True, slots=True)
class _Counted:
    """A way with what it costs each seller's parcel.

    Attributes:
        hindrances: what speaks against it; nothing while it is not known where the goods go.
    """

    way: ShippingMethod
    freights: Mapping[UUID | None, Freight]
    is_decided: bool
    hindrances: Sequence[Hindrance]


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the ways cost a basket, and which of them it takes; None when it names none of them.

    Attributes:
        reasons: what stands on each seller's order.
    """

    offers: Sequence[WayOffer]
    chosen: _Counted | None = None
    reasons: Mapping[UUID | None, Sequence[Reason]] = field(default_factory=dict)


def add_freight(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Make the orders of each draft and put freight on those that are shipped."""
    shipped = [any(map(_is_shipped, draft.lines)) for draft in drafts]
    travelling = list(compress(drafts, shipped))
    ways = {currency: shipping_methods(currency) for currency in {d.currency for d in travelling}}
    plans = {
        currency: plans_of(currency)
        for currency in {draft.currency for draft in travelling if _names_templates(draft)}
    }
    # In a sale hundreds buy the same and live in the same places.
    choices: dict[tuple[object, ...], _Choice] = {}
    for draft, is_shipped in zip(drafts, shipped, strict=True):
        if not is_shipped:
            draft.sort_into_parts()
            continue
        key = _decisive(draft, ways[draft.currency])
        if key not in choices:
            known = plans.get(draft.currency, {})
            choices[key] = _choose(
                draft, ways[draft.currency], known, is_placing=context.is_placing
            )
        _ship(draft, choices[key])


def _is_shipped(line: DraftLine) -> bool:
    return line.method == FulfilmentMethod.EXPRESS


def _names_templates(draft: Draft) -> bool:
    return any(line.goods.facts["product__freight_template"] for line in draft.lines)


def _decisive(draft: Draft, ways: Sequence[ShippingMethod]) -> tuple[object, ...]:
    """Return all that freight depends on; the drafts of a batch share their goods."""
    address = draft.basket.address
    found: list[object] = [draft.currency, draft.basket.choices.shipping]
    found += [str(address.get(name, "")) for name in PLACING]
    if any(way.carrier for way in ways):
        found += [str(address.get(name, "")) for name in ASKED_BY_CARRIERS]
    for line in draft.lines:
        if _is_shipped(line):
            worth = line.subtotal_minor - line.discount_minor
            found += (line.position, id(line.goods), line.quantity, worth)
    return tuple(found)


def _choose(
    draft: Draft, ways: Sequence[ShippingMethod], named: Mapping[str, Plan], *, is_placing: bool
) -> _Choice:
    where, parcels = where_of(draft.basket.address), _parcels(draft)
    asked = draft.basket.choices.shipping
    counted: list[_Counted] = []
    chosen: _Counted | None = None
    for way in ways:
        if is_placing and asked not in {"", way.code}:
            continue
        found = _count(way, parcels, where, named, may_ask=not is_placing)
        counted.append(found)
        if chosen is None and (way.code == asked or (not asked and not found.hindrances)):
            chosen = found
            if is_placing:
                break
    if not asked and chosen is None:
        chosen = counted[0]
    offers = [_offer(each, draft.currency) for each in counted]
    if chosen is None:
        return _Choice(offers)
    way = chosen.way
    reasons = {seller: _reasons(way, freight) for seller, freight in chosen.freights.items()}
    return _Choice(offers, chosen, reasons)


def _ship(draft: Draft, choice: _Choice) -> None:
    draft.ways, chosen = choice.offers, choice.chosen
    if chosen is None:
        draft.refuse(
            "checkout.no_such_shipping",
            gettext_lazy("Please choose another way to ship."),
            choices=[offer.way.code for offer in choice.offers],
        )
        return
    _take(draft, chosen)
    way = chosen.way
    for part in draft.parts:
        if part.method == way.method:
            freight = chosen.freights[part.seller_id]
            part.shipping_method, part.freight = way.code, freight
            part.freight_minor = freight.minor
            part.reasons += choice.reasons[part.seller_id]


def insure(drafts: Sequence[Draft], context: PipelineContext) -> None:
    """Put the price of insurance on the parcels of those who want it, whatever was taken off."""
    for draft in drafts:
        if not _wants_insurance(draft):
            continue
        way = next(
            (each.way for each in draft.ways or () if each.way.code == draft.notes["shipping"]),
            None,
        )
        if way is None or way.insurance_minor is None:
            continue
        for part in draft.parts:
            if part.shipping_method == way.code:
                part.freight_minor += way.insurance_minor
                label = gettext("Freight insurance")
                row = Reason(AdjustmentKind.FREIGHT, INSURED, label, way.insurance_minor)
                part.reasons.append(row)


def _wants_insurance(draft: Draft) -> bool:
    inputs = draft.basket.choices.inputs.get(INPUT)
    return isinstance(inputs, Mapping) and inputs.get("insurance") is True and bool(draft.ways)


def _parcels(draft: Draft) -> Parcels:
    found: dict[UUID | None, list[Load]] = {}
    for line in draft.lines:
        if not _is_shipped(line):
            continue
        facts, pieces = line.goods.facts, line.quantity
        load = Load(
            key=line.position,
            pieces=pieces,
            grams=pieces * int(str(facts["weight_grams"])),
            cm3=pieces * int(str(facts["volume_cm3"])),
            worth_minor=line.subtotal_minor - line.discount_minor,
            template=str(facts["product__freight_template"]),
        )
        found.setdefault(line.goods.seller_id, []).append(load)
    return found


def _count(
    way: ShippingMethod,
    parcels: Parcels,
    where: Where,
    named: Mapping[str, Plan],
    *,
    may_ask: bool,
) -> _Counted:
    freights = {
        seller: count(way, loads, where, named, may_ask=may_ask)
        for seller, loads in parcels.items()
    }
    is_decided = all(freight.is_decided for freight in freights.values())
    against = [each for freight in freights.values() for each in freight.hindrances]
    return _Counted(way, freights, is_decided, against if is_decided else [])


def _take(draft: Draft, chosen: _Counted) -> None:
    way = chosen.way
    draft.notes["shipping"] = way.code
    if way.method in BROUGHT:
        address = draft.basket.address
        missing = [name for name in _NEEDED if not str(address.get(name, "")).strip()]
        if not chosen.is_decided:
            missing.append("region_code")
        if missing:
            draft.refuse(
                "checkout.address_missing",
                gettext_lazy("Please say where it shall be brought."),
                missing=missing,
            )
    for hindrance in chosen.hindrances:
        _refuse(draft, hindrance)
    if way.method != FulfilmentMethod.EXPRESS:
        for line in draft.lines:
            if _is_shipped(line):
                line.method = FulfilmentMethod(way.method)
    draft.sort_into_parts()


def _refuse(draft: Draft, hindrance: Hindrance) -> None:
    text = obstacle_text(hindrance, draft.currency)
    fields: dict[str, object] = {"region": hindrance.region} if hindrance.region else {}
    if hindrance.least_minor is not None:
        fields["least"] = Money(hindrance.least_minor, draft.currency).decimal()
    for key in hindrance.keys or (None,):
        draft.refuse(hindrance.code, text, line=key, **fields)


def _offer(counted: _Counted, currency: str) -> WayOffer:
    minor = sum(freight.minor for freight in counted.freights.values())
    first = next(iter(counted.hindrances), None)
    return WayOffer(counted.way, minor, obstacle_text(first, currency) if first else "")


def _reasons(way: ShippingMethod, freight: Freight) -> list[Reason]:
    """Return what explains a parcel's freight."""
    name = way.name_in(get_language() or "")
    source = f"shipping.{way.code}"
    paid = [group for group in freight.groups if group.minor]
    if len(paid) <= 1:
        return (
            [Reason(AdjustmentKind.FREIGHT, source, name, freight.minor)] if freight.minor else []
        )
    found = [
        Reason(
            AdjustmentKind.FREIGHT,
            f"{source}.{group.template}",
            f"{name} · {group.name}",
            group.minor,
        )
        for group in paid
    ]
    if freight.fee_minor:
        found.append(Reason(AdjustmentKind.FREIGHT, source, name, freight.fee_minor))
    return found
