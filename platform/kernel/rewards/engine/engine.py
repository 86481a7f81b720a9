"""The engine: events in, balanced lines out.

The rules of an event run in their declared order. What a rule pays is remembered with
everything that it was reckoned from, so that a refund reckons it anew with the rates,
ranks and levels of that time and takes back the difference.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from kernel.rewards.engine import clawback, paying
from kernel.rewards.engine.book import Book, Line, MemoryBook, available_to
from kernel.rewards.engine.effects import perform
from kernel.rewards.engine.functions import FUNCTIONS
from kernel.rewards.engine.intake import take_in
from kernel.rewards.engine.numbers import amount, number
from kernel.rewards.engine.run import Run
from kernel.rewards.engine.store import MemoryStore, Record, Store
from kernel.rewards.packs.loading import Pack

_COMPLETIONS = frozenset({"order.completed", "order.verified", "box.opened"})


class Engine:
    """The rules of one or several packs over a book and a store.

    Attributes:
        counts: whether the engine itself says that a count of referrals has risen; in
            a replay the file says so.
        earns: whether rules pay. Once a mode has ended they do not: what was earned is
            released and taken back as before, and members move what they have.
        parameters: figures and tables that rules name; those of the tenant over the
            defaults of the packs.
    """

    def __init__(
        self,
        packs: Sequence[Pack],
        parameters: Mapping[str, Any] | None = None,
        *,
        book: Book | None = None,
        store: Store | None = None,
        counts: bool = False,
        earns: bool = True,
    ) -> None:
        self.packs = packs
        self.earns = earns
        self.counts = counts
        self.book: Book = MemoryBook() if book is None else book
        self.store: Store = MemoryStore() if store is None else store
        self.parameters: dict[str, Any] = {}
        self.scales: dict[str, int] = {"CNY": 2}
        self._rules: dict[str, list[Mapping[str, Any]]] = {}
        self._lets: dict[str, list[Mapping[str, Any]]] = {}
        self._named: dict[str, Mapping[str, Any]] = {}
        self.functions = FUNCTIONS
        self.caps: list[str] = []
        for pack in packs:
            self._take(pack)
        self.parameters.update(parameters or {})
        self._lines: list[Line] = []
        self._waiting: deque[Record] = deque()

    def _take(self, pack: Pack) -> None:
        self.parameters.update(pack.defaults())
        self.scales.update({code: int(asset["scale"]) for code, asset in pack.assets.items()})
        self.caps.extend([pack.cap] if pack.cap else [])
        for one in pack.rules:
            rule = {**one, "pack": pack.code, "key": f"{pack.code}/{one['id']}"}
            self._named[rule["key"]] = rule
            for stage in rule["on"] if isinstance(rule["on"], list) else [rule["on"]]:
                self._rules.setdefault(stage, []).append(rule)
        for let in pack.lets:
            self._lets.setdefault(let["on"], []).append(let)

    def apply(self, event: Record) -> list[Line]:
        """Run an event through the rules and return what was booked.

        An event with a ``key`` that was applied before changes nothing.
        """
        key = event.get("key")
        if key is not None and self.store.get("event", str(key)) is not None:
            return []
        self._lines = []
        self._waiting = deque([event])
        while self._waiting:
            self._run(self._waiting.popleft())
        if key is not None:
            # Last, so that an event that was refused may come again.
            self.store.put("event", str(key), {"type": event["type"]})
        return self._lines

    def _run(self, event: Record) -> None:
        run = Run(self, event)
        stages = take_in(run)
        for stage in stages:
            run.stage = stage
            for name in dict.fromkeys((stage, _with_kind(stage, event))):
                self._stage(run, name)
        if stages:
            clawback.follow(run)
            self._stage(run, f"{stages[-1]}.after")
        if run.order:
            self.store.put("order", str(run.order["id"]), run.order)

    def _stage(self, run: Run, stage: str) -> None:
        for let in self._lets.get(stage, ()):
            run.pack = ""
            run.lets[let["name"]] = run.value(let["value"])
        for rule in self._rules.get(stage, ()):
            run.pack = rule["pack"]
            if (self.earns or _moves_what_is_there(rule)) and run.holds(rule.get("when")):
                paying.pay(run, rule)
                perform(run, rule.get("after"))

    def emit(self, event: Record) -> None:
        """Let an event follow that comes from this one."""
        self._waiting.append(event)

    def book_line(self, line: Line) -> None:
        """Book a line and, where a debtor is paid, keep what he owes."""
        self.book.post(line)
        self._lines.append(line)
        if line.credit.endswith(":avail"):
            self._net(line)

    def _net(self, line: Line) -> None:
        member = available_to(line.credit)
        if member is None:
            return
        owed = self.book.balance(f"exp:receivable:{member}", line.asset)
        kept = min(owed, line.minor)
        if kept > 0:
            self.book_line(
                Line(
                    line.credit,
                    f"exp:receivable:{member}",
                    line.asset,
                    kept,
                    line.rule,
                    "receivable netted",
                )
            )

    def rule(self, name: str) -> Mapping[str, Any] | None:
        """Return a rule by its name."""
        return self._named.get(name)

    def lets_of_orders(self) -> Sequence[Mapping[str, Any]]:
        """Return what is reckoned beforehand when an order is completed."""
        return [let for on, lets in self._lets.items() if on in _COMPLETIONS for let in lets]

    def scale(self, asset: str) -> int:
        """Return how many digits an asset has behind the point."""
        return self.scales.get(asset, 0)

    def outstanding(self, asset: str) -> Fraction:
        """Return how much of a unit asset is with members."""
        return amount(self.book.balance(f"issue:{asset}", asset), self.scale(asset))

    def face(self, asset: str) -> Fraction:
        """Return what a unit of an asset promises without being funded."""
        for pack in self.packs:
            if asset in pack.assets:
                return number(pack.assets[asset].get("face", 0))
        return Fraction(0)


def _moves_what_is_there(rule: Mapping[str, Any]) -> bool:
    """Whether a rule moves what a member has already, and brings him nothing new."""
    sides = (*rule.get("lead", ()), *rule.get("with", ()))
    return all(str(one.get("from", "")).startswith("m:") for one in (rule, *sides))


def _with_kind(stage: str, event: Record) -> str:
    return f"{stage}({event['kind']})" if stage == "period.closed" and "kind" in event else stage
