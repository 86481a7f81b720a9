"""Counts freight: what one parcel costs by one way, and what cannot be brought.

Goods of one template are counted together: their pieces, weight or volume, the first
units at the first price and the rest at the further price, unless they go free. What the
templates of a parcel cost together the way to ship says, see `Combining`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kernel.common.money import split_minor
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.carriers import Parcel, quoted
from kernel.shipping.choices import Combining
from kernel.shipping.models import ShippingMethod
from kernel.shipping.nearby import nearby_of
from kernel.shipping.places import Where
from kernel.shipping.rules import Plan, Rule, plan_of, units_of

NOT_DELIVERED: Final = "shipping.not_delivered"
TOO_FAR: Final = "shipping.too_far"
TOO_LITTLE: Final = "shipping.too_little"
OTHER_COUNTRY: Final = "shipping.other_country"
NO_QUOTE: Final = "shipping.no_quote"


@dataclass(frozen=True, slots=True)
class Load:
    """A line that travels.

    Attributes:
        key: the line's position.
        template: code that its product names; empty for none.
        worth_minor: after discounts.
    """

    key: int
    pieces: int
    grams: int = 0
    cm3: int = 0
    worth_minor: int = 0
    template: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What the goods of one template cost in a parcel.

    Attributes:
        template: its code; empty for what no template counts.
        name: of the template.
        minor: what they cost, with the surcharge.
        is_free: a condition of the template made them so.
        shares: what each line bears of it, by position.
    """

    template: str
    name: str
    minor: int
    is_free: bool = False
    shares: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why something cannot be brought.

    Attributes:
        keys: the lines; empty for all of them, whatever they are.
        reasons: by language, as the shop wrote them.
        least_minor: how much goods must be worth.
    """

    code: str
    keys: tuple[int, ...] = ()
    region: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    least_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Freight:
    """What a parcel costs by one way.

    Attributes:
        is_decided: False while too little of the address is known; the amount is then
            what the rest of the country pays.
    """

    groups: tuple[Group, ...] = ()
    fee_minor: int = 0
    hindrances: tuple[Hindrance, ...] = ()
    is_decided: bool = True

    @property
    def minor(self) -> int:
        """What it costs altogether."""
        return sum(group.minor for group in self.groups) + self.fee_minor

    def shares(self) -> dict[int, int]:
        """Return what each line bears of the templates' prices."""
        found: dict[int, int] = {}
        for group in self.groups:
            for key, minor in group.shares.items():
                found[key] = found.get(key, 0) + minor
        return found


def count(
    way: ShippingMethod,
    loads: Sequence[Load],
    where: Where,
    named: Mapping[str, Plan],
    *,
    may_ask: bool = True,
) -> Freight:
    """Return what a parcel costs by a way.

    Args:
        way: with its template and location read.
        loads: what travels in one parcel.
        where: where it goes.
        named: the templates that products name, by code.
        may_ask: a carrier may be asked, where the way has one.
    """
    if not loads or way.method == FulfilmentMethod.PICKUP:
        return Freight(fee_minor=way.fee_minor if loads else 0)
    if way.countries and where.country and where.country not in way.countries:
        return Freight(hindrances=(Hindrance(OTHER_COUNTRY, region=where.country),))
    if way.method == FulfilmentMethod.SAME_CITY:
        return _near(way, loads, where)
    if way.carrier:
        return _by_carrier(way, loads, where, named, may_ask=may_ask)
    return _by_templates(way, loads, where, named)


def split_freight(minor: int, shares: Mapping[int, int], keys: Sequence[int]) -> dict[int, int]:
    """Divide what freight costs in the end between lines, to the last cent.

    Args:
        minor: with fees, less what was taken off.
        shares: what lines bear of the templates' prices.
        keys: all lines of the parcel.
    """
    if not keys:
        return {}
    parts = split_minor(minor, [shares.get(key, 0) for key in keys])
    return dict(zip(keys, parts, strict=True))


@dataclass(frozen=True, slots=True)
class _Pile:
    """The goods of one template, with the line that the place has in it."""

    plan: Plan
    rule: Rule
    loads: tuple[Load, ...]

    @property
    def units(self) -> int:
        return sum(self._units(load) for load in self.loads)

    def _units(self, load: Load) -> int:
        return units_of(self.plan.measure, pieces=load.pieces, grams=load.grams, cm3=load.cm3)

    @property
    def is_free(self) -> bool:
        return self.rule.free.holds(
            worth_minor=sum(load.worth_minor for load in self.loads),
            pieces=sum(load.pieces for load in self.loads),
            grams=sum(load.grams for load in self.loads),
        )

    def group(self, minor: int, *, is_free: bool = False) -> Group:
        parts = split_minor(minor, [self._units(load) for load in self.loads])
        keys = (load.key for load in self.loads)
        return Group(
            self.plan.code, self.plan.name, minor, is_free, dict(zip(keys, parts, strict=True))
        )


def _by_carrier(
    way: ShippingMethod,
    loads: Sequence[Load],
    where: Where,
    named: Mapping[str, Plan],
    *,
    may_ask: bool,
) -> Freight:
    """Count by what the carrier says; by templates where it says nothing and there is one."""
    parcel = Parcel(
        country=where.country,
        region_code=where.code,
        city=where.city,
        postcode=where.postcode,
        pieces=sum(load.pieces for load in loads),
        grams=sum(load.grams for load in loads),
        cm3=sum(load.cm3 for load in loads),
        worth_minor=sum(load.worth_minor for load in loads),
    )
    minor = quoted(way, parcel, may_ask=may_ask) if where.country else None
    if minor is None and way.template is not None:
        return _by_templates(way, loads, where, named)
    if minor is None:
        keys = tuple(load.key for load in loads)
        return Freight(hindrances=(Hindrance(NO_QUOTE, keys, where.smallest),))
    weights = [load.grams for load in loads]
    parts = split_minor(minor, weights if sum(weights) else [load.pieces for load in loads])
    shares = dict(zip((load.key for load in loads), parts, strict=True))
    return Freight((Group("", way.name_in(""), minor, not minor, shares),), way.fee_minor)


def _by_templates(
    way: ShippingMethod, loads: Sequence[Load], where: Where, named: Mapping[str, Plan]
) -> Freight:
    own = plan_of(way.template) if way.template is not None else None
    by_code: dict[str, tuple[Plan | None, list[Load]]] = {}
    for load in loads:
        plan = named.get(load.template, own)
        by_code.setdefault(plan.code if plan else "", (plan, []))[1].append(load)
    piles: list[_Pile] = []
    hindrances: list[Hindrance] = []
    is_decided = True
    for plan, mine in by_code.values():
        if plan is None:
            continue
        is_decided = is_decided and plan.is_decided(where)
        rule = plan.rule_for(where) or _estimate(plan, where)
        if rule is None or not rule.delivers:
            keys = tuple(load.key for load in mine)
            reasons = rule.reasons if rule is not None else {}
            hindrances.append(Hindrance(NOT_DELIVERED, keys, where.smallest, reasons))
            continue
        piles.append(_Pile(plan, rule, tuple(mine)))
    groups = _combined(piles, way.combining)
    return Freight(tuple(groups), way.fee_minor, tuple(hindrances), is_decided)


def _estimate(plan: Plan, where: Where) -> Rule | None:
    """Return a line to reckon with while it is not known where the goods go."""
    if plan.is_decided(where):
        return None
    return next((rule for rule in plan.rules if rule.delivers), None)


def _combined(piles: Sequence[_Pile], combining: str) -> Iterable[Group]:
    free = [pile for pile in piles if pile.is_free]
    paid = [pile for pile in piles if not pile.is_free]
    groups = [pile.group(0, is_free=True) for pile in free]
    if combining == Combining.SUM:
        groups += [pile.group(pile.rule.charge(pile.units)) for pile in paid]
    elif combining == Combining.HIGHEST:
        groups += _only_highest(paid)
    else:
        groups += _first_once(paid)
    return _with_surcharge(groups, piles)


def _only_highest(paid: Sequence[_Pile]) -> list[Group]:
    costs = [pile.rule.charge(pile.units) for pile in paid]
    lead = costs.index(max(costs)) if costs else -1
    return [
        pile.group(cost if place == lead else 0)
        for place, (pile, cost) in enumerate(zip(paid, costs, strict=True))
    ]


def _first_once(paid: Sequence[_Pile]) -> list[Group]:
    """Charge the dearest first price once; of equal ones that with which it costs least.

    No template costs more so than it would by itself.
    """
    full = [pile.rule.charge(pile.units) for pile in paid]
    further = [
        min(pile.rule.further(pile.units), cost) for pile, cost in zip(paid, full, strict=True)
    ]
    order = [
        (-pile.rule.first_minor, cost - rest, place)
        for place, (pile, cost, rest) in enumerate(zip(paid, full, further, strict=True))
    ]
    lead = min(order)[2] if order else -1
    return [
        pile.group(full[place] if place == lead else further[place])
        for place, pile in enumerate(paid)
    ]


def _with_surcharge(groups: Sequence[Group], piles: Sequence[_Pile]) -> list[Group]:
    """Put the highest surcharge of the parcel on the template that asks for it."""
    asked = {pile.plan.code: pile.rule.surcharge_minor for pile in piles}
    highest = max(asked.values(), default=0)
    if not highest:
        return list(groups)
    lead = next(code for code, minor in asked.items() if minor == highest)
    by_code = {pile.plan.code: pile for pile in piles}
    return [
        by_code[lead].group(group.minor + highest) if group.template == lead else group
        for group in groups
    ]


def _near(way: ShippingMethod, loads: Sequence[Load], where: Where) -> Freight:
    terms = nearby_of(way.nearby)
    grams = sum(load.grams for load in loads)
    worth = sum(load.worth_minor for load in loads)
    metres = terms.metres_to(where)
    band = terms.bands[0] if metres is None and terms.bands else None
    if metres is not None:
        band = terms.band_at(metres)
    # While nobody said where, nothing is refused yet.
    is_decided = metres is not None or where.is_whole
    hindrances = []
    if band is None or (metres is None and is_decided):
        hindrances.append(Hindrance(TOO_FAR, region=where.smallest))
    elif worth < band.least_minor:
        hindrances.append(Hindrance(TOO_LITTLE, least_minor=band.least_minor))
    if band is None:
        return Freight(hindrances=tuple(hindrances), is_decided=is_decided)
    is_free = band.free_from_minor is not None and worth >= band.free_from_minor
    minor = 0 if is_free else band.fee_minor
    minor += terms.weighed(grams)
    weights = [load.grams or load.pieces for load in loads]
    keys = (load.key for load in loads)
    shares = dict(zip(keys, split_minor(minor, weights), strict=True))
    group = Group("", "", minor, is_free, shares)
    return Freight((group,), way.fee_minor, tuple(hindrances), is_decided)
