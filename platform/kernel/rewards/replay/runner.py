"""Runs a file of worked examples through the engine and compares every figure.

An example is run from its parameters, members and events alone; only then are its
expected figures looked at, and the first posting that differs is named.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from kernel.common.errors import DomainError
from kernel.rewards.engine.book import Line, MemoryBook
from kernel.rewards.engine.engine import Engine
from kernel.rewards.engine.numbers import amount, number, shown, text
from kernel.rewards.errors import FileUnreadable
from kernel.rewards.packs.loading import bundle
from kernel.rewards.replay import facts, mapping
from kernel.rewards.replay.solvency import solvency

_HOLDS: Final = re.compile(r"(\w+) holds (\d+(?:\.\d+)?) (\w+)")
_RATE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(slots=True)
class Outcome:
    """How an example came out.

    Attributes:
        differences: what is not as expected, the first differing posting first.
        costs: where supply costs came from: ``events``, ``facts`` or ``bookings``.
    """

    example: str
    mode: str
    postings: int = 0
    differences: list[str] = field(default_factory=list)
    costs: str = "events"

    @property
    def right(self) -> bool:
        """Whether everything came out as expected."""
        return not self.differences


def replay(path: Path) -> list[Outcome]:
    """Run every example of a file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        examples = document["examples"] if isinstance(document, dict) else document
        known = facts.beside(path)
        return [run_example(example, known.get(str(example["id"]))) for example in examples]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileUnreadable(str(error), file=str(path)) from error


def run_example(example: Mapping[str, Any], costs: facts.Costs | None) -> Outcome:
    """Run one example and compare."""
    outcome = Outcome(str(example["id"]), str(example["mode"]))
    events = [dict(event) for event in example["events"]]
    if costs is not None:
        outcome.costs = "facts" if facts.add_costs(events, costs) else "events"
    elif facts.add_costs(events, facts.booked_costs(example)):
        outcome.costs = "bookings"
    try:
        engine, book, lines = execute(example, events)
    except DomainError as error:
        outcome.differences.append(f"refused: {error} {error.fields}")
        return outcome
    outcome.postings = len(lines)
    outcome.differences = [
        *_postings(engine, lines, example.get("expected_postings", ())),
        *_balances(engine, book, example.get("expected_balances", {})),
        *_solvency(engine, book, example.get("solvency", {})),
    ]
    return outcome


def execute(
    example: Mapping[str, Any], events: Sequence[dict[str, Any]]
) -> tuple[Engine, MemoryBook, list[tuple[int, Line]]]:
    """Run members and events of an example; its expectations are not read."""
    table = mapping.table(str(example["mode"]))
    packs = bundle(table["packs"])
    own = {name for pack in packs for name in pack.parameters}
    given = mapping.parameters(table, example.get("parameters", {}), own)
    book = MemoryBook()
    engine = Engine(packs, given, book=book)
    lines: list[tuple[int, Line]] = []
    for member in example["members"]:
        fields = {**table.get("members", {}).get(member["id"], {}), **member}
        engine.apply({"type": "member.opened", "member": member["id"], **fields})
    by_id = {member["id"]: member for member in example["members"]}
    for event in events:
        at = int(event["seq"])
        for one in _events(event, table, engine, by_id):
            lines.extend((at, line) for line in engine.apply(one))
    return engine, book, lines


def _events(
    event: dict[str, Any], table: Mapping[str, Any], engine: Engine, members: Mapping[str, Any]
) -> Iterable[dict[str, Any]]:
    """Return what an event of a file means to the engine."""
    if event["type"] == "fixture":
        yield from _fixture(event, table, engine)
        return
    why = event.get("why")
    if why:
        rate = _RATE.search(str(why))
        event = {**event, "reason": str(why).split()[0], "rate": rate and rate.group(1)}
    if event["type"] == "member.registered":
        event = {**members.get(event["member"], {}), **event}
    if "member" not in event and table.get("sole_member"):
        event = {**event, "member": next(iter(members))}
    yield {**table.get("event", {}).get(event["type"], {}), **event, "key": f"e{event['seq']}"}


def _fixture(
    event: Mapping[str, Any], table: Mapping[str, Any], engine: Engine
) -> Iterable[dict[str, Any]]:
    """Yield an opening balance for each that a fixture names."""
    for member, figure, asset in _HOLDS.findall(str(event.get("note", ""))):
        yield _opening(member, asset, figure, {})
    for name, spec in table.get("fixtures", {}).items():
        for member, figure in (event.get(name) or {}).items():
            yield _opening(member, spec.get("asset", name.upper()), figure, spec)


def _opening(member: str, asset: str, figure: Any, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "balance.opened",
        "member": member,
        "asset": asset,
        "amount": str(figure),
        "state": spec.get("state", "avail"),
        "contra": spec.get("contra", f"issue:{asset}"),
    }


def _postings(
    engine: Engine, lines: Sequence[tuple[int, Line]], expected: Sequence[Mapping[str, Any]]
) -> Iterable[str]:
    for at in range(max(len(lines), len(expected))):
        booked = _said(engine, *lines[at]) if at < len(lines) else "nothing"
        wanted = _wanted(expected[at]) if at < len(expected) else "nothing"
        if booked != wanted:
            yield f"posting {at + 1}: expected {wanted}, booked {booked}"
            return


def _said(engine: Engine, event: int, line: Line) -> str:
    scale = engine.scale(line.asset)
    return _row(event, line.debit, line.credit, line.asset, text(line.minor, scale))


def _wanted(row: Mapping[str, Any]) -> str:
    return _row(row["event"], row["debit"], row["credit"], row["asset"], row["amount"])


def _row(event: Any, debit: str, credit: str, asset: str, figure: str) -> str:
    return f"event {event}: {debit} -> {credit} {shown(number(figure))} {asset}"


def _balances(
    engine: Engine, book: MemoryBook, expected: Mapping[str, Mapping[str, str]]
) -> Iterable[str]:
    booked = {
        (account, asset): amount(minor, engine.scale(asset))
        for account, asset, minor in book.balances()
        if minor
    }
    wanted = {
        (account, asset): number(figure)
        for account, assets in expected.items()
        for asset, figure in assets.items()
        if number(figure)
    }
    for account, asset in sorted(booked.keys() | wanted.keys()):
        ours, theirs = (one.get((account, asset), Fraction(0)) for one in (booked, wanted))
        if ours != theirs:
            yield f"balance {account} {asset}: expected {shown(theirs)}, booked {shown(ours)}"


def _solvency(engine: Engine, book: MemoryBook, expected: Mapping[str, Any]) -> Iterable[str]:
    reckoned = solvency(engine, book)
    for name, wanted in expected.items():
        if name not in reckoned:
            continue
        ours = reckoned[name]
        same = (ours is None) if wanted is None else ours is not None and ours == number(wanted)
        if not same:
            said = "nothing" if ours is None else shown(ours)
            yield f"solvency {name}: expected {wanted}, reckoned {said}"
