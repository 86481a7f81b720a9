"""Rates of exchange, by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction

from kernel.i18n.choices import RateSource
from kernel.i18n.errors import RatesNotTold
from kernel.i18n.models import ShopCurrency
from kernel.i18n.rates import rate_provider
from kernel.i18n.services.currencies import REFRESH, take_rates
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

AGAIN: Final = timedelta(hours=6)
AFTER_SILENCE: Final = timedelta(hours=1)
_log = structlog.get_logger(__name__)


def refresh_rates(*, now: datetime) -> None:
    """Ask the service what currencies are worth; what a schedule calls.

    While it says nothing the old rates hold, and it is asked again within the hour.
    """
    rows = ShopCurrency.objects.filter(source=RateSource.PROVIDER)
    codes = sorted(rows.values_list("code", flat=True))
    provider = rate_provider()
    if not codes or provider is None:
        return
    base, then = current_tenant().currency, now + AGAIN
    try:
        told = provider.rates(base, codes)
    except RatesNotTold as silence:
        _log.warning("rates_not_told", error=str(silence.__cause__ or silence))
        told, then = {}, now + AFTER_SILENCE
    with transaction.atomic():
        take_rates(told, base=base, now=now)
        ask(REFRESH, then)
