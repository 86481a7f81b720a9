"""Runs the engine over the days of a scenario; the same seed gives the same figures."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any, Final

from kernel.rewards.engine.book import Line, owner_and_state
from kernel.rewards.engine.engine import Engine
from kernel.rewards.engine.numbers import amount
from kernel.rewards.packs.loading import BASE, Pack, bundle, pack
from kernel.rewards.simulation.buying import buying
from kernel.rewards.simulation.outcomes import ONE, Day, Outcome, cohorts, share
from kernel.rewards.simulation.passing import passing, settling, stopping
from kernel.rewards.simulation.people import Event, People, standing
from kernel.rewards.simulation.scenarios import CURVES, Assumptions, orders_by_day
from kernel.rewards.simulation.watching import MONEY, WatchedBook, ratio
from kernel.rewards.simulation.world import World

Told = Callable[[int, int], None]

_EACH: Final = 200
_OWN_SALES: Final = frozenset({"order.paid", "group.joined", "phase.succeeded", "flash.won"})
_REWARDS: Final = ("reward:", "pool:", "reserve:", "exp:")


def simulate(
    packs: Sequence[Pack],
    parameters: Mapping[str, Any],
    assumed: Assumptions,
    *,
    curves: Sequence[str] = tuple(CURVES),
    told: Told | None = None,
) -> list[Outcome]:
    """Return what scenarios come to.

    Args:
        packs: the modes, in their order, without the rules of the sale.
        parameters: figures of the shop over those of the packs.
        assumed: what is supposed.
        curves: how the shop grows, one scenario for each.
        told: hears after each few orders how many are done, of how many.
    """
    whole = assumed.orders * len(curves)
    found = []
    with _seldom_collected():
        for at, curve in enumerate(curves):
            one = _Scenario(packs, parameters, assumed, curve)
            for done in one.run():
                if told is not None:
                    told(at * assumed.orders + done, whole)
            found.append(one.outcome())
    return found


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the collector look seldom: a scenario keeps nearly all it makes, and no cycles."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def with_sale(packs: Sequence[Pack]) -> list[Pack]:
    """Return packs after the rules of the sale, where no pack has a sale of its own.

    What a pack books as the sales of a whole period is left out then: each order books its
    own.
    """
    stages = {stage for one in packs for rule in one.rules for stage in _on(rule)}
    if stages & _OWN_SALES:
        return list(packs)
    alone = [
        replace(one, rules=[rule for rule in one.rules if not _sums_up(rule)]) for one in packs
    ]
    return [pack(BASE), *alone]


def _sums_up(rule: Mapping[str, Any]) -> bool:
    booked = rule.get("from") == "psp" and rule.get("into") == "sales"
    return booked and any(stage.startswith("period.") for stage in _on(rule))


def chosen(codes: Sequence[str]) -> list[Pack]:
    """Return the published packs of codes."""
    return bundle(codes, sale=False)


def _on(rule: Mapping[str, Any]) -> list[str]:
    return rule["on"] if isinstance(rule["on"], list) else [rule["on"]]


class _Scenario:
    """One run, with what it keeps account of."""

    def __init__(
        self, packs: Sequence[Pack], parameters: Mapping[str, Any], assumed: Assumptions, curve: str
    ) -> None:
        every = with_sale(packs)
        given = {name: value for one in every for name, value in one.defaults().items()}
        figures = standing(every, {**given, **parameters, **_frozen(every)})
        chance = Random(f"{assumed.seed}:{curve}")  # noqa: S311  figures, not secrets
        people = People(every, figures, assumed, chance)
        self.book = WatchedBook()
        self.engine = Engine(every, figures, book=self.book, counts=True)
        self.curve, self.assumed = curve, assumed
        self.world = World(every, figures, assumed, chance, people, self._holding)
        self.days: list[Day] = []
        self.withdrawn = 0
        self.worst = Fraction(0)
        self._asks = {"withdraw.requested"} & people.hears

    def run(self) -> Iterator[int]:
        """Go through the days; yield after each few orders how many are done."""
        plan, way, done = orders_by_day(self.assumed, self.curve), buying(self.world), 0
        for day, many in enumerate(plan):
            self.world.day = day
            if day and not many and plan[day - 1]:
                self._apply(stopping(self.world))
            self._apply(settling(self.world))
            for _ in range(many):
                self._order(way(self.world))
                done += 1
                if not done % _EACH:
                    yield done
            self._apply(passing(self.world))
            self._withdraw()
            self.days.append(self._day(done))
        yield done

    def _apply(self, events: Iterator[Event]) -> int:
        """Run events; return the money that rewards came to."""
        paid = 0
        for event in events:
            for line in self.engine.apply(event):
                paid += self._noted(line)
        return paid

    def _order(self, events: Iterator[Event]) -> None:
        before = -self.book.sums["psp"]
        rewarded = self._apply(events)
        taken = -self.book.sums["psp"] - before
        if taken > 0:
            self.worst = max(self.worst, Fraction(rewarded, taken))

    def _noted(self, line: Line) -> int:
        """Keep account of what a member gets; return what the shop pays of it."""
        if line.asset != MONEY:
            return 0
        spent = line.minor if line.debit.startswith("reward:") else 0
        to, by = owner_and_state(line.credit), owner_and_state(line.debit)
        accounts = self.world.people.accounts
        if to is not None and by is None and to[0] in accounts:
            own = accounts[to[0]]
            if line.debit.startswith("escrow:") or line.debit.startswith(_REWARDS):
                own.received += line.minor
            if own.back_on is None and own.received >= own.paid > 0:
                own.back_on = self.world.day
        elif by is not None and to is None and by[0] in accounts:
            own = accounts[by[0]]
            if line.credit.startswith((*_REWARDS, "escrow:")):
                own.received -= line.minor
        return spent

    def _holding(self, member: str, asset: str) -> Fraction:
        minor = self.book.balance(f"m:{member}:avail", asset)
        return amount(minor, self.engine.scale(asset))

    def _withdraw(self) -> None:
        """Members take out a part of what they have available."""
        rate = self.assumed.withdraw_pct
        for account, balance in list(self.book.available.items()):
            minor = int(balance * rate / 100)
            if minor <= 0:
                continue
            self.withdrawn += minor
            if self._asks:
                asked = {"type": "withdraw.requested", "member": account.split(":")[1],
                         "key": f"out:{self.world.day}:{account}",
                         "amount": str(amount(minor, 2))}  # fmt: skip
                self._apply(iter([asked]))
            else:
                self.engine.book_line(Line(account, "psp", MONEY, minor, "withdraw"))

    def _day(self, done: int) -> Day:
        sums, fees = self.book.sums, self._fees()
        hand, promised = self.book.hand - fees, self._promised()
        covers = ratio(hand, sums["owed"] + promised)
        return Day(
            day=self.world.day + 1,
            orders=done,
            sales=sums["sales"],
            margin=sums["sales"] + sums["cost"] - fees,
            rewards=-sums["rewards"] - sums["expenses"],
            withdrawn=self.withdrawn,
            owed=sums["owed"],
            promised=promised,
            hand=hand,
            coverage=None if covers is None else int(covers * ONE),
        )

    def _fees(self) -> int:
        return int(self.book.sums["sales"] * self.assumed.fees_pct / 100)

    def _promised(self) -> int:
        face = Fraction(0)
        for asset, units in self.book.promised.items():
            if promises := self.engine.face(asset):
                face += amount(units, self.engine.scale(asset)) * promises
        return int(face * 100)

    def outcome(self) -> Outcome:
        """Return what the days have come to."""
        members = list(self.world.people.accounts.values())
        return Outcome(
            curve=self.curve,
            days=tuple(self.days),
            cohorts=cohorts(members),
            promises={asset: units for asset, units in self.book.promised.items() if units},
            worst_payout=share(self.worst.numerator, self.worst.denominator),
            orders=self.world.orders,
            members=len(members),
        )


def _frozen(packs: Sequence[Pack]) -> dict[str, Any]:
    """Return the figure that lets rewards be frozen while the return window is open."""
    known = {name for one in packs for name in one.parameters}
    return {"freeze_days": "1"} if "freeze_days" in known else {}
