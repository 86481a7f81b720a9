"""What a file of examples leaves unsaid: supply costs.

Events say what a buyer paid, not what the goods cost the shop. A cost is read from the
event (``cost``, or ``costs`` for several orders), from a file of facts beside the
examples, or, where neither says it, from the booking of the supply itself, since it is
a fact of the purchase and no result of any rule. Which of the three it was is said in
the result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

Costs = Mapping[str, list[str]]

_SUPPLY: Final = ("cogs", "supplier:")


def beside(path: Path) -> Mapping[str, Costs]:
    """Return the facts that lie beside a file of examples, by example and event."""
    facts = path.with_suffix(".facts.json")
    if not facts.is_file():
        return {}
    known: Mapping[str, Costs] = json.loads(facts.read_text(encoding="utf-8"))["costs"]
    return known


def booked_costs(example: Mapping[str, Any]) -> Costs:
    """Return the supply costs that a file books, by event."""
    costs: dict[str, list[str]] = {}
    for row in example.get("expected_postings", ()):
        if row["debit"] == _SUPPLY[0] and row["credit"].startswith(_SUPPLY[1]):
            costs.setdefault(str(row["event"]), []).append(str(row["amount"]))
    return costs


def add_costs(events: list[dict[str, Any]], costs: Costs) -> bool:
    """Give events the costs that they lack; say whether any was needed."""
    needed = False
    for event in events:
        found = costs.get(str(event.get("seq")))
        if found and not {"cost", "costs"} & set(event):
            event["cost"], event["costs"], needed = found[0], found, True
    return needed
