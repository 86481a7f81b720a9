"""Derives what was paid and what was shipped, and writes it down: the one place that does.

`PaymentEntry` rows and the lines' quantities are the facts. After either has
changed, the changer calls `refresh` in the same transaction, with the orders
locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from kernel.orders.choices import FulfilmentStatus, OrderStatus
from kernel.orders.models.policy import COMPLETE_DAYS, RECEIVE_DAYS
from kernel.tenancy.schedules import ask

KEEP_HOUSE: Final = "kernel.keep_orders"
"""The schedule of what happens to orders by the clock."""

# What holds while a shop has chosen nothing.
_TERMS: Final = {"receive_days": RECEIVE_DAYS, "complete_days": COMPLETE_DAYS}
_REFRESH: Final = """
WITH money AS (
    SELECT order_id,
           COALESCE(SUM(minor) FILTER (WHERE kind = 'paid'), 0) AS paid,
           COALESCE(SUM(minor) FILTER (WHERE kind = 'refunded'), 0)
           - COALESCE(SUM(minor) FILTER (WHERE kind = 'refund_returned'), 0) AS refunded,
           COALESCE(SUM(minor) FILTER (WHERE kind = 'authorised'), 0)
           - COALESCE(SUM(minor) FILTER (WHERE kind = 'authorisation_ended'), 0) AS authorised
      FROM orders_paymententry WHERE order_id = ANY(%(ids)s) GROUP BY order_id
), goods AS (
    SELECT order_id,
           SUM(quantity - cancelled_quantity) AS wanted,
           SUM(fulfilled_quantity) AS fulfilled,
           SUM(delivered_quantity) AS delivered,
           SUM(returned_quantity) AS returned
      FROM orders_orderline WHERE order_id = ANY(%(ids)s) GROUP BY order_id
), derived AS (
    SELECT o.id, COALESCE(m.paid, 0) AS paid, COALESCE(m.refunded, 0) AS refunded,
           CASE WHEN m.refunded > 0 AND m.refunded >= m.paid THEN 'refunded'
                WHEN m.refunded > 0 THEN 'part_refunded'
                WHEN COALESCE(m.paid, 0) >= o.total_minor - o.waived_minor THEN 'paid'
                WHEN m.paid > 0 THEN 'part_paid'
                WHEN m.authorised >= o.total_minor - o.waived_minor THEN 'authorised'
                ELSE 'unpaid' END AS payment_status,
           CASE WHEN COALESCE(g.fulfilled, 0) = 0 THEN 'unfulfilled'
                WHEN g.fulfilled < g.wanted THEN 'partial'
                WHEN g.returned >= g.fulfilled THEN 'returned'
                WHEN g.delivered >= g.wanted THEN 'delivered'
                ELSE 'fulfilled' END AS fulfilment_status
      FROM orders_order o
      LEFT JOIN money m ON m.order_id = o.id
      LEFT JOIN goods g ON g.order_id = o.id
     WHERE o.id = ANY(%(ids)s)
)
UPDATE orders_order o
   SET paid_minor = d.paid, refunded_minor = d.refunded,
       payment_status = d.payment_status, fulfilment_status = d.fulfilment_status,
       version = o.version + 1,
       paid_at = COALESCE(o.paid_at,
           CASE WHEN d.payment_status = 'paid' THEN %(now)s::timestamptz END),
       fulfilled_at = COALESCE(o.fulfilled_at, CASE
           WHEN d.fulfilment_status IN ('fulfilled', 'delivered') THEN %(now)s::timestamptz END),
       delivered_at = COALESCE(o.delivered_at,
           CASE WHEN d.fulfilment_status = 'delivered' THEN %(now)s::timestamptz END),
       receives_at = CASE
           WHEN o.fulfilled_at IS NULL AND d.fulfilment_status IN ('fulfilled', 'delivered')
           THEN %(now)s::timestamptz + make_interval(days => NULLIF(COALESCE(
               (SELECT receive_days FROM orders_orderpolicy), %(receive_days)s), 0))
           ELSE o.receives_at END,
       completes_at = CASE
           WHEN o.delivered_at IS NULL AND d.fulfilment_status = 'delivered'
           THEN %(now)s::timestamptz + make_interval(days => COALESCE(
               (SELECT complete_days FROM orders_orderpolicy), %(complete_days)s))
           ELSE o.completes_at END
  FROM derived d
 WHERE d.id = o.id
RETURNING o.status, o.fulfilment_status, o.receives_at, o.completes_at
"""


def refresh(order_ids: Sequence[UUID], *, now: datetime) -> None:
    """Derive and store both statuses of these orders; one statement, however many they are.

    It also notes when what has left counts as received, or as completed, by itself: by
    the shop's terms of this moment, which a later choice does not touch. One more asks
    to be called then.
    """
    if not order_ids:
        return
    values: dict[str, Any] = {"ids": list(order_ids), "now": now, **_TERMS}
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, values)
        rows = [row[1:] for row in cursor.fetchall() if row[0] == OrderStatus.PLACED]
    moments = [received for status, received, _at in rows if status == FulfilmentStatus.FULFILLED]
    moments += [at for status, _received, at in rows if status == FulfilmentStatus.DELIVERED]
    ask(KEEP_HOUSE, min((at for at in moments if at is not None), default=None))
