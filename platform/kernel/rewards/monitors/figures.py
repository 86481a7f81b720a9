"""The figures of the monitors, each with what it was reckoned from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from kernel.rewards.monitors.catalogue import Monitor
from kernel.rewards.monitors.facts import Drawn, Paid, Sale, lines_since, paid_since, sales_since

YOUNG: Final = timedelta(days=30)
CHAIN: Final = 3
_PLACES: Final = Decimal("0.0001")
_DISGUISED: Final = frozenset({"attributed", "region", "members"})
_WORST: Final = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """A figure and what it was reckoned from; None where there is too little to tell."""

    figure: Decimal | None
    facts: dict[str, Any]


class Facts:
    """What was paid and sold, read once for monitors that look back equally far."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._paid: dict[int, list[Paid]] = {}
        self._sales: dict[int, list[Sale]] = {}

    def paid(self, days: int) -> list[Paid]:
        """Return what was paid in the last days."""
        if days not in self._paid:
            self._paid[days] = list(paid_since(self._now - timedelta(days=days)))
        return self._paid[days]

    def lines(self, days: int) -> list[Drawn]:
        """Return along which lines something was paid in the last days."""
        return list(lines_since(self._now - timedelta(days=days)))

    def sales(self, days: int) -> list[Sale]:
        """Return what was sold in the last days."""
        if days not in self._sales:
            self._sales[days] = list(sales_since(self._now - timedelta(days=days)))
        return self._sales[days]


def levels(one: Monitor, facts: Facts) -> Seen:
    """T1: the longest line of members along which a reward was paid.

    Whoever is paid and the buyer count, and so does everybody between them. Lines that
    share a member hang together; people are counted over the largest such group.
    """
    drawn = facts.lines(one.window_days)
    deep = [row for row in drawn if row.depth + 1 >= CHAIN]
    longest = max((row.depth + 1 for row in drawn if row.depth), default=0)
    groups = _groups((row.buyer, row.to) for row in deep)
    people = max(map(len, groups), default=0)
    rewards = sum(row.rewards for row in deep)
    found: dict[str, Any] = {"levels": longest, "people": people, "rewards": rewards}
    if not drawn:
        return Seen(None, found)
    is_many = people >= one.least
    return Seen(Decimal(longest if longest < CHAIN or is_many else CHAIN - 1), found)


def _groups(pairs: Iterable[tuple[UUID, UUID]]) -> Sequence[set[UUID]]:
    above: dict[UUID, UUID] = {}

    def root(member: UUID) -> UUID:
        while above.setdefault(member, member) != member:
            above[member] = above[above[member]]
            member = above[member]
        return member

    for first, second in pairs:
        above[root(first)] = root(second)
    groups: dict[UUID, set[UUID]] = {}
    for member in list(above):
        groups.setdefault(root(member), set()).add(member)
    return list(groups.values())


def of_margin(one: Monitor, facts: Facts) -> Seen:
    """T2: cash rewards of gross margin."""
    sales, paid = facts.sales(one.window_days), facts.paid(one.window_days)
    margin = sum(row.goods_minor - row.cost_minor for row in sales)
    rewards = sum(row.minor for row in paid)
    unknown = sum(1 for row in sales if not row.is_whole)
    found = {"rewards": rewards, "margin": margin, "orders": len(sales), "without_cost": unknown}
    if len(paid) < one.least:
        return Seen(None, found)
    return Seen(_share(rewards, margin) if margin > 0 else Decimal(9), found)


def retail(one: Monitor, facts: Facts) -> Seen:
    """T3: sales to people who promote nothing, of those that bear rewards."""
    bearing = {row.order for row in facts.paid(one.window_days)}
    earning = {row.to for row in facts.paid(one.window_days)}
    sales = [row for row in facts.sales(one.window_days) if row.order in bearing]
    whole = sum(row.goods_minor for row in sales)
    outside = sum(
        row.goods_minor for row in sales if not row.is_promoter and row.buyer not in earning
    )
    found = {"sales": whole, "to_others": outside, "orders": len(sales)}
    return Seen(_share(outside, whole) if len(sales) >= one.least and whole else None, found)


def own_purchases(one: Monitor, facts: Facts) -> Seen:
    """T4: what promoters buy themselves, of that and of what they sell to others."""
    earning = {row.to for row in facts.paid(one.window_days)}
    sellers = {row.order: row.to for row in facts.paid(one.window_days) if row.depth <= 1}
    own: dict[UUID, int] = {}
    sold: dict[UUID, int] = {}
    for row in facts.sales(one.window_days):
        if row.buyer in earning:
            own[row.buyer] = own.get(row.buyer, 0) + row.goods_minor
        elif row.order in sellers:
            by = sellers[row.order]
            sold[by] = sold.get(by, 0) + row.goods_minor
    whole = sum(own.values()) + sum(sold.values())
    worst = sorted(own, key=lambda who: own[who] - sold.get(who, 0), reverse=True)[:_WORST]
    found = {
        "own": sum(own.values()),
        "sold": sum(sold.values()),
        "members": [str(who) for who in worst],
    }
    enough = len(facts.paid(one.window_days)) >= one.least and whole
    return Seen(_share(sum(own.values()), whole) if enough else None, found)


def young_money(one: Monitor, facts: Facts) -> Seen:
    """T5: cash to older members out of orders of new ones."""
    paid = facts.paid(one.window_days)
    whole = sum(row.minor for row in paid)
    young = sum(
        row.minor
        for row in paid
        if row.paid_at - row.buyer_since < YOUNG <= row.paid_at - row.to_since
    )
    found = {"rewards": whole, "from_new_members": young}
    return Seen(_share(young, whole) if len(paid) >= one.least and whole else None, found)


def disguised(one: Monitor, facts: Facts) -> Seen:
    """T11: rewards that do not go up the line by their rule, and do so in fact."""
    paid = [row for row in facts.paid(one.window_days) if row.kind in _DISGUISED]
    whole = sum(row.minor for row in paid)
    above = sum(row.minor for row in paid if row.depth > 1)
    found = {"rewards": whole, "to_ancestors": above}
    return Seen(_share(above, whole) if len(paid) >= one.least and whole else None, found)


def _share(part: int, whole: int) -> Decimal:
    return (Decimal(part) / Decimal(whole)).quantize(_PLACES)


Figure = Callable[[Monitor, Facts], Seen]
OF_REWARDS: Final[dict[str, Figure]] = {
    "T1": levels,
    "T2": of_margin,
    "T3": retail,
    "T4": own_purchases,
    "T5": young_money,
    "T11": disguised,
}
