"""Tells every process what the shop offers, so that no page has to ask."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection

from kernel.i18n.models import (
    Market,
    MarketCountry,
    RateChange,
    ShopCurrency,
    ShopLanguage,
    Wording,
)
from kernel.tenancy.context import CurrencyOffer, MarketOffer, current_tenant
from kernel.tenancy.ports import keep_offers

_WHOLE: Final = Decimal(10_000)
_PLACES: Final = Decimal("1e-10")
# One at a time changes what is offered: each writes down the whole of it.
_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '.i18n', 0))"


def begin_change() -> None:
    """Wait until nobody else changes what is offered, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)


def offer_again() -> None:
    """Write down what is offered now, in the caller's transaction; six queries.

    Everything that was drawn before is stale from the commit on, for it says what was
    offered then.
    """
    languages = ShopLanguage.objects.filter(is_offered=True).order_by("position", "code")
    currencies = ShopCurrency.objects.filter(is_shown=True).exclude(rate=None)
    told = {
        "languages": tuple(languages.values_list("code", "falls_back_to")),
        "currencies": tuple(offer_of(row) for row in currencies.order_by("position", "code")),
        "has_wordings": Wording.objects.exists(),
        "has_rates": RateChange.objects.exists(),
        "markets": tuple(_markets()),
    }
    keep_offers(current_tenant().id, told)


def full_rate(row: ShopCurrency) -> Decimal:
    """Return the rate with what is put on it; the currency has one."""
    assert row.rate is not None  # noqa: S101  callers ask for such rows
    return (row.rate * (_WHOLE + row.margin_bp) / _WHOLE).quantize(_PLACES)


def offer_of(row: ShopCurrency) -> CurrencyOffer:
    """Return a currency that has a rate, as it is offered."""
    rate = format(full_rate(row).normalize(), "f")
    return CurrencyOffer(row.code, rate, row.rounding, row.step_minor, row.below_minor)


def _markets() -> list[MarketOffer]:
    """Return the markets, that of all other countries last."""
    countries: dict[UUID, list[str]] = {}
    for row in MarketCountry.objects.order_by("code"):
        countries.setdefault(row.market_id, []).append(row.code)
    return [
        MarketOffer(
            row.code,
            tuple(countries.get(row.pk, ())),
            row.language,
            row.currency,
            row.return_days,
            row.fault_days,
        )
        for row in Market.objects.order_by("is_rest", "position", "code")
    ]
