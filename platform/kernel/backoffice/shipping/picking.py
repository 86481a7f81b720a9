"""Regions chosen step by step, by ticks and buttons alone; whole without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from kernel.members.regions import HOME, Region, path_of, regions_below, regions_named, written
from kernel.shipping.places import EVERYWHERE, canonical, is_region, region_name, short_name

_FOREIGN: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_MOST_FOUND: Final = 30
_MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Tick:
    """A region that can be ticked.

    Attributes:
        has_parts: its parts can be shown.
        line: number of the other line that has it; 0 when none has.
    """

    code: str
    name: str
    has_parts: bool = False
    line: int = 0


class RegionPicking:
    """The regions of a line while somebody chooses them."""

    def __init__(
        self, chosen: Sequence[str], taken: Mapping[str, int], data: QueryDict | None
    ) -> None:
        """Begin with the line as it is kept, or with what was sent.

        Args:
            chosen: what the line has.
            taken: what other lines have, with their numbers.
            data: of the form.
        """
        self.taken = taken
        given = data if data is not None else QueryDict()
        self.act, _colon, self.about = given.get("act", "save").partition(":")
        self.find = given.get("find", "").strip()[:40]
        told = chosen if data is None else data.getlist("region")
        self.chosen = list(dict.fromkeys(code for code in told if _is_known(code)))
        self.open = given.get("open", "") if path_of(given.get("open", "")) else ""
        if self.act == "find" and not self.find:
            self.act = "save"
        if self.act == "open":
            self.open = self.about if path_of(self.about) else ""
        elif self.act == "split" and self.about in self.chosen:
            self._split(self.about)

    @property
    def is_choosing(self) -> bool:
        """True when nothing shall be saved yet."""
        return self.act in {"find", "open", "split"}

    def _split(self, code: str) -> None:
        """Put the parts of a region in its place, without those that other lines have."""
        parts = [each.code for each in _parts("" if code == HOME else code)]
        place = self.chosen.index(code)
        rest = [part for part in parts if part not in self.taken and part not in self.chosen]
        self.chosen[place : place + 1] = rest

    def ticked(self) -> list[Tick]:
        """Return what is chosen."""
        return [self._tick(code, region_name(code)) for code in self.chosen]

    def offered(self) -> list[Tick]:
        """Return the provinces, or the parts of what was opened."""
        found = [self._tick(each.code, each.name) for each in _parts(self.open)]
        if not self.open:
            found = [self._tick(HOME, _("All of China")), *found]
            found = [self._tick(EVERYWHERE, _("Everywhere else")), *found]
        return [tick for tick in found if tick.code not in self.chosen]

    def found(self) -> list[Tick]:
        """Return what was looked for."""
        if not self.find:
            return []
        wanted = self.find.upper()
        if _FOREIGN.fullmatch(wanted):
            return [self._tick(wanted, wanted)]
        ticks = [self._tick(each.code, written(each.code)) for each in regions_named(self.find)]
        return [tick for tick in ticks if tick.code not in self.chosen][:_MOST_FOUND]

    def trail(self) -> list[Region]:
        """Return what was opened, and what it is part of."""
        return path_of(self.open) if self.open else []

    def _tick(self, code: str, name: str) -> Tick:
        text = _("Everywhere else") if code == EVERYWHERE else name
        text = _("All of China") if code == HOME else text
        path = path_of(code)
        has_parts = path[-1].has_parts if path else code == HOME
        return Tick(code, text, has_parts, self.taken.get(canonical(code), 0))


def _parts(code: str) -> list[Region]:
    """Return the parts of a region; of one with a single part (市辖区) the parts of that."""
    found = regions_below(code)
    while len(found) == 1 and found[0].has_parts:
        found = regions_below(found[0].code)
    return found


def _is_known(code: str) -> bool:
    return code == EVERYWHERE or is_region(code)


def named(codes: Sequence[str]) -> str:
    """Return a list of regions as a table shows it."""
    names = [
        _("Everywhere else") if code == EVERYWHERE else _("All of China") if code == HOME
        else short_name(code)
        for code in codes
    ]  # fmt: skip
    shown = _(", ").join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return shown if more <= 0 else _("%(names)s and %(n)s more") % {"names": shown, "n": more}
