"""Freight in words: on product pages, and for a member's cart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.cart.choices import Fulfilment
from kernel.cart.values import CartView
from kernel.common.money import Money
from kernel.members.models import Address
from kernel.orders.choices import FulfilmentMethod
from kernel.reference.countries import name_in
from kernel.shipping.counting import Load
from kernel.shipping.estimates import Estimate
from kernel.shipping.models import ShippingMethod
from kernel.shipping.nearby import nearby_of
from kernel.shipping.places import EVERYWHERE, short_name
from kernel.shipping.rules import Plan, plan_of, units_of
from themes.fields import Json
from themes.shop.amounts import text_of

_MOST_NAMED: Final = 6


def product_freight(
    ways: Sequence[ShippingMethod], named: Plan | None, load: Load, currency: str
) -> list[Json]:
    """Say what bringing one piece costs, and where it is not brought."""
    texts: list[str] = []
    express = [way for way in ways if way.method == FulfilmentMethod.EXPRESS]
    plans = [(way, named or _own(way)) for way in express]
    if plans:
        texts += _express(plans, load, currency)
    for way in ways:
        if way.method == FulfilmentMethod.SAME_CITY:
            least = min(band.fee_minor for band in nearby_of(way.nearby).bands) + way.fee_minor
            texts.append(f"{way.name_in(get_language() or '')}: {_from(least, currency)}")
        elif way.method == FulfilmentMethod.PICKUP:
            place = f" · {way.location.name}" if way.location else ""
            texts.append(f"{way.name_in(get_language() or '')}{place}")
    return list(texts)


def _own(way: ShippingMethod) -> Plan | None:
    return plan_of(way.template) if way.template is not None else None


def _express(
    plans: Sequence[tuple[ShippingMethod, Plan | None]], load: Load, currency: str
) -> list[str]:
    prices = [_span(way, plan, load) for way, plan in plans]
    lowest = min(low for low, _high in prices)
    highest = max(high for _low, high in prices)
    if not highest:
        texts = [_("Free delivery")]
    elif lowest == highest:
        texts = [_("Freight %(amount)s") % {"amount": text_of(Money(lowest, currency))}]
    else:
        texts = [_("Freight %(from)s") % {"from": _from(lowest, currency)}]
    plan = plans[0][1]
    free = _free_from(plan) if highest and plan else None
    if free:
        texts[0] += " · " + _("free from %(amount)s") % {"amount": text_of(Money(free, currency))}
    return [*texts, *(_limits(plan) if plan else [])]


def _span(way: ShippingMethod, plan: Plan | None, load: Load) -> tuple[int, int]:
    if plan is None:
        return way.fee_minor, way.fee_minor
    units = units_of(plan.measure, pieces=load.pieces, grams=load.grams, cm3=load.cm3)
    found = [
        rule.charge(units) + rule.surcharge_minor + way.fee_minor
        for rule in plan.rules
        if rule.delivers
    ]
    return min(found), max(found)


def _free_from(plan: Plan) -> int | None:
    """Return from which amount on every region that is served pays nothing."""
    served = [rule for rule in plan.rules if rule.delivers]
    alone = [
        rule.free.amount_minor
        for rule in served
        if rule.free.pieces is None and rule.free.grams is None and not rule.surcharge_minor
    ]
    known = [minor for minor in alone if minor is not None]
    return max(known) if len(known) == len(served) else None


def _limits(plan: Plan) -> list[str]:
    refused = [code for rule in plan.rules if not rule.delivers for code in rule.regions]
    if any(EVERYWHERE in rule.regions and rule.delivers for rule in plan.rules):
        return (
            [_("Not delivered to: %(regions)s") % {"regions": _names(refused)}] if refused else []
        )
    served = [code for rule in plan.rules if rule.delivers for code in rule.regions]
    return [_("Delivered only to: %(regions)s") % {"regions": _names(served)}]


def _names(codes: Sequence[str]) -> str:
    language = get_language() or ""
    names = [
        short_name(code) if code.isdigit() else name_in(code, language)
        for code in codes
        if code != EVERYWHERE
    ]
    shown = _(", ").join(names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} …"


def _from(minor: int, currency: str) -> str:
    if not minor:
        return _("from nothing on")
    return _("from %(amount)s") % {"amount": text_of(Money(minor, currency))}


def loads_in(view: CartView, facts: dict[Any, tuple[int, int]]) -> list[Load]:
    """Return what travels of a cart; weights and volumes by variant."""
    found: list[Load] = []
    for group in view.groups:
        if group.fulfilment != Fulfilment.SHIPPED:
            continue
        for line in group.lines:
            if not (line.selected and line.is_buyable and line.total):
                continue
            grams, cm3 = facts.get(line.variant_id, (0, 0))
            found.append(
                Load(
                    key=len(found),
                    pieces=line.quantity,
                    grams=grams * line.quantity,
                    cm3=cm3 * line.quantity,
                    worth_minor=line.total.minor,
                    template=line.freight_template,
                )
            )
    return found


def cart_freight(
    estimates: Sequence[Estimate], address: Address, currency: str, *, off_minor: int
) -> dict[str, Json]:
    """Say what bringing a cart to a member's usual address costs, with so much taken off."""
    open_ones = [each for each in estimates if not each.freight.hindrances]
    brought = [each for each in open_ones if each.way.method != FulfilmentMethod.PICKUP]
    place = address.region or address.city or address.country
    if not brought:
        text = _("Some of it is not delivered to %(region)s.") % {"region": place}
        return {"label": text, "text": ""}
    minor = max(brought[0].freight.minor - off_minor, 0)
    label = _("Freight to %(region)s") % {"region": place}
    return {"label": label, "text": text_of(Money(minor, currency)) if minor else _("Free")}
