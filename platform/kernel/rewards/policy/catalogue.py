"""The catalogue of modes: what each is as its market describes it, and its lawful variant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from kernel.rewards.policy.errors import UnknownMode
from kernel.rewards.policy.manifest import Manifest

FILE: Final = Path(__file__).parent / "data" / "modes.json"


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode of the market.

    Attributes:
        variant: the lawful form; None where there is none with money.
        way: the lawful form in words.
    """

    code: str
    names: Mapping[str, str]
    as_given: Manifest
    variant: Manifest | None
    way: Mapping[str, str]


@lru_cache(maxsize=1)
def modes() -> Mapping[str, Mode]:
    """Return all modes by code."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        one["code"]: Mode(
            code=one["code"],
            names=one["names"],
            as_given=Manifest.of(one["as_given"]),
            variant=None if one["variant"] is None else Manifest.of(one["variant"]),
            way=one["way"],
        )
        for one in document["modes"]
    }


def mode(code: str) -> Mode:
    """Return a mode of the catalogue."""
    try:
        return modes()[code]
    except KeyError as error:
        raise UnknownMode(mode=code) from error
