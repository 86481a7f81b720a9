"""What of a mode's assets expires: after so many days, or on a date, by the shop's calendar.

A batch expires at the end of a day of the shop, so that what came in on one day goes
together. Days count from when a member can use the units, not from when they were earned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from kernel.common.time import local_date
from kernel.rewards.engine.numbers import number
from kernel.rewards.errors import FigureRefused, NotANumber
from kernel.rewards.packs.loading import Pack

EXPIRY: Final = "expiry"
"""Where a shop's own figures say what expires."""
DAYS: Final = "days"
ON: Final = "on"
_CLASSES: Final = frozenset({"points", "coupon", "chance"})
_MOST_DAYS: Final = 3660


@dataclass(frozen=True, slots=True)
class Expiry:
    """When what is paid of an asset expires; one of both is given.

    Attributes:
        days: so many days after it can be used.
        on: at the end of this day; what is paid later, on that day of a later year.
    """

    days: int = 0
    on: date | None = None

    def ends_at(self, now: datetime, zone: str) -> datetime:
        """Return the moment from which units that come in now are gone."""
        today = local_date(now, zone)
        last = today + timedelta(days=self.days) if self.on is None else _next(self.on, today)
        return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(zone))


def may_expire(asset: Mapping[str, Any]) -> bool:
    """Tell whether units of a pack's asset may expire: never money, nor what becomes money."""
    is_money = asset.get("withdrawable") or asset.get("transferable") == "p2p"
    turns_into_money = "CNY" in asset.get("convertible_to", ())
    return asset["class"] in _CLASSES and not is_money and not turns_into_money


def expiring_assets(packs: Sequence[Pack]) -> dict[str, Mapping[str, Any]]:
    """Return the assets of packs of which units may expire."""
    return {
        code: asset for pack in packs for code, asset in pack.assets.items() if may_expire(asset)
    }


def expiries(packs: Sequence[Pack], figures: Mapping[str, Any]) -> dict[str, Expiry]:
    """Return what expires of packs with a shop's own figures, by asset."""
    values = {name: value for pack in packs for name, value in pack.defaults().items()}
    values.update(figures)
    own, found = figures.get(EXPIRY, {}), {}
    for code, asset in expiring_assets(packs).items():
        told = own.get(code)
        if told is None:
            usual = asset.get("expiry_days", 0)
            told = {DAYS: values.get(usual, 0) if isinstance(usual, str) else usual}
        one = _read(code, told)
        if one is not None:
            found[code] = one
    return found


def own_expiry(packs: Sequence[Pack], told: Any) -> dict[str, dict[str, str]]:
    """Return what a shop says of expiry, checked.

    Raises:
        FigureRefused: of an asset that no pack has or that is money, of days or a date
            that cannot be.
    """
    if not isinstance(told, Mapping):
        raise FigureRefused(name=EXPIRY, fact="not_a_table")
    known = {code: asset for pack in packs for code, asset in pack.assets.items()}
    found = {}
    for code, rule in told.items():
        if code not in known and code != "CNY":
            raise FigureRefused(name=str(code), fact="unknown_name")
        if code == "CNY" or not may_expire(known[code]):
            raise FigureRefused(name=str(code), fact="never_expires")
        if not isinstance(rule, Mapping) or not {DAYS, ON}.issuperset(rule) or len(rule) > 1:
            raise FigureRefused(name=str(code), fact="days_or_date")
        _read(str(code), rule)
        if rule:
            found[str(code)] = {str(key): str(value).strip() for key, value in rule.items()}
    return found


def _read(code: str, told: Mapping[str, Any]) -> Expiry | None:
    """Return when units expire; None for never."""
    if ON in told:
        try:
            return Expiry(on=date.fromisoformat(str(told[ON]).strip()))
        except ValueError as error:
            raise FigureRefused(name=code, fact="not_a_date") from error
    try:
        days = number(str(told.get(DAYS, 0)).strip())
    except NotANumber as error:
        raise FigureRefused(name=code, fact="not_a_number") from error
    if days.denominator != 1:
        raise FigureRefused(name=code, fact="not_a_number")
    if days < 0:
        raise FigureRefused(name=code, fact="negative_rate")
    if days > _MOST_DAYS:
        raise FigureRefused(name=code, fact="too_large")
    return Expiry(days=int(days)) if days else None


def _next(day: date, today: date) -> date:
    """Return a day of the calendar, this year's or a later one's, that is not over."""
    year = day.year
    while (found := _in_year(day, year)) < today:
        year = max(year + 1, today.year)
    return found


def _in_year(day: date, year: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(year, 3, 1) - timedelta(days=1) if is_leap_day else day.replace(year=year)
