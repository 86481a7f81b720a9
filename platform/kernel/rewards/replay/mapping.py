"""From the parameters of an example to those of a pack, by a table per mode.

A source in the table is a literal, or an object: ``{"key": name}`` takes a value,
``{"number": [name, n]}`` the n-th figure in a text, ``{"percent": [name, n]}`` the
n-th percentage, ``{"quotient": [name, a, b]}`` one figure by another, ``{"levels": name}``
all of them by their place, ``{"items": name}`` a table of named items with value and odds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.rewards.errors import FileUnreadable

_FIGURE: Final = re.compile(r"\d+(?:\.\d+)?")
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_ITEM: Final = re.compile(r"^(\S+).*?value\s+(\d+(?:\.\d+)?)")


@lru_cache(maxsize=1)
def tables() -> Mapping[str, Mapping[str, Any]]:
    """Return the tables of all modes."""
    path = Path(__file__).parent / "modes.json"
    known: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return known


def table(mode: str) -> Mapping[str, Any]:
    """Return the table of a mode."""
    found = tables().get(mode)
    if found is None:
        raise FileUnreadable(mode=mode)
    return found


def parameters(spec: Mapping[str, Any], given: Mapping[str, Any], own: set[str]) -> dict[str, Any]:
    """Return parameters of packs: same names as they are, the rest by the table."""
    found = {name: value for name, value in given.items() if name in own}
    for name, source in spec.get("parameters", {}).items():
        value = _take(source, given)
        if value is not None:
            found[name] = value
    return found


def _take(source: Any, given: Mapping[str, Any]) -> Any:
    if not isinstance(source, Mapping):
        return source
    ((kind, where),) = source.items()
    if kind == "literal":
        return where
    name, *at = where if isinstance(where, list) else [where]
    if name not in given:
        return None
    value = given[name]
    while at and isinstance(at[0], str):
        value = value[at.pop(0)]
    if kind == "key":
        return value
    return _items(value) if kind == "items" else _figures(kind, str(value), at)


def _figures(kind: str, text: str, at: list[int]) -> Any:
    """Return figures of a text: one by its place, a quotient of two, or all by level."""
    found = (_PERCENT if kind == "percent" else _FIGURE).findall(text)
    if kind == "levels":
        return {str(level): figure for level, figure in enumerate(found, start=1)}
    if not all(place < len(found) for place in at):
        return None
    if kind == "quotient":
        return str(Fraction(found[at[0]]) / Fraction(found[at[1]]))
    return found[at[0]]


def _items(odds: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found = {}
    for name, chance in odds.items():
        match = _ITEM.match(name)
        if match:
            found[match.group(1)] = {"value": match.group(2), "odds": chance}
    return found
