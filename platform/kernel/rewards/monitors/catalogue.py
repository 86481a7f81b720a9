"""The monitors with their limits, as data of the installation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kernel.rewards.monitors.choices import Level, Measure
from kernel.rewards.monitors.errors import UnknownMonitor
from kernel.rewards.monitors.models import Limit

FILE: Final = Path(__file__).parent / "data" / "monitors.json"


@dataclass(frozen=True, slots=True)
class Monitor:
    """Something that is watched.

    Attributes:
        unit: ``share``, ``count``, ``days``, ``weeks`` or ``levels``.
        is_ceiling: figures above the limits are beyond them, else those below.
        warn, act: the limits; None where there is none.
        window_days: how far back it looks.
        least: with fewer cases there is too little to tell.
    """

    code: str
    unit: str
    is_ceiling: bool
    warn: Decimal | None
    act: Decimal | None
    measure: Measure
    window_days: int
    least: int
    names: Mapping[str, str]
    what: Mapping[str, str]

    def level_of(self, figure: Decimal | None) -> Level:
        """Return how a figure stands to the limits."""
        if figure is None:
            return Level.NONE
        for level, limit in ((Level.ACT, self.act), (Level.WARN, self.warn)):
            if limit is not None and (figure > limit if self.is_ceiling else figure < limit):
                return level
        return Level.OK

    def is_tighter(self, warn: Decimal | None, act: Decimal | None) -> bool:
        """Tell whether limits are at least as tight as these."""
        return all(
            own is None or (new is not None and (new <= own if self.is_ceiling else new >= own))
            for own, new in ((self.warn, warn), (self.act, act))
        )


@lru_cache(maxsize=1)
def monitors() -> Mapping[str, Monitor]:
    """Return the monitors by code, with the limits of the installation."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return {one["code"]: _read(one) for one in document["monitors"]}


def own_monitors() -> dict[str, Monitor]:
    """Return the monitors with the limits that the shop has tightened; one query."""
    limits = {row.monitor: row for row in Limit.objects.all()}
    return {
        code: replace(one, warn=limits[code].warn, act=limits[code].act) if code in limits else one
        for code, one in monitors().items()
    }


def monitor(code: str) -> Monitor:
    """Return a monitor with the limits of the installation.

    Raises:
        UnknownMonitor: none has this code.
    """
    try:
        return monitors()[code]
    except KeyError as error:
        raise UnknownMonitor(monitor=code) from error


def _read(one: Mapping[str, Any]) -> Monitor:
    return Monitor(
        code=one["code"],
        unit=one["unit"],
        is_ceiling=one["direction"] == "above",
        warn=None if one["warn"] is None else Decimal(one["warn"]),
        act=None if one["act"] is None else Decimal(one["act"]),
        measure=Measure(one["action"]),
        window_days=one["window_days"],
        least=one["least"],
        names=one["names"],
        what=one["what"],
    )
