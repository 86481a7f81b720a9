"""The divisions of China, for addresses: provinces, cities, districts.

The codes are public (GB/T 2260); the file names where they were collected. Four
cities without districts have towns instead, whose codes have nine digits.

An installation may keep a newer file than the one that comes with the program, see
`kernel.members.region_files`. Codes that a newer file does not have any more lead to
those that took their place, so that what names them stays right.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from django.conf import settings

_log: Final = logging.getLogger(__name__)
HOME: Final = "CN"
_TOWN: Final = 9
# Levels that exist in the codes alone: nobody writes them on a parcel.
_UNSPOKEN: Final = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


@dataclass(frozen=True, slots=True)
class Region:
    """A division.

    Attributes:
        has_parts: True when an address must name one of its parts.
    """

    code: str
    name: str
    has_parts: bool


@dataclass(frozen=True, slots=True)
class _Tree:
    names: Mapping[str, str]
    parts: Mapping[str, tuple[str, ...]]
    former: Mapping[str, str]
    edition: str
    source: str


def edition() -> tuple[str, str]:
    """Return the edition of the codes and where they come from."""
    return _tree().edition, _tree().source


def regions_below(code: str = "") -> list[Region]:
    """Return the parts of a division, or the provinces; none for a code that is unknown."""
    tree = _tree()
    return [_region(tree, part) for part in tree.parts.get(code, ())]


def path_of(code: str) -> list[Region]:
    """Return a division and those it is part of, the largest first; empty when unknown."""
    tree, found = _tree(), []
    current = tree.former.get(code, code)
    while current in tree.names:
        found.append(_region(tree, current))
        current = whole_of(current)
    return found[::-1]


def current_code(code: str) -> str:
    """Return the code that took the place of one that is not used any more; else the same."""
    return _tree().former.get(code, code)


def enclosing(code: str) -> tuple[str, ...]:
    """Return a division and all that it is part of, the smallest first, with the country.

    Of a place outside China its part and the country: ``("US-NY", "US")``. The codes
    alone tell it, so that one that no list has any more still belongs somewhere.
    """
    code = current_code(code)
    if not code.isdigit():
        return (code, code[:2]) if "-" in code else (code,)
    found = [code]
    while above := whole_of(found[-1]):
        found.append(above)
    return (*found, HOME)


def written(code: str) -> str:
    """Return the names of a division as people write them, the largest first."""
    return " ".join(part.name for part in path_of(code) if part.name not in _UNSPOKEN)


def regions_named(text: str) -> list[Region]:
    """Return the divisions that somebody may mean: ``杭州``, ``浙江 西湖``, the largest first.

    Each word begins a name, the last one the name of the division itself.
    """
    words = text.split()
    if not words:
        return []
    tree = _tree()
    found = []
    for code, name in tree.names.items():
        if name.startswith(words[-1]):
            above = [each.name for each in path_of(code)[:-1]]
            if all(any(each.startswith(word) for each in above) for word in words[:-1]):
                found.append(_region(tree, code))
    return sorted(found, key=lambda region: len(region.code.rstrip("0")))


def _region(tree: _Tree, code: str) -> Region:
    return Region(code, tree.names[code], code in tree.parts)


def whole_of(code: str) -> str:
    """Return the code of what a division of China is part of; empty for a province."""
    if len(code) == _TOWN:
        return f"{code[:4]}00"
    if code.endswith("0000"):
        return ""
    return f"{code[:2]}0000" if code.endswith("00") else f"{code[:4]}00"


def document_of(file: str) -> Mapping[str, Any]:
    """Return what a file of divisions says; of no name, the one that comes with the program."""
    if file:
        text = Path(file).read_text(encoding="utf-8")
    else:
        text = files("kernel.members").joinpath("data/regions_cn.json").read_text(encoding="utf-8")
    document: Mapping[str, Any] = json.loads(text)
    return document


def _tree() -> _Tree:
    """Return the divisions; a file that was put in place is seen by running processes."""
    chosen: str = settings.STOA_REGIONS_FILE
    if not chosen:
        return _read("", 0)
    try:
        return _read(chosen, Path(chosen).stat().st_mtime_ns)
    except FileNotFoundError:
        return _read("", 0)


@lru_cache(maxsize=2)
def _read(file: str, _changed: int) -> _Tree:
    try:
        document = document_of(file)
        names: dict[str, str] = document["regions"]
        edition, source = str(document["edition"]), str(document["source"])
    except (OSError, ValueError, KeyError):
        if not file:
            raise
        _log.exception("the file of divisions cannot be read", extra={"file": file})
        return _read("", 0)
    parts: dict[str, list[str]] = {}
    for code in names:
        parts.setdefault(whole_of(code), []).append(code)
    return _Tree(
        names=MappingProxyType(names),
        parts=MappingProxyType({code: tuple(below) for code, below in parts.items()}),
        former=MappingProxyType(dict(document.get("former", {}))),
        edition=edition,
        source=source,
    )
