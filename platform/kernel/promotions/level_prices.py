"""Prices for levels beside promotions: the buyer gets the better of the two, not both.

A promotion says that it joins (`Promotion.joins_levels`); then it takes effect on what
the level's price leaves. Gifts and free shipping always do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from kernel.promotions.case import BuyerFacts, CaseLine, worth
from kernel.promotions.evaluation import Applied, Budgets, evaluate
from kernel.promotions.offers import Offer


@dataclass(frozen=True, slots=True)
class Effects:
    """What offers do to lines.

    Attributes:
        instead: what a piece costs now, by line, where promotions take the place of the
            price for the buyer's level.
    """

    applied: Sequence[Applied]
    instead: Mapping[int, int] = field(default_factory=dict)


def effects(
    offers: Sequence[Offer], lines: Sequence[CaseLine], buyer: BuyerFacts, budgets: Budgets
) -> Effects:
    """Return what offers do to lines; with or without prices for the level, what costs less.

    Args:
        offers: that are on and for this buyer, the highest priority first.
        lines: what is bought; they are not looked at again.
        buyer: who buys.
        budgets: what is left; only looked at.
    """
    plain = {line.key: line.plain_minor for line in lines if line.plain_minor is not None}
    if not plain or all(offer.joins_levels for offer in offers):
        return Effects(evaluate(offers, lines, buyer, budgets))
    untouched = _copies(lines)
    beside = Effects(evaluate(offers, lines, buyer, budgets))
    least = worth(lines)
    while plain:
        trial = _without(untouched, plain)
        found = evaluate(offers, trial, buyer, budgets)
        reached = {key: minor for key, minor in plain.items() if key in _reached(found)}
        if reached == plain:
            return Effects(found, plain) if worth(trial) < least else beside
        # What no promotion makes cheaper keeps the level's price, and counts with it.
        plain = reached
    return beside


def _without(lines: Sequence[CaseLine], plain: Mapping[int, int]) -> list[CaseLine]:
    copies = _copies(lines)
    for line in copies:
        if line.key in plain:
            line.left_minor += (plain[line.key] - line.unit_minor) * line.quantity
            line.unit_minor, line.plain_minor = plain[line.key], None
    return copies


def _copies(lines: Sequence[CaseLine]) -> list[CaseLine]:
    return [replace(line, stacked=set(line.stacked)) for line in lines]


def _reached(found: Sequence[Applied]) -> set[int]:
    return {key for each in found if not each.offer.joins_levels for key in each.benefit.lines}
