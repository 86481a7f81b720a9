"""What a simulation supposes: prices, habits of buyers, and how the shop grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from kernel.rewards.engine.numbers import largest_remainder
from kernel.rewards.simulation.errors import AssumptionRefused

CURVES: Final[Mapping[str, Any]] = {
    "steady": _("Steady"),
    "growth": _("Growth of 5% a day"),
    "stops": _("Growth that stops"),
}
"""How orders come: the same each day, more each day, or none at all from one day on."""

MOST_ORDERS: Final = 100_000
_MOST_DAYS: Final = 365
_RATE: Final = Fraction(105, 100)
_HALF: Final = 2


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is supposed; shares are per cent.

    Attributes:
        price, cost: of what is sold, in the shop's money.
        fees_pct: what payment costs, of each sale.
        orders: how many in all, in each scenario.
        repeat_pct: of orders that come from who has bought before.
        referred_pct: of new members whom somebody referred.
        refund_pct: of orders that are sent back before the return window closes.
        window_days: how long that window is open.
        withdraw_pct: of what members have available, taken out each day.
        active_pct: of members, who do the day's task.
        ad_money: what an advertiser pays for a task.
    """

    price: Decimal = Decimal("100.00")
    cost: Decimal = Decimal("50.00")
    fees_pct: Decimal = Decimal("0.6")
    days: int = 60
    orders: int = 600
    repeat_pct: Decimal = Decimal(30)
    referred_pct: Decimal = Decimal(80)
    refund_pct: Decimal = Decimal(3)
    window_days: int = 7
    withdraw_pct: Decimal = Decimal(20)
    active_pct: Decimal = Decimal(50)
    ad_money: Decimal = Decimal("0.30")
    seed: int = 1

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Assumptions:
        """Return what was told over what is usual.

        Raises:
            AssumptionRefused: a name is not known or a figure makes no sense; it is named.
        """
        known = {one.name: one for one in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in told.items():
            if name not in known:
                raise AssumptionRefused(name=name)
            values[name] = _figure(name, value, whole=known[name].type == "int")
        made = cls(**values)
        made.check()
        return made

    def check(self) -> None:
        """Refuse figures out of their bounds by name."""
        bounds = {"days": (1, _MOST_DAYS), "orders": (1, MOST_ORDERS), "seed": (0, 2**31),
                  "price": (Decimal("0.01"), 10**7), "window_days": (0, 60)}  # fmt: skip
        for one in fields(self):
            most = 100 if one.name.endswith("_pct") else 10**7
            low, high = bounds.get(one.name, (0, most))
            if not low <= getattr(self, one.name) <= high:
                raise AssumptionRefused(name=one.name, least=str(low), most=str(high))

    def told(self) -> dict[str, Any]:
        """Return the figures as they are kept."""
        return {name: str(v) if isinstance(v, Decimal) else v for name, v in asdict(self).items()}


def orders_by_day(assumed: Assumptions, curve: str) -> list[int]:
    """Return how many orders come on each day; together they are those assumed.

    Growth that stops has its orders in the first half of the days, and none after.
    """
    if curve == "steady":
        weights = [Fraction(1)] * assumed.days
    else:
        grown = max(assumed.days // _HALF, 1) if curve == "stops" else assumed.days
        weights = [_RATE**day for day in range(grown)] + [Fraction(0)] * (assumed.days - grown)
    return largest_remainder(assumed.orders, weights)


def _figure(name: str, value: Any, *, whole: bool) -> Any:
    try:
        figure = Decimal(str(value))
        if not figure.is_finite() or (whole and figure != int(figure)):
            raise AssumptionRefused(name=name)
    except InvalidOperation as error:
        raise AssumptionRefused(name=name) from error
    return int(figure) if whole else figure
