"""What happens in a simulated shop: the state that its events are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from kernel.rewards.packs.loading import Pack
from kernel.rewards.simulation.people import ADDRESS, Event, People
from kernel.rewards.simulation.scenarios import Assumptions


@dataclass(slots=True)
class World:
    """A shop between two events.

    Attributes:
        figures: of the packs, with those of the shop over them.
        day_sales, month_sales: by buyer, since the day or the month began.
        holding: asks the book for what a member has of an asset.
        waiting: orders whose return window is open, with the day on which it closes.
    """

    packs: Sequence[Pack]
    figures: Mapping[str, Any]
    assumed: Assumptions
    chance: Random
    people: People
    holding: Any
    day: int = 0
    orders: int = 0
    buyers: list[str] = field(default_factory=list)
    waiting: list[tuple[int, str, str]] = field(default_factory=list)
    sellers: list[str] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    groups: int = 0
    phases: list[str] = field(default_factory=list)
    round_first: int = 1
    phase: int = 0
    price: Decimal | None = None
    day_margin: Decimal = Decimal(0)
    last_margin: Decimal = Decimal(0)
    week_orders: dict[str, str] = field(default_factory=dict)
    month_sales: dict[str, Decimal] = field(default_factory=dict)

    def hears(self, *stages: str) -> bool:
        """Tell whether a rule listens to one of some stages."""
        return any(stage in self.people.hears for stage in stages)

    def happens(self, per_cent: Decimal) -> bool:
        """Tell whether something of a given chance happens now."""
        return self.chance.random() * 100 < float(per_cent)

    def buyer(self) -> tuple[str, list[Event]]:
        """Return who buys next, with the event of his coming where he is new."""
        if self.buyers and self.happens(self.assumed.repeat_pct):
            return self.chance.choice(self.buyers), []
        event = self.people.join(self.day)
        self.buyers.append(str(event["member"]))
        return self.buyers[-1], [event]

    def pays(self, member: str, paid: Decimal, worth: Decimal) -> None:
        """Note what a member pays for goods that cost the shop so much."""
        account = self.people.accounts[member]
        account.paid += cents(paid)
        account.worth += cents(worth)
        self.day_margin += paid - worth
        self.month_sales[member] = self.month_sales.get(member, Decimal(0)) + paid

    def number(self) -> str:
        """Return the next order's name."""
        self.orders += 1
        return f"O{self.orders}"

    def sale(self, kind: str, order: str, buyer: str) -> Event:
        """Return an order as it is told to the engine."""
        assumed = self.assumed
        event: Event = {
            "type": kind, "key": f"{kind}:{order}", "order": order, "buyer": buyer,
            "paid": str(assumed.price), "cost": str(assumed.cost), "address": ADDRESS,
            "shares": 1, **self.people.parts(),
        }  # fmt: skip
        if len(self.buyers) == self.orders:
            event["kind"] = "VIP package"
        if "window_orders" in self.figures:
            event["draws"] = [self.chance.randint(1, 99) for _ in range(self._window())]
        return event

    def _window(self) -> int:
        return int(str(self.figures["window_orders"]))


def cents(figure: Decimal) -> int:
    """Return money in cents, rounded down."""
    return int(figure * 100)
