"""What must hold before a promotion takes effect.

A condition is a registered class, so that a module may bring its own: give it a
code, and `register_condition` it while apps are loaded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeAlias

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from typing_extensions import override

from kernel.promotions import checks
from kernel.promotions.case import BuyerFacts, CaseLine, pieces, worth
from kernel.promotions.errors import InvalidPromotion

ShowAmount: TypeAlias = Callable[[int], str]
"""Writes an amount in minor units for people."""

_DAY_MINUTES: Final = 24 * 60
_WEEK: Final = 7
_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Missing:
    """How far a cart is from the next step; one of the two."""

    minor: int = 0
    pieces: int = 0


class Condition(ABC):
    """A kind of condition."""

    code: ClassVar[str]
    is_amount: ClassVar[bool] = False
    """True when its value is an amount in minor units."""
    asks_orders: ClassVar[bool] = False
    """True when it must be known whether this is the buyer's first order."""

    @abstractmethod
    def checked(self, value: object) -> Any:
        """Return a value as it is stored.

        Raises:
            InvalidPromotion: it cannot be used.
        """

    @abstractmethod
    def holds(self, value: Any, lines: Sequence[CaseLine], buyer: BuyerFacts) -> bool:
        """Tell whether it holds for the lines in the scope of the promotion."""

    def missing(self, value: Any, lines: Sequence[CaseLine]) -> Missing | None:
        """Return what a buyer can do about it, or None for nothing."""
        return None

    def kinds_of_groups(self, value: Any) -> set[str]:
        """Return which kinds of groups of the buyer it asks for."""
        return set()

    @abstractmethod
    def text(self, value: Any, show: ShowAmount) -> str:
        """Return it in words for buyers."""


class Spend(Condition):
    """Goods in the scope cost so much, after what was taken off before."""

    code = "spend"
    is_amount = True

    @override
    def checked(self, value: object) -> int:
        return checks.amount(value, "conditions.spend")

    @override
    def holds(self, value: Any, lines: Sequence[CaseLine], buyer: BuyerFacts) -> bool:
        return worth(lines) >= int(value)

    @override
    def missing(self, value: Any, lines: Sequence[CaseLine]) -> Missing | None:
        left = int(value) - worth(lines)
        return Missing(minor=left) if left > 0 else None

    @override
    def text(self, value: Any, show: ShowAmount) -> str:
        return _("from %(amount)s on") % {"amount": show(int(value))}


class Pieces(Condition):
    """There are so many pieces in the scope."""

    code = "pieces"

    @override
    def checked(self, value: object) -> int:
        return checks.count(value, "conditions.pieces")

    @override
    def holds(self, value: Any, lines: Sequence[CaseLine], buyer: BuyerFacts) -> bool:
        return pieces(lines) >= int(value)

    @override
    def missing(self, value: Any, lines: Sequence[CaseLine]) -> Missing | None:
        left = int(value) - pieces(lines)
        return Missing(pieces=left) if left > 0 else None

    @override
    def text(self, value: Any, show: ShowAmount) -> str:
        return _("from %(count)s pieces on") % {"count": value}


class FirstOrder(Condition):
    """The member has not ordered before; what was cancelled does not count."""

    code = "first_order"
    asks_orders = True

    @override
    def checked(self, value: object) -> bool:
        if value is not True:
            raise InvalidPromotion(field="conditions.first_order")
        return True

    @override
    def holds(self, value: Any, lines: Sequence[CaseLine], buyer: BuyerFacts) -> bool:
        return buyer.member_id is not None and buyer.is_first_order is True

    @override
    def text(self, value: Any, show: ShowAmount) -> str:
        return _("on the first order")


class Hours(Condition):
    """It is a time of day by the shop's clock, on some days of the week.

    ``{"from": 1080, "until": 1320, "days": [5, 6]}``: minutes after midnight, Monday is 0;
    without days, every day.
    """

    code = "hours"

    @override
    def checked(self, value: object) -> dict[str, object]:
        told = checks.only(value, ("from", "until", "days"), "conditions.hours")
        minute = checks.whole(0, _DAY_MINUTES)
        begins = minute(told.get("from", 0), "conditions.hours.from")
        ends = minute(told.get("until", _DAY_MINUTES), "conditions.hours.until")
        days = told.get("days", [])
        if begins >= ends or not isinstance(days, (list, tuple)):
            raise InvalidPromotion(field="conditions.hours")
        day = checks.whole(0, _WEEK - 1)
        return {
            "from": begins,
            "until": ends,
            "days": sorted({day(each, "conditions.hours.days") for each in days}),
        }

    @override
    def holds(self, value: Any, lines: Sequence[CaseLine], buyer: BuyerFacts) -> bool:
        minute = buyer.local.hour * _HOUR + buyer.local.minute
        is_day = not value["days"] or buyer.local.weekday() in value["days"]
        return bool(is_day and value["from"] <= minute < value["until"])

    @override
    def text(self, value: Any, show: ShowAmount) -> str:
        begins, ends = (
            f"{value[name] // _HOUR:02d}:{value[name] % _HOUR:02d}" for name in ("from", "until")
        )
        days = _(", ").join(str(WEEKDAYS[day]) for day in value["days"])
        if days and (value["from"], value["until"]) == (0, _DAY_MINUTES):
            return days
        hours = _("from %(begins)s to %(ends)s") % {"begins": begins, "ends": ends}
        return f"{days} {hours}" if days else hours


_conditions: Final[dict[str, Condition]] = {}


def register_condition(condition: Condition) -> None:
    """Make a kind of condition known; the same code again replaces the earlier one."""
    _conditions[condition.code] = condition


def condition_named(code: str) -> Condition:
    """Return a kind of condition.

    Raises:
        InvalidPromotion: there is none of this code.
    """
    found = _conditions.get(code)
    if found is None:
        raise InvalidPromotion(_("Not known."), field="conditions")
    return found


def known_condition(code: str) -> Condition | None:
    """Return a kind of condition, or None when the module that brought it is gone."""
    return _conditions.get(code)


def checked_conditions(value: object) -> list[dict[str, Any]]:
    """Return conditions as they are stored; one of each kind.

    Raises:
        InvalidPromotion: one cannot be read, or comes twice.
    """
    if not isinstance(value, (list, tuple)):
        raise InvalidPromotion(field="conditions")
    found: dict[str, Any] = {}
    for each in value:
        told: Mapping[str, Any] = checks.only(each, ("kind", "value"), "conditions")
        condition = condition_named(str(told.get("kind", "")))
        if condition.code in found:
            raise InvalidPromotion(field=f"conditions.{condition.code}")
        found[condition.code] = condition.checked(told.get("value"))
    return [{"kind": code, "value": checked} for code, checked in found.items()]


def register_all() -> None:
    """Make the kernel's own known."""
    for condition in (Spend(), Pieces(), FirstOrder(), Hours()):
        register_condition(condition)
