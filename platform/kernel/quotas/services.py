"""Counts what is used against what a plan allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from kernel.common.outbox.publishing import publish
from kernel.quotas.errors import QuotaReached
from kernel.quotas.events import QuotaUsed
from kernel.quotas.meters import Meter, Period, meter_of, meters, period_of
from kernel.quotas.models import Usage
from kernel.quotas.selectors import FULL, NEAR, Limit, limit_of, percent_of
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

REVIEW: Final = "quotas.review"
_HOUR: Final = timedelta(hours=1)


def is_metered(code: str) -> bool:
    """Tell, without a query, whether something limits a meter of the current shop."""
    return code in current_tenant().offers.metered


def take(code: str, number: int = 1, *, now: datetime) -> None:
    """Count one use, if the plan allows it; part of the caller's transaction.

    Raises:
        QuotaReached: it does not.
    """
    if not all(take_each(code, [number], now=now)):
        raise refusal_of(code, now=now)


def refusal_of(code: str, *, now: datetime) -> QuotaReached:
    """Return what is said when a meter is used up."""
    return QuotaReached(meter=code, limit=limit_of(meter_of(code), now=now).most)


def take_each(code: str, numbers: Sequence[int], *, now: datetime) -> list[bool]:
    """Count uses one after the other as far as the plan allows; say which were.

    The row of the meter is locked until the transaction ends, so take late. Nothing is
    asked of the database where nothing limits the meter.
    """
    if not is_metered(code):
        return [True] * len(numbers)
    meter = meter_of(code)
    limit = limit_of(meter, now=now)
    if not limit.exists:
        return [True] * len(numbers)
    with transaction.atomic():
        row = _locked(meter, period_of(meter, now))
        if not meter.begins_anew:
            row.used = meter.counted(None, None)
        fitting = []
        for number in numbers:
            fits = limit.most is None or row.used + number <= limit.most
            row.used += number if fits else 0
            fitting.append(fits)
        _tell(row, limit)
        row.save(update_fields=["used", "told"])
    return fitting


@transaction.atomic
def review(*, now: datetime) -> bool:
    """Bring what was counted in line with the shop's rows and tell people; say if limits exist."""
    found = False
    for meter in meters():
        limit = limit_of(meter, now=now)
        if not limit.exists or (limit.soft is None and limit.most == meter.usual()):
            continue
        found = True
        period = period_of(meter, now)
        row = _locked(meter, period)
        counted = meter.counted(period.start, period.end)
        # What was cancelled or deleted since counts on in its month.
        row.used = max(row.used, counted) if meter.begins_anew else counted
        _tell(row, limit)
        row.save(update_fields=["used", "told"])
    return found


def ask_again(*, now: datetime) -> None:
    """Have the review run again in an hour."""
    with transaction.atomic():
        ask(REVIEW, now + _HOUR)


def _locked(meter: Meter, period: Period) -> Usage:
    rows = Usage.objects.select_for_update().filter(meter=meter.code, period=period.day)
    found = rows.first()
    if found is None:
        # What came before the limit did counts in its month too.
        counted = meter.counted(period.start, period.end)
        new = Usage(meter=meter.code, period=period.day, used=counted)
        Usage.objects.bulk_create([new], ignore_conflicts=True)
        found = rows.get()
    return found


def _tell(row: Usage, limit: Limit) -> None:
    """Tell once of each mark that was passed; what was freed may be told of again."""
    percent = percent_of(row.used, limit)
    reached = max((mark for mark in (0, NEAR, FULL) if percent >= mark), default=0)
    if reached > row.told:
        publish(
            QuotaUsed(meter=row.meter, percent=reached, used=row.used, limit=limit.mark or 0),
            aggregate=f"quotas:{row.meter}",
        )
    row.told = reached
