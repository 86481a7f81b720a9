"""Packs, trees and events that nobody wrote: what the schema and the primitives allow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from kernel.rewards.composing.services import empty, pieces, with_piece
from kernel.rewards.engine.store import Record

Event = dict[str, Any]
MEMBERS = [f"M{at}" for at in range(8)]
RANKS = ["V0", "V1", "V2", "V3"]
AREA = "district:3"
_NAMES = {"zh": "随机", "en": "Random"}
_STAGES = ["order.paid", "order.completed", "order.completed", "order.return_window_closed"]
_STATEFUL = {"queue", "pool", "nth"}

FIGURES: dict[str, Any] = {
    "rate": ("percent", "0", "60"),
    "other": ("percent", "0", "30"),
    "sum": ("money", "0", "40"),
}
TABLES: dict[str, Any] = {
    "levels": ["7", "3.5", "1.25"],
    "rank_rates": {"V1": "4", "V2": "7.5", "V3": "11"},
    "agents": {AREA: [["M1", 1], ["M2", 3], ["M5", 2]]},
    "shares": {"M0": 1, "M3": 2, "M6": 5},
}
ASSETS: dict[str, Any] = {
    "PT": {"class": "points", "scale": 1, "names": {"zh": "分", "en": "Points"}, "face": "1/100"},
    "CL": {"class": "promise", "scale": 2, "names": {"zh": "约", "en": "Claims"}, "face": "1"},
}
CAP = "pct(cap_rate, order.base - number(order.cost))"

ALONE = [
    "order.buyer",
    "order.ambassador",
    "sponsor(order.buyer)",
    {"uplines": "len(levels)"},
    {"uplines": 3, "where": "level == 2"},
    {"uplines": "2", "skip": "to.rank == 'V0'"},
    {"diff_walk": "rank_rates"},
    {"nearest": "to.rank == 'V2'"},
    {"region": "district", "agents": "agents"},
    {"members": "shares"},
    {"sponsor_of": "R0"},
    {"peer": "R0", "rates": "rank_rates", "generations": 2},
]
SHARED = [
    *ALONE,
    {"queue": "head"},
    {"queue": "first", "n": 3},
    {"queue": "latest", "n": 2},
    {"members": "holders('PT')"},
]
OF_ORDER = [
    "pct(rate, order.base)",
    "pct(other, order.base)",
    "pct(rate, order.base - number(order.cost))",
    "sum",
    "min(sum, order.base)",
    "pct(other, result.R0)",
    "order.base * rate / 700",
    "pct(levels[1], order.base) if order.base > 100 else sum / 3",
    "sum - order.base",
]
OF_POOLS = [
    *OF_ORDER,
    "balance('pool:P')",
    "pct(other, balance('pool:P'))",
    "holding(order.buyer, 'avail')",
    "balance('pool:P') + sum",
]


@st.composite
def rules(draw: st.DrawFn, name: str, *, alone: bool) -> dict[str, Any]:
    """One rule; alone, it depends on nothing but its order and who stands above."""
    asset = draw(st.sampled_from(["CNY", "CNY", "CNY", "PT", "CL"]))
    rule: dict[str, Any] = {
        "id": name,
        "on": draw(st.sampled_from(_STAGES if alone else [*_STAGES, "period.closed(day)"])),
        "to": draw(st.sampled_from(ALONE if alone else SHARED)),
        "amount": draw(st.sampled_from(OF_ORDER if alone else OF_POOLS)),
        "release": draw(st.sampled_from(["return_window", "return_window", "immediate", "locked"])),
    }
    if asset != "CNY":
        rule |= {"asset": asset, "from": f"issue:{asset}"}
    sharing = ["each", "split"] if alone else ["each", "split", "fill"]
    rule["share"] = draw(st.sampled_from(sharing))
    if rule["share"] == "split":
        rule["weight"] = draw(st.sampled_from(["1", "weight", "2 - 1 / 3"]))
        if rule["weight"] == "weight" and not _weighed(rule["to"]):
            rule["weight"] = "1"
    if draw(st.booleans()):
        rule["limit"] = draw(st.sampled_from(["sum", "order.base / 3"] if alone else _limits(name)))
    return rule if alone else draw(_with_state(rule, asset))


def _limits(name: str) -> list[str]:
    return ["sum", f"30 - total('{name}', to)", "balance('pool:P') / 2"]


def _weighed(to: Any) -> bool:
    return isinstance(to, dict) and bool({"region", "members"} & set(to))


@st.composite
def _with_state(draw: st.DrawFn, rule: dict[str, Any], asset: str) -> dict[str, Any]:
    """What ties orders to one another: pools, queues, side lines, waiting for a day."""
    if asset == "CNY" and draw(st.booleans()):
        rule["from"] = draw(st.sampled_from(["pool:P", "exp:own", "m:{to}:avail", "reserve:R"]))
    if draw(st.booleans()):
        rule["into"] = draw(st.sampled_from(["pool:P", "reserve:R", "m:{to}:claim", "m:M7:avail"]))
    if draw(st.booleans()):
        rule["release"] = "delay"
    if draw(st.booleans()):
        rule["with"] = [draw(st.sampled_from(_SIDES))]
    if draw(st.booleans()):
        rule["lead"] = [draw(st.sampled_from(_SIDES))]
    queue = isinstance(rule["to"], dict) and "queue" in rule["to"]
    if queue:
        rule["then"] = [{"receive": "amount"}]
    if draw(st.booleans()):
        rule["after"] = [draw(st.sampled_from(_EFFECTS))]
    return rule


_SIDES: list[dict[str, Any]] = [
    {"from": "issue:PT", "into": "m:{to}:avail", "asset": "PT", "amount": "amount / 3"},
    {"from": "m:{to}:avail", "into": "exp:fee", "asset": "CNY", "amount": "amount * 2"},
    {"from": "pool:P", "into": "exp:fee", "asset": "CNY", "amount": "amount + 1"},
    {"from": "reward:SIDE", "into": "pool:P", "asset": "CNY", "amount": "pct(other, amount)"},
    {"from": "m:{to}:claim", "into": "issue:CL", "asset": "CL", "amount": "amount"},
]
_EFFECTS: list[dict[str, Any]] = [
    {"enqueue": "all", "member": "order.buyer", "target": "order.base", "when": "order.base > 0"},
    {"add": "points", "of": "order.buyer", "value": "order.base", "when": "order.base > 0"},
    {"set": "rank", "of": "order.buyer", "value": "'V1'", "when": "order.base > 50"},
]


@st.composite
def packs(draw: st.DrawFn, *, alone: bool = False) -> dict[str, Any]:
    """A pack of random rules, with pieces of the composer before them, mostly with a cap."""
    document = empty("OWN-RANDOM", _NAMES)
    names = [one for one in pieces() if not (alone and one in _STATEFUL)]
    for piece in draw(st.lists(st.sampled_from(names), max_size=2)):
        document = with_piece(document, piece)
    many = draw(st.integers(1, 4))
    made = [draw(rules(f"R{at}", alone=alone)) for at in range(many)]
    parameters = {
        name: {"kind": kind, "default": draw(_between(low, high)), **_NAMES}
        for name, (kind, low, high) in FIGURES.items()
    }
    tables = {name: {"kind": "table", "default": one, **_NAMES} for name, one in TABLES.items()}
    cap = {"cap_rate": {"kind": "percent", "default": draw(_between("0", "90")), **_NAMES}}
    document["parameters"] = {**document["parameters"], **parameters, **tables, **cap}
    document["rules"] = [*document["rules"], *made]
    document["assets"] = {**document.get("assets", {}), **ASSETS}
    if draw(st.integers(0, 3)):
        document["cap"] = CAP
    return document


def _between(low: str, high: str) -> st.SearchStrategy[str]:
    return st.decimals(low, high, places=2).map(str)


@st.composite
def trees(draw: st.DrawFn) -> list[Event]:
    """Members in a tree of any shape, each with a rank."""
    opened: list[Event] = []
    for at, member in enumerate(MEMBERS):
        above = draw(st.sampled_from([None, *MEMBERS[:at]]))
        rank = draw(st.sampled_from(RANKS))
        opened.append({"type": "member.opened", "member": member, "sponsor": above, "rank": rank,
                       "key": f"open{at}"})  # fmt: skip
    return opened


@st.composite
def orders(draw: st.DrawFn, name: str) -> list[Event]:
    """An order from its payment to the end of its return window, with refunds in between."""
    paid = draw(st.integers(1, 60_000))
    cost = draw(st.integers(0, paid))
    first = {
        "type": "order.paid",
        "order": name,
        "buyer": draw(st.sampled_from(MEMBERS)),
        "ambassador": draw(st.sampled_from([None, *MEMBERS])),
        "address": "1/2/3",
        "paid": f"{paid / 100:.2f}",
        "cost": f"{cost / 100:.2f}",
    }
    later: list[Event] = [
        {"type": "order.completed", "order": name},
        {"type": "order.return_window_closed", "order": name},
    ][: draw(st.integers(0, 2))]
    for cents in draw(st.lists(st.integers(0, 40_000), max_size=3)):
        back: Event = {"scope": "full"} if not cents else {"amount": f"{cents / 100:.2f}"}
        at = draw(st.integers(0, len(later)))
        later.insert(at, {"type": "order.refunded", "order": name, **back})
    return [{**event, "key": f"{name}-{at}"} for at, event in enumerate([first, *later])]


@st.composite
def lives(draw: st.DrawFn, *, shaken: bool) -> list[Event]:
    """Orders told one among the other; shaken: also late, twice and in any order."""
    lines = [draw(orders(f"O{at}")) for at in range(draw(st.integers(1, 6)))]
    told = draw(woven(lines))
    if not shaken:
        return told
    for at in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(_CLOCK))
        told.insert(draw(st.integers(0, len(told))), {**kind, "key": f"clock{at}"})
    for _ in range(draw(st.integers(0, 4))):
        moved = told.pop(draw(st.integers(0, len(told) - 1)))
        told.insert(draw(st.integers(0, len(told))), moved)
    again = draw(st.lists(st.sampled_from(told), max_size=4))
    return [*told, *again]


_CLOCK: list[Event] = [
    {"type": "period.closed", "kind": "day", "day": "2026-03-02"},
    {"type": "release.due", "day": "2026-03-03"},
    {"type": "order.return_window_closed"},
]


@st.composite
def woven(draw: st.DrawFn, lines: list[list[Event]]) -> list[Event]:
    """The events of several orders in one line; those of each order stay in their order."""
    turns = [at for at, line in enumerate(lines) for _ in line]
    left = [iter(line) for line in lines]
    return [next(left[at]) for at in draw(st.permutations(turns))]


class WrittenStore:
    """A memory that keeps, as the database does, what was put and nothing else.

    Records are read once for an event and written at its end; an event that is refused
    leaves nothing.
    """

    def __init__(self) -> None:
        self._written: dict[str, dict[str, str]] = {}
        self._read: dict[tuple[str, str], Record] = {}
        self._changed: dict[tuple[str, str], None] = {}

    def get(self, kind: str, key: str) -> Record | None:
        """Return a record; a change of it is kept by `put`."""
        at = (kind, key)
        if at not in self._read:
            text = self._written.get(kind, {}).get(key)
            if text is None:
                return None
            self._read[at] = json.loads(text)
        return self._read[at]

    def put(self, kind: str, key: str, record: Record) -> None:
        """Keep a record."""
        self._read[kind, key] = record
        self._changed[kind, key] = None

    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        """Return the records of a kind in the order in which they came."""
        new = [key for at, key in self._changed if at == kind]
        for key in dict.fromkeys([*self._written.get(kind, {}), *new]):
            record = self.get(kind, key)
            if record is not None:
                yield key, record

    def flush(self) -> None:
        """Write what was put during an event."""
        for kind, key in self._changed:
            self._written.setdefault(kind, {})[key] = json.dumps(self._read[kind, key])
        self.forget()

    def forget(self) -> None:
        """Leave everything as it was before the event."""
        self._read, self._changed = {}, {}
