"""What promotions and coupons do to a cart: plain reckoning, without a database.

The highest priority goes first; among equals, what saves most. Of promotions with the
same stacking word one takes effect on a line. Thresholds are compared with what lines
cost after what was taken off before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from kernel.promotions.case import Benefit, BuyerFacts, CaseLine
from kernel.promotions.conditions import Missing
from kernel.promotions.offers import Offer


@dataclass(frozen=True, slots=True)
class Applied:
    """An offer that takes effect."""

    offer: Offer
    benefit: Benefit


@dataclass(frozen=True, slots=True)
class Hint:
    """What a buyer could still have.

    Attributes:
        is_begun: True when a step of it takes effect already.
    """

    offer: Offer
    missing: Missing
    is_begun: bool


@dataclass(slots=True)
class Budgets:
    """What is left of what has a limit; grows smaller while a batch is placed.

    Attributes:
        uses, minor: by offer; those without a limit are not in it.
        own: how often a member has used an offer.
    """

    uses: dict[UUID, int] = field(default_factory=dict)
    minor: dict[UUID, int] = field(default_factory=dict)
    own: dict[tuple[UUID, UUID], int] = field(default_factory=dict)

    def allows(self, offer: Offer, minor: int, member_id: UUID | None) -> bool:
        """Tell whether an offer may take so much off once more for a buyer."""
        if self.uses.get(offer.key, 1) < 1 or self.minor.get(offer.key, minor) < minor:
            return False
        most = offer.limits.per_member
        if most is None:
            return True
        return member_id is not None and self.own.get((offer.key, member_id), 0) < most

    def take(self, offer: Offer, minor: int, member_id: UUID | None) -> None:
        """Count a use."""
        if offer.key in self.uses:
            self.uses[offer.key] -= 1
        if offer.key in self.minor:
            self.minor[offer.key] -= minor
        if member_id is not None and offer.limits.per_member is not None:
            key = (offer.key, member_id)
            self.own[key] = self.own.get(key, 0) + 1


def evaluate(
    offers: Iterable[Offer], lines: Sequence[CaseLine], buyer: BuyerFacts, budgets: Budgets
) -> list[Applied]:
    """Let offers take effect on lines, which are changed; return what did.

    Args:
        offers: that are on and for this buyer, the highest priority first.
        lines: what is bought.
        buyer: who buys.
        budgets: what is left; only looked at.
    """
    found: list[Applied] = []
    for _priority, group in groupby(offers, key=lambda offer: offer.priority):
        changed: set[int] = set()
        for trial in _best_first(list(group), lines, buyer):
            # What nothing has befallen since is as it was.
            is_fresh = changed.isdisjoint(line.key for line in trial.reached)
            applied = _take_effect(trial, buyer, budgets, is_fresh=is_fresh)
            if applied is not None:
                found.append(applied)
                changed |= applied.benefit.lines
    return found


def apply(
    offer: Offer, lines: Sequence[CaseLine], buyer: BuyerFacts, budgets: Budgets
) -> Applied | None:
    """Let one offer take effect on lines, which are changed; None when it has none."""
    return _take_effect(_try(offer, lines, buyer), buyer, budgets, is_fresh=True)


def hints(
    offers: Iterable[Offer],
    lines: Sequence[CaseLine],
    buyer: BuyerFacts,
    applied: Sequence[Applied],
) -> list[Hint]:
    """Return what could be had for a little more, the nearest first.

    Args:
        offers: that are on and for this buyer.
        lines: as if nothing had taken effect.
        buyer: who buys.
        applied: what takes effect as it is.
    """
    begun = {each.offer.key for each in applied}
    found = []
    for offer in offers:
        missing = offer.missing(lines, buyer)
        if missing is not None:
            found.append(Hint(offer, missing, offer.key in begun))
    return sorted(found, key=lambda hint: (hint.missing.minor, hint.missing.pieces))


def fresh(lines: Sequence[CaseLine], left: Mapping[int, int] | None = None) -> list[CaseLine]:
    """Return copies of lines that nothing has taken effect on."""
    return [
        CaseLine(
            key=line.key,
            variant_id=line.variant_id,
            product_id=line.product_id,
            seller_id=line.seller_id,
            unit_minor=line.unit_minor,
            quantity=line.quantity,
            left_minor=(left or {}).get(line.key, line.unit_minor * line.quantity),
            marks=line.marks,
            plain_minor=line.plain_minor,
        )
        for line in lines
    ]


@dataclass(frozen=True, slots=True)
class _Trial:
    """An offer, the lines that it is about, and what it would do to them alone."""

    offer: Offer
    within: Sequence[CaseLine]
    reached: Sequence[CaseLine]
    benefit: Benefit


def _try(offer: Offer, lines: Sequence[CaseLine], buyer: BuyerFacts) -> _Trial:
    within, reached = offer.about(lines)
    return _Trial(offer, within, reached, offer.benefit(within, reached, buyer))


def _best_first(
    offers: Sequence[Offer], lines: Sequence[CaseLine], buyer: BuyerFacts
) -> list[_Trial]:
    """Return offers that would do something, what saves most first.

    What does nothing to lines as they are does nothing when others made them cheaper.
    """
    trials = [_try(offer, lines, buyer) for offer in offers]
    some = [trial for trial in trials if not trial.benefit.is_empty]
    return sorted(some, key=lambda trial: -trial.benefit.total_minor)


def _take_effect(
    trial: _Trial, buyer: BuyerFacts, budgets: Budgets, *, is_fresh: bool
) -> Applied | None:
    offer, benefit = trial.offer, trial.benefit
    if not is_fresh:
        benefit = offer.benefit(trial.within, trial.reached, buyer)
    if benefit.is_empty or not budgets.allows(offer, benefit.total_minor, buyer.member_id):
        return None
    for line in trial.reached:
        off = benefit.off.get(line.key, 0)
        line.left_minor -= off
        line.is_discounted = line.is_discounted or off > 0
        if line.key in benefit.lines:
            line.stacked.add(offer.stacking)
    return Applied(offer, benefit)
