"""The rules by which days are rewarded, as the tenant chose them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

from django.utils.translation import gettext as _

from kernel.settings.services import get_settings

MODULE = "check_in"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a day is worth and what may be repaired.

    Attributes:
        day_points: for the first, second … day in a row; then it begins again.
        bonuses: extra points by length of the run.
        make_up_window: how many days back can be repaired.
        growth: what a check-in on its day brings on the way to the next level.
    """

    day_points: tuple[int, ...]
    bonuses: Mapping[int, int]
    make_ups_per_month: int
    make_up_cost: int
    make_up_window: int
    rules: str = ""
    growth: int = 0

    def points_for(self, streak: int) -> int:
        """Return what the last day of a run of this length brings, bonus included."""
        return self.day_points[(streak - 1) % len(self.day_points)] + self.bonuses.get(streak, 0)

    def next_bonus(self, streak: int) -> tuple[int, int] | None:
        """Return the length of the next run with a bonus, and that bonus."""
        return next(((days, extra) for days, extra in self.bonuses.items() if days > streak), None)


def current_plan() -> Plan:
    """Return the current tenant's plan; one query."""
    return plan_of(get_settings(MODULE))


def plan_of(values: Mapping[str, object]) -> Plan:
    """Return the plan that checked settings stand for."""
    days = cast("list[int]", values["bonus_days"])
    points = cast("list[int]", values["bonus_points"])
    return Plan(
        day_points=tuple(cast("list[int]", values["day_points"])),
        bonuses=dict(zip(days, points, strict=False)),
        make_ups_per_month=cast("int", values["make_ups_per_month"]),
        make_up_cost=cast("int", values["make_up_cost"]),
        make_up_window=cast("int", values["make_up_window"]),
        rules=cast("str", values["rules"]),
        growth=cast("int", values.get("growth", 0)),
    )


def faults(values: Mapping[str, object]) -> dict[str, str]:
    """Return a sentence for each setting that does not fit the others."""
    found: dict[str, str] = {}
    days = cast("list[int]", values["bonus_days"])
    if not values["day_points"]:
        found["day_points"] = _("At least one day must be named.")
    if any(later <= earlier for earlier, later in pairwise(days)):
        found["bonus_days"] = _("Each number must be larger than the one before it.")
    if len(days) != len(cast("list[int]", values["bonus_points"])):
        found["bonus_points"] = _("There must be as many bonuses as days that bring one.")
    return found
