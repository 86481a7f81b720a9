"""Makes the figures: of days on which something is new, or of days that are named.

A day is counted from what was kept of it, never added to, so that the same day again
changes nothing. What is new is found by the ids of rows, which grow with time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Sum

from kernel.analytics.models import (
    BuyerDay,
    CohortFigures,
    MoneyFigures,
    PeopleFigures,
    ProductFigures,
    RollUp,
    SeenStep,
    TradeFigures,
    VisitFigures,
)
from kernel.analytics.services import counting
from kernel.analytics.services.counting import Shop, first_id_at
from kernel.analytics.services.noting import KEPT
from kernel.analytics.services.writing import bring_to
from kernel.common.time import local_date, utc_now
from kernel.tenancy.context import current_tenant

# A transaction may commit so long after it made its ids.
_OVERLAP: Final = timedelta(minutes=20)
_LOCK: Final = (
    "SELECT pg_catalog.pg_advisory_xact_lock("
    "pg_catalog.hashtextextended('analytics:' || pg_catalog.current_schema(), 0))"
)
_NEW_DAYS: Final = """
SELECT DISTINCT (at AT TIME ZONE %(zone)s)::date FROM (
  SELECT v.at FROM orders_orderevent v WHERE v.id >= %(floor)s
  UNION ALL
  SELECT o.placed_at FROM orders_order o
  WHERE o.id IN (SELECT v.order_id FROM orders_orderevent v WHERE v.id >= %(floor)s)
  UNION ALL
  SELECT o.paid_at FROM orders_order o WHERE o.paid_at IS NOT NULL
    AND o.id IN (SELECT v.order_id FROM orders_orderevent v WHERE v.id >= %(floor)s)
  UNION ALL
  SELECT e.at FROM orders_paymententry e WHERE e.id >= %(floor)s
  UNION ALL
  SELECT j.occurred_at FROM ledger_journal j WHERE j.id >= %(floor)s
  UNION ALL
  SELECT m.created_at FROM members_member m WHERE m.id >= %(floor)s
  UNION ALL
  SELECT s.at FROM analytics_seenstep s WHERE s.at >= %(since)s
) AS fresh
"""
# Steps have numbers for ids: those of a product whose id is not known yet are new.
_NAMED: Final = """
WITH named AS (
  UPDATE analytics_seenstep s SET product_id = p.id, handle = ''
  FROM catalogue_product p WHERE s.handle <> '' AND s.at >= %(oldest)s AND p.handle = s.handle
  RETURNING s.at
)
SELECT DISTINCT (at AT TIME ZONE %(zone)s)::date FROM named
"""


@transaction.atomic
def roll_up(*, now: datetime) -> int:
    """Count those days anew on which something is new; return how many there were.

    The first time these are all days.
    """
    shop = _locked()
    # By the clock that made the ids, whatever moment the caller lives in.
    looked_at = utc_now()
    last = RollUp.objects.first()
    floor = first_id_at(last.looked_at - _OVERLAP) if last else first_id_at(_EVER)
    since = last.looked_at - _OVERLAP if last else _EVER
    days = _name_products(now, shop)
    with connection.cursor() as cursor:
        cursor.execute(_NEW_DAYS, {"zone": shop.zone, "floor": floor, "since": since})
        days |= {row[0] for row in cursor.fetchall()}
    _count(days, shop, now=now)
    told = {"looked_at": looked_at, "books": _books()}
    RollUp.objects.update_or_create(pk=1, defaults=told)
    return len(days)


@transaction.atomic
def roll_up_days(days: Iterable[date], *, now: datetime) -> int:
    """Count these days anew, whatever is new; return how many rows that changed."""
    shop = _locked()
    return _count(set(days) | _name_products(now, shop), shop, now=now)


def _locked() -> Shop:
    """Wait until nobody else counts."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    tenant = current_tenant()
    return Shop(zone=tenant.zone, currency=tenant.currency)


def _name_products(now: datetime, shop: Shop) -> set[date]:
    """Find the products of steps by their handles, once: handles change, ids do not."""
    told: dict[str, Any] = {"oldest": now - KEPT, "zone": shop.zone}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, told)
        return {row[0] for row in cursor.fetchall()}


def _count(days: set[date], shop: Shop, *, now: datetime) -> int:
    # What visitors did is not kept for ever: older days keep the visits they have.
    oldest = local_date(now - KEPT, shop.zone)
    with_steps = SeenStep.objects.filter(at__gte=now - KEPT).exists()
    changed = 0
    for day in sorted(days):
        if with_steps and day > oldest:
            changed += _bring(VisitFigures, day, counting.visits_on(day, shop), _VISIT_KEYS)
        changed += _bring(TradeFigures, day, counting.trade_on(day, shop), _TRADE_KEYS)
        changed += _bring(ProductFigures, day, _products(day, shop, oldest), _PRODUCT_KEYS)
        changed += _bring(PeopleFigures, day, counting.people_on(day, shop), ("day",))
        changed += _bring(BuyerDay, day, counting.buyers_on(day, shop), ("day", "who"))
        changed += _bring(MoneyFigures, day, counting.money_on(day, shop), _MONEY_KEYS)
    for month in sorted({day.replace(day=1) for day in days}):
        stored = CohortFigures.objects.filter(month=month)
        changed += bring_to(stored, counting.cohorts_in(month, shop), keys=_COHORT_KEYS)
    return changed


def _products(day: date, shop: Shop, oldest: date) -> list[dict[str, Any]]:
    """Count a day's products; looks and carts of a day without steps are those it has."""
    counted = counting.products_on(day, shop)
    if day > oldest:
        return counted
    known = {
        (row["product_id"], row["currency"]): row
        for row in ProductFigures.objects.filter(day=day).values()
    }
    found = {(row["product_id"], row["currency"]): row for row in counted}
    for key, row in known.items():
        kept = {"views": row["views"], "carts": row["carts"]}
        if key in found:
            found[key] |= kept
        elif any(kept.values()):
            found[key] = {"day": day, "product_id": key[0], "currency": key[1], **kept, **_NO_SALES}
    return list(found.values())


def _bring(model: type[Any], day: date, rows: list[dict[str, Any]], keys: tuple[str, ...]) -> int:
    return bring_to(model.objects.filter(day=day), rows, keys=keys)


def _books() -> dict[str, dict[str, int]]:
    """Compare with the ledger: what the figures of all days add up to, and what it says."""
    sums = MoneyFigures.objects.values_list("currency").annotate(total=Sum("minor"))
    counted = {currency: int(total) for currency, total in sums.order_by()}
    said = counting.balances()
    return {
        currency: {"ledger": said.get(currency, 0), "figures": counted.get(currency, 0)}
        for currency in sorted({*said, *counted})
    }


_EVER: Final = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_VISIT_KEYS: Final = ("day", "hour", "channel", "source", "device")
_TRADE_KEYS: Final = ("day", "hour", "origin", "currency")
_PRODUCT_KEYS: Final = ("day", "product_id", "currency")
_MONEY_KEYS: Final = ("day", "currency", "kind")
_COHORT_KEYS: Final = ("month", "first_month", "currency")
_NO_SALES: Final = {"orders": 0, "quantity": 0, "paid_minor": 0}
