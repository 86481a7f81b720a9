"""For how long a line is open for which wishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from kernel.aftersales.choices import FAULTS, CaseKind, Reason
from kernel.catalogue.choices import AfterSalePolicy, ProductKind
from kernel.orders.models import Order, OrderLine, OrderPolicy

_EU: Final = frozenset(
    {
        *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE"),
        *("IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
    }
)
# Consumers there may change their minds for so long, whatever a shop says.
_EU_DAYS: Final = 14
_FIFTEEN: Final = 15
DaysAt: TypeAlias = Callable[[str], tuple[int | None, int | None]]
"""Returns the days for a change of mind and for faults that hold in a country; None for usual."""

_days_at: Final[list[DaysAt]] = []
_CARRIED: Final = frozenset({ProductKind.PHYSICAL, ProductKind.BUNDLE})


@dataclass(frozen=True, slots=True)
class Window:
    """Until when a line is open; None for as long as it has not arrived.

    Attributes:
        change_of_mind: without a reason; never open where ``is_returnable`` is False.
        fault: for what the shop answers for.
    """

    change_of_mind: datetime | None
    fault: datetime | None
    is_returnable: bool
    is_carried: bool

    def fits(self, kind: CaseKind, reason: Reason, now: datetime) -> bool:
        """Tell whether a wish for a reason is open at a moment."""
        if kind in {CaseKind.RETURN_REFUND, CaseKind.EXCHANGE} and not self.is_carried:
            return False
        is_fault = reason in FAULTS or reason == Reason.NOT_RECEIVED
        if kind == CaseKind.CLAIM and not is_fault:
            return False
        if is_fault:
            return self.fault is None or now < self.fault
        return self.is_returnable and (self.change_of_mind is None or now < self.change_of_mind)


def register_days(days_at: DaysAt) -> None:
    """Say where other windows hold than the shop's own; called while apps are loaded."""
    _days_at[:] = [days_at]


def window_of(order: Order, line: OrderLine, policy: OrderPolicy) -> Window:
    """Return until when what was shipped of a line is open."""
    terms = str(line.snapshot.get("after_sale_policy", AfterSalePolicy.SEVEN_DAYS))
    country = str(order.address.get("country", "")).upper()
    told, told_fault = next((each(country) for each in _days_at), (None, None))
    days = policy.after_sale_days if told is None else told
    fault_days = policy.fault_days if told_fault is None else told_fault
    if terms == AfterSalePolicy.FIFTEEN_DAYS:
        days = max(days, _FIFTEEN)
    is_returnable = days > 0 and terms in {
        AfterSalePolicy.SEVEN_DAYS,
        AfterSalePolicy.FIFTEEN_DAYS,
    }
    if country in _EU:
        days, is_returnable = max(days, _EU_DAYS), terms != AfterSalePolicy.NONE
    arrived = order.delivered_at
    return Window(
        change_of_mind=None if arrived is None else arrived + timedelta(days=days),
        fault=None if arrived is None else arrived + timedelta(days=fault_days),
        is_returnable=is_returnable,
        is_carried=line.kind in _CARRIED,
    )
