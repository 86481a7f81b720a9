"""Everything that the audit log of a shop can hold is said in a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from kernel.backoffice.sentences import SENTENCES

ROOT = Path(__file__).resolve().parents[4]
WRITERS = frozenset({"record", "Act", "_record", "_announce", "_note"})


def actions_of(source: str) -> Iterator[str]:
    """Yield what is written into the log in so many words."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        given = [part.value for part in node.keywords if part.arg == "action"]
        for value in given if name in WRITERS else []:
            for part in ast.walk(value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def test_every_action_that_is_recorded_has_a_sentence() -> None:
    places = [
        path
        for folder in ("platform/kernel", "platform/config", "tenants", "channel_center", "themes")
        for path in (ROOT / folder).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
    ]

    recorded = {
        action
        for path in places
        for action in actions_of(path.read_text(encoding="utf-8"))
        # Parts of names that are put together stand in their own parts of the list.
        if not action.endswith((".", "_")) and "." in action
    }

    assert len(recorded) > 60
    assert sorted(recorded - set(SENTENCES)) == []
