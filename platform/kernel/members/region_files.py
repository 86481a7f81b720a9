"""Newer files of the divisions of China: checked, compared, put in place.

A file is the JSON document that comes with the program: ``edition``, ``source``,
``regions`` (names by code), and ``former`` (codes that are not used any more, each with
the one that took its place). A file that leaves a code out without saying what took its
place is refused: addresses and freight templates name it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from kernel.members.regions import document_of, whole_of

_CODE: Final = re.compile(r"[1-9][0-9]{5}([0-9]{3})?", re.ASCII)
_LONGEST_NAME: Final = 40
_LONGEST_TEXT: Final = 500
_MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file changes.

    Attributes:
        edition: of the file.
        added: codes that are new.
        renamed: codes with another name.
        replaced: codes that another one takes the place of.
        faults: why it cannot be put in place; at most twenty.
    """

    edition: str
    added: Sequence[str]
    renamed: Sequence[str]
    replaced: Sequence[str]
    faults: Sequence[str]


class InvalidRegionFile(ValueError):
    """A file that cannot be put in place; its text says why."""


def compare(file: Path, *, present: str = "") -> Comparison:
    """Say what a file would change, and whether it can be put in place.

    Args:
        file: the newer one.
        present: the file that is used now; of no name, the one that comes with the program.

    Raises:
        InvalidRegionFile: it is no such file.
    """
    told = _document(file)
    before = document_of(present)
    names, known = told["regions"], before["regions"]
    former: Mapping[str, str] = told.get("former", {})
    gone = [code for code in {**before.get("former", {}), **known} if code not in names]
    faults = [*_faults(told), *(f"{code} has no successor" for code in gone if code not in former)]
    return Comparison(
        edition=told["edition"],
        added=[code for code in names if code not in known],
        renamed=[code for code in names if known.get(code, names[code]) != names[code]],
        replaced=[code for code in known if code in former],
        faults=faults[:_MOST_FAULTS],
    )


def install(file: Path, *, at: Path) -> Comparison:
    """Put a file in place, whole or not at all; running processes use it from then on.

    Raises:
        InvalidRegionFile: it is no such file, or would leave codes without a meaning.
    """
    found = compare(file, present=str(at) if at.exists() else "")
    if found.faults:
        raise InvalidRegionFile("; ".join(found.faults))
    at.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=at.parent, delete=False) as writing:
        json.dump(_document(file), writing, ensure_ascii=False)
    Path(writing.name).chmod(0o644)
    Path(writing.name).replace(at)
    return found


def _document(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidRegionFile(str(error)) from error
    texts = told if isinstance(told, dict) else {}
    for name in ("edition", "source"):
        if not isinstance(texts.get(name), str) or not 0 < len(texts[name]) <= _LONGEST_TEXT:
            raise InvalidRegionFile(f"“{name}” is missing")
    for name in ("regions", "former"):
        rows = texts.get(name, {} if name == "former" else None)
        if not isinstance(rows, dict) or not all(isinstance(row, str) for row in rows.values()):
            raise InvalidRegionFile(f"“{name}” is no list of texts by code")
    return texts


def _faults(told: Mapping[str, Any]) -> Iterator[str]:
    names: Mapping[str, str] = told["regions"]
    for code, name in names.items():
        above = whole_of(code) if _CODE.fullmatch(code) else ""
        if not _CODE.fullmatch(code):
            yield f"{code[:12]} is no code"
        elif not 0 < len(name.strip()) <= _LONGEST_NAME:
            yield f"{code} has no name"
        elif above and above not in names:
            yield f"{code} is part of {above}, which is missing"
    for code, successor in told.get("former", {}).items():
        if code in names:
            yield f"{code} is in use, and has a successor"
        elif successor not in names:
            yield f"{code[:12]} has a successor that is not there"
