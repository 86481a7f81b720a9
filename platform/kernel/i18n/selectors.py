"""Reads what a shop offers, and what orders were worth in other currencies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.common.money import Money
from kernel.i18n.choices import RateSource
from kernel.i18n.models import RateChange, ShopCurrency, ShownRate
from kernel.tenancy.context import current_tenant

OLD: Final = timedelta(days=3)
_LATEST: Final = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A currency that the shop shows, or prepares.

    Attributes:
        is_old: whether its rate should have come from a service long ago.
    """

    row: ShopCurrency
    is_old: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What a buyer saw in another currency when he ordered."""

    total: Money
    rate: str


def currencies(*, now: datetime) -> list[Listed]:
    """Return the currencies of the shop beside its own, in their order."""
    return [
        Listed(row, row.source == RateSource.PROVIDER and not _is_fresh(row, now))
        for row in ShopCurrency.objects.order_by("position", "code")
    ]


def rate_changes(code: str) -> Sequence[RateChange]:
    """Return what a currency was worth, the latest first."""
    return list(RateChange.objects.filter(code=code).order_by("-id")[:_LATEST])


def seen_with(group_id: UUID) -> Seen | None:
    """Return what the buyer of orders saw in another currency.

    One query; none in shops that never showed another.
    """
    if not current_tenant().offers.has_rates:
        return None
    row = ShownRate.objects.filter(pk=group_id).first()
    if row is None:
        return None
    return Seen(Money(row.total_minor, row.code), format(row.rate.normalize(), "f"))


def _is_fresh(row: ShopCurrency, now: datetime) -> bool:
    return row.rate_at is not None and now - row.rate_at < OLD
