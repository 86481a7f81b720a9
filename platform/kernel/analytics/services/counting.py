"""Counts one day, or one month, from what was kept of it. Nothing is written here.

Rows of orders and of the ledger have ids that grow with time, so what belongs to a day
is looked for among the ids from that day on; a row cannot be older than what it tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.crypto import salted_hmac

from kernel.common.time import day_bounds
from kernel.tenancy.signing import tenant_salt

_SLACK: Final = timedelta(days=1)

_VISITS: Final = """
WITH steps AS (
  SELECT s.*, CASE s.step WHEN 'page' THEN 0 WHEN 'product' THEN 1 WHEN 'cart' THEN 2
                          WHEN 'checkout' THEN 3 ELSE 4 END AS way
  FROM analytics_seenstep s WHERE s.at >= %(since)s AND s.at < %(until)s
), visits AS (
  SELECT visit, min(at) AS began, max(way) AS way,
         count(*) FILTER (WHERE step IN ('page', 'product', 'checkout')) AS views,
         (array_agg(visitor ORDER BY at, id))[1] AS visitor,
         (array_agg(channel ORDER BY at, id))[1] AS channel,
         (array_agg(source ORDER BY at, id))[1] AS source,
         (array_agg(device ORDER BY at, id))[1] AS device
  FROM steps GROUP BY visit
), ranked AS (
  SELECT v.*, row_number() OVER (PARTITION BY visitor ORDER BY began, visit) AS turn FROM visits v
), claims AS (
  SELECT DISTINCT ON (s.group_id) s.group_id, s.visit
  FROM steps s JOIN orders_ordergroup g ON g.id = s.group_id AND g.placed_at >= %(since)s
  WHERE s.step = 'placed' ORDER BY s.group_id, s.at, s.id
), bought AS (
  SELECT c.visit, count(*) AS orders, count(*) FILTER (WHERE o.paid_at IS NOT NULL) AS paid,
         coalesce(sum(o.paid_minor) FILTER (WHERE o.currency = %(currency)s), 0) AS paid_minor
  FROM claims c JOIN orders_order o ON o.group_id = c.group_id GROUP BY c.visit
)
SELECT extract(hour FROM r.began AT TIME ZONE %(zone)s)::int AS hour, r.channel, r.source, r.device,
       count(*) AS visits, count(*) FILTER (WHERE r.turn = 1) AS visitors,
       sum(r.views)::bigint AS views,
       count(*) FILTER (WHERE r.way >= 1 OR b.orders > 0) AS looked,
       count(*) FILTER (WHERE r.way >= 2 OR b.orders > 0) AS carted,
       count(*) FILTER (WHERE r.way >= 3 OR b.orders > 0) AS checked_out,
       count(*) FILTER (WHERE b.orders > 0) AS ordered,
       count(*) FILTER (WHERE b.paid > 0) AS paid,
       coalesce(sum(b.orders), 0)::bigint AS orders,
       coalesce(sum(b.paid_minor), 0)::bigint AS paid_minor
FROM ranked r LEFT JOIN bought b ON b.visit = r.visit
GROUP BY 1, 2, 3, 4
"""

_TRADE: Final = """
WITH moved AS (
  SELECT e.order_id, e.kind, e.minor, e.at FROM orders_paymententry e
  WHERE e.id >= %(floor)s AND e.at >= %(since)s AND e.at < %(until)s
        AND e.kind IN ('paid', 'refunded')
), touched AS (
  SELECT v.order_id, v.kind, v.at FROM orders_orderevent v
  WHERE v.id >= %(floor)s AND v.at >= %(since)s AND v.at < %(until)s
        AND v.kind IN ('cancelled', 'paid', 'placed')
), facts AS (
  SELECT o.placed_at AS at, o.source, o.currency, 1 AS placed, o.total_minor AS placed_minor,
         0 AS cancelled, 0 AS paid, 0 AS paid_minor, 0 AS refunds, 0 AS refunded_minor
  FROM orders_order o
  WHERE o.id >= %(floor)s AND o.placed_at >= %(since)s AND o.placed_at < %(until)s
        AND o.status <> 'draft'
  UNION ALL
  SELECT o.cancelled_at, o.source, o.currency, 0, 0, 1, 0, 0, 0, 0
  FROM orders_order o
  WHERE o.id IN (SELECT order_id FROM touched WHERE kind = 'cancelled')
        AND o.cancelled_at >= %(since)s AND o.cancelled_at < %(until)s
  UNION ALL
  SELECT o.paid_at, o.source, o.currency, 0, 0, 0, 1, 0, 0, 0
  FROM orders_order o
  WHERE o.id IN (SELECT order_id FROM touched UNION SELECT order_id FROM moved)
        AND o.paid_at >= %(since)s AND o.paid_at < %(until)s
  UNION ALL
  SELECT m.at, o.source, o.currency, 0, 0, 0, 0,
         CASE m.kind WHEN 'paid' THEN m.minor ELSE 0 END,
         CASE m.kind WHEN 'refunded' THEN 1 ELSE 0 END,
         CASE m.kind WHEN 'refunded' THEN m.minor ELSE 0 END
  FROM moved m JOIN orders_order o ON o.id = m.order_id
)
SELECT extract(hour FROM at AT TIME ZONE %(zone)s)::int AS hour, source AS origin, currency,
       sum(placed)::bigint AS placed, sum(placed_minor)::bigint AS placed_minor,
       sum(cancelled)::bigint AS cancelled, sum(paid)::bigint AS paid,
       sum(paid_minor)::bigint AS paid_minor, sum(refunds)::bigint AS refunds,
       sum(refunded_minor)::bigint AS refunded_minor
FROM facts GROUP BY 1, 2, 3
"""

_PAID_ORDERS: Final = """
SELECT o.* FROM orders_order o
WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s AND o.id IN (
  SELECT e.order_id FROM orders_paymententry e
  WHERE e.id >= %(floor)s AND e.at >= %(since)s AND e.at < %(until)s AND e.kind = 'paid'
  UNION
  SELECT v.order_id FROM orders_orderevent v
  WHERE v.id >= %(floor)s AND v.at >= %(since)s AND v.at < %(until)s
        AND v.kind IN ('paid', 'placed'))
"""

_PRODUCTS: Final = f"""
WITH bought AS ({_PAID_ORDERS}), facts AS (
  SELECT l.product_id, b.currency, 0 AS views, 0 AS carts, b.id AS order_id,
         (l.quantity - l.cancelled_quantity)::bigint AS quantity, l.total_minor AS paid_minor
  FROM bought b JOIN orders_orderline l ON l.order_id = b.id
  WHERE l.quantity > l.cancelled_quantity
  UNION ALL
  SELECT s.product_id, %(currency)s, CASE s.step WHEN 'product' THEN 1 ELSE 0 END,
         CASE s.step WHEN 'cart' THEN 1 ELSE 0 END, NULL, 0, 0
  FROM analytics_seenstep s
  WHERE s.at >= %(since)s AND s.at < %(until)s AND s.product_id IS NOT NULL
)
SELECT product_id, currency, sum(views)::bigint AS views, sum(carts)::bigint AS carts,
       count(DISTINCT order_id) AS orders, sum(quantity)::bigint AS quantity,
       sum(paid_minor)::bigint AS paid_minor
FROM facts GROUP BY 1, 2
"""  # noqa: S608  made of constants

_PEOPLE: Final = f"""
WITH bought AS ({_PAID_ORDERS}), buyers AS (
  SELECT coalesce(b.member_id::text, lower(g.email), g.phone) AS who, b.member_id
  FROM bought b JOIN orders_ordergroup g ON g.id = b.group_id GROUP BY 1, 2
)
SELECT (SELECT count(*) FROM members_member m
        WHERE m.created_at >= %(since)s AND m.created_at < %(until)s)::bigint AS joined,
       count(DISTINCT who) AS buyers,
       count(DISTINCT who) FILTER (WHERE NOT EXISTS (
         SELECT 1 FROM orders_order o
         WHERE o.member_id = buyers.member_id AND o.paid_at < %(since)s)) AS new_buyers
FROM buyers
"""  # noqa: S608  made of constants

_BUYERS: Final = f"""
WITH bought AS ({_PAID_ORDERS})
SELECT DISTINCT coalesce(b.member_id, md5(
         %(secret)s || coalesce(nullif(lower(g.email), ''), g.phone, ''))::uuid) AS who
FROM bought b JOIN orders_ordergroup g ON g.id = b.group_id
"""  # noqa: S608  made of constants

_COHORTS: Final = """
WITH bought AS (
  SELECT o.member_id, o.id, o.currency, o.paid_minor FROM orders_order o
  WHERE o.member_id IS NOT NULL AND o.paid_at >= %(since)s AND o.paid_at < %(until)s
), firsts AS (
  SELECT o.member_id, min(o.paid_at) AS first FROM orders_order o
  WHERE o.member_id IN (SELECT member_id FROM bought) AND o.paid_at IS NOT NULL
  GROUP BY o.member_id
)
SELECT date_trunc('month', f.first AT TIME ZONE %(zone)s)::date AS first_month, b.currency,
       count(DISTINCT b.member_id) AS buyers, count(*) AS orders,
       sum(b.paid_minor)::bigint AS paid_minor
FROM bought b JOIN firsts f ON f.member_id = b.member_id GROUP BY 1, 2
"""

_MONEY: Final = """
SELECT s.code AS currency, j.kind, count(DISTINCT j.id) AS journals, sum(p.minor)::bigint AS minor
FROM ledger_journal j
JOIN ledger_posting p ON p.journal_id = j.id
JOIN ledger_account a ON a.id = p.account_id AND a.owner_kind = 'tenant'
JOIN ledger_asset s ON s.id = a.asset_id AND s.kind = 'cash'
WHERE j.id >= %(floor)s AND j.occurred_at >= %(since)s AND j.occurred_at < %(until)s
GROUP BY 1, 2
"""

_BALANCES: Final = """
SELECT s.code AS currency, sum(a.balance_minor)::bigint AS minor
FROM ledger_account a JOIN ledger_asset s ON s.id = a.asset_id AND s.kind = 'cash'
WHERE a.owner_kind = 'tenant' GROUP BY 1
"""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shop:
    """What a count has to know of the shop."""

    zone: str
    currency: str


def first_id_at(moment: datetime) -> UUID:
    """Return the smallest id that is made at a moment or later."""
    milliseconds = int(moment.astimezone(UTC).timestamp() * 1000)
    return UUID(int=max(0, milliseconds) << 80)


def visits_on(day: date, shop: Shop) -> list[Row]:
    """Count the visits that began on a day."""
    return [{"day": day, **row} for row in _rows(_VISITS, _of_day(day, shop))]


def trade_on(day: date, shop: Shop) -> list[Row]:
    """Count orders, payments and refunds of a day."""
    return [{"day": day, **row} for row in _rows(_TRADE, _of_day(day, shop))]


def products_on(day: date, shop: Shop) -> list[Row]:
    """Count what was looked at and paid for on a day."""
    return [{"day": day, **row} for row in _rows(_PRODUCTS, _of_day(day, shop))]


def people_on(day: date, shop: Shop) -> list[Row]:
    """Count who joined and who paid on a day; nothing for a day without anybody."""
    rows = _rows(_PEOPLE, _of_day(day, shop))
    return [{"day": day, **row} for row in rows if any(row.values())]


def buyers_on(day: date, shop: Shop) -> list[Row]:
    """Return who paid on a day."""
    told = {**_of_day(day, shop), "secret": _secret()}
    return [{"day": day, **row} for row in _rows(_BUYERS, told)]


def _secret() -> str:
    """Return what keeps people from finding out by trying who a buyer is; the shop's own."""
    return salted_hmac(tenant_salt("analytics.buyers"), "who").hexdigest()


def money_on(day: date, shop: Shop) -> list[Row]:
    """Add up what the ledger booked to the shop's cash on a day."""
    return [{"day": day, **row} for row in _rows(_MONEY, _of_day(day, shop))]


def cohorts_in(month: date, shop: Shop) -> list[Row]:
    """Count who paid in a month, by the month of the first time."""
    after = (month + timedelta(days=32)).replace(day=1)
    since, until = day_bounds(month, shop.zone)[0], day_bounds(after, shop.zone)[0]
    told = {"since": since, "until": until, "zone": shop.zone}
    return [{"month": month, **row} for row in _rows(_COHORTS, told)]


def balances() -> dict[str, int]:
    """Return what the ledger says the shop has of each currency."""
    return {row["currency"]: row["minor"] for row in _rows(_BALANCES, {})}


def _of_day(day: date, shop: Shop) -> dict[str, Any]:
    since, until = day_bounds(day, shop.zone)
    return {
        "since": since,
        "until": until,
        "floor": first_id_at(since - _SLACK),
        "zone": shop.zone,
        "currency": shop.currency,
    }


def _rows(statement: str, told: Mapping[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
