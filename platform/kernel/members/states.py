"""States, provinces and prefectures of countries in which addresses name them (ISO 3166-2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

# Their letters stand on parcels; elsewhere the name does.
_BY_LETTERS: Final = frozenset({"AU", "BR", "CA", "IT", "US"})


@dataclass(frozen=True, slots=True)
class State:
    """A part of a country.

    Attributes:
        code: with the country's: ``US-NY``.
        name: as people there write it, in Latin letters.
        chinese: empty where it is written like the other.
    """

    code: str
    name: str
    chinese: str = ""

    def name_in(self, language: str) -> str:
        """Return its name in a language."""
        return self.chinese if self.chinese and language.startswith("zh") else self.name

    @property
    def on_parcels(self) -> str:
        """What is written on a parcel."""
        country, _mark, letters = self.code.partition("-")
        return letters if country in _BY_LETTERS else self.name


def states_of(country: str) -> tuple[State, ...]:
    """Return the parts of a country by their names; none where addresses name none."""
    return _known().get(country, ())


def state_of(code: str) -> State | None:
    """Return a part of a country by its code, or None."""
    return next((each for each in states_of(code[:2]) if each.code == code), None)


@cache
def _known() -> Mapping[str, tuple[State, ...]]:
    text = files("kernel.members").joinpath("data/states.json").read_text(encoding="utf-8")
    countries: Mapping[str, list[list[str]]] = json.loads(text)["countries"]
    return {code: tuple(State(*row) for row in rows) for code, rows in countries.items()}
