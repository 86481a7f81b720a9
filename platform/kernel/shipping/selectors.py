"""Ways to ship and templates, as others ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kernel.catalogue.models import Product
from kernel.common.books import Book
from kernel.inventory.models import Location
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.choices import BROUGHT, FreeMatch
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.nearby import nearby_of
from kernel.shipping.places import Where
from kernel.shipping.rules import Plan, Rule, plan_of


@dataclass(frozen=True, slots=True)
class _Shipping:
    """How a shop ships.

    Attributes:
        ways: that are offered, in their order, with their templates.
        plans: of all templates, with their codes and currencies.
    """

    ways: tuple[ShippingMethod, ...]
    plans: tuple[tuple[str, str, Plan], ...]


def _read() -> _Shipping:
    ways = ShippingMethod.objects.filter(is_active=True).select_related("template", "location")
    templates = FreightTemplate.objects.order_by("code")
    return _Shipping(
        tuple(ways.order_by("position", "id")),
        tuple((row.currency, row.code, plan_of(row)) for row in templates),
    )


_KEPT: Final = Book("shipping", _read)
_KEPT.renewed_by(ShippingMethod, FreightTemplate, Location)


def shipping_methods(currency: str) -> list[ShippingMethod]:
    """Return the ways to ship in a currency, with their templates.

    A shop that has set up none ships free of charge. No statement unless they have
    changed; nobody may change what is returned.
    """
    return [way for way in _KEPT.current().ways if way.currency == currency] or [
        ShippingMethod(
            code="express",
            names={"zh-hans": "快递", "en": "Express"},
            method=FulfilmentMethod.EXPRESS,
            currency=currency,
        )
    ]


def plans_of(currency: str) -> dict[str, Plan]:
    """Return the templates in a currency by their codes; as `shipping_methods`."""
    return {code: plan for own, code, plan in _KEPT.current().plans if own == currency}


def template_names() -> Mapping[str, str]:
    """Return the names of all templates by their codes; one query."""
    rows = FreightTemplate.objects.order_by("name", "id")
    return dict(rows.values_list("code", "name"))


def products_of(codes: Sequence[str]) -> dict[str, int]:
    """Return how many products name each template; one query."""
    found = dict.fromkeys(codes, 0)
    rows = Product.objects.filter(freight_template__in=list(codes))
    for code in rows.values_list("freight_template", flat=True):
        found[code] += 1
    return found


def free_tables(
    ways: Sequence[ShippingMethod], plans: Mapping[str, Plan], where: Where
) -> list[dict[str, int | None]]:
    """Return for each way that brings from which worth of goods on it is free, by template.

    The empty code stands for goods that name no template; 0 for what is always free, None
    for what no amount makes free.
    """
    return [_table(way, plans, where) for way in ways if way.method in BROUGHT]


def free_from(tables: Sequence[Mapping[str, int | None]], codes: Iterable[str]) -> int | None:
    """Return from which worth on goods of some templates come free by some way.

    None where no amount decides it: because they are free anyway, or never.
    """
    wanted = set(codes) or {""}
    found = []
    for table in tables:
        amounts = [table.get(code, table[""]) for code in wanted]
        known = [minor for minor in amounts if minor is not None]
        if len(known) == len(amounts):
            found.append(max(known))
    return None if 0 in found else min(found, default=None)


def _table(way: ShippingMethod, plans: Mapping[str, Plan], where: Where) -> dict[str, int | None]:
    if way.fee_minor:
        return {"": None}
    if way.method == FulfilmentMethod.SAME_CITY:
        terms = nearby_of(way.nearby)
        metres = terms.metres_to(where)
        band = None if metres is None else terms.band_at(metres)
        if band is None or terms.kilo_minor:
            return {"": None}
        return {"": band.free_from_minor if band.fee_minor else 0}
    found = {code: _amount(plan, where) for code, plan in plans.items()}
    found[""] = _amount(plan_of(way.template), where) if way.template is not None else 0
    return found


def _amount(plan: Plan, where: Where) -> int | None:
    rule = plan.rule_for(where)
    if rule is None and not plan.is_decided(where):
        rule = next((each for each in plan.rules if each.delivers), None)
    if rule is None or not rule.delivers or rule.surcharge_minor:
        return None
    if not rule.first_minor and not rule.more_minor:
        return 0
    return rule.free.amount_minor if _counts_alone(rule) else None


def _counts_alone(rule: Rule) -> bool:
    """Tell whether an amount alone makes it free."""
    others = rule.free.pieces is not None or rule.free.grams is not None
    return rule.free.match == FreeMatch.ANY or not others
