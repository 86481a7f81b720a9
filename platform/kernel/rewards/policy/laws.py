"""The law of a place: constants and how grave each violation is, as versioned data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.rewards.policy.errors import UnknownJurisdiction

FOLDER: Final = Path(__file__).parent / "data"
BLOCK: Final = "block"
APPROVAL: Final = "approval"
WARN: Final = "warn"
GRAVEST_FIRST: Final = (BLOCK, APPROVAL, WARN)


@dataclass(frozen=True, slots=True)
class Law:
    """What holds in one place.

    Attributes:
        severities: how grave a violation of each predicate is; one that is not named
            here does not exist in this place.
    """

    code: str
    version: str
    names: Mapping[str, str]
    constants: Mapping[str, Any]
    severities: Mapping[str, str]

    def figure(self, name: str) -> Decimal:
        """Return a constant as a number."""
        return Decimal(str(self.constants[name]))


@lru_cache(maxsize=16)
def law(code: str) -> Law:
    """Return the law of a place."""
    path = FOLDER / f"law-{code}.json"
    if code not in jurisdictions():
        raise UnknownJurisdiction(jurisdiction=code)
    document = json.loads(path.read_text(encoding="utf-8"))
    return Law(
        code=document["code"],
        version=document["version"],
        names=document["names"],
        constants=document["constants"],
        severities=document["severities"],
    )


@lru_cache(maxsize=1)
def jurisdictions() -> tuple[str, ...]:
    """Return the codes of the places whose law is known."""
    return tuple(sorted(path.stem.removeprefix("law-") for path in FOLDER.glob("law-*.json")))
