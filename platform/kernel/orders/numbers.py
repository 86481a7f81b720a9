"""Order numbers: a prefix, the day, a counter that never gives the same number twice."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from kernel.common.db.kept import preparing
from kernel.common.db.writing import Writing
from kernel.common.time import local_date
from kernel.orders.models import OrderPolicy
from kernel.tenancy.context import current_tenant

# A row lock would put all placements of a shop one after the other until they
# commit; an identity column does not, and skips the numbers of those that are refused.
_DRAW = """
INSERT INTO orders_orderserial (drawn_at)
SELECT %s::timestamptz FROM generate_series(1, %s::int) RETURNING id
"""
_FORGET = "DELETE FROM orders_orderserial WHERE id = ANY(%s)"


def draw_numbers(
    count: int, *, policy: OrderPolicy, now: datetime, writing: Writing | None = None
) -> list[str]:
    """Return so many numbers that nobody else has.

    Args:
        count: how many.
        policy: what they look like.
        now: the moment.
        writing: with what the rows that they came from shall be deleted again.
    """
    with preparing(), connection.cursor() as cursor:
        cursor.execute(_DRAW, [now, count])
        serials = [row[0] for row in cursor.fetchall()]
    forgetting = writing or Writing(is_large=False)
    forgetting.run(_FORGET, serials)
    if writing is None:
        forgetting.send()
    head = policy.number_prefix
    if policy.number_dated:
        head += f"{local_date(now, current_tenant().zone):%y%m%d}"
    return [f"{head}{serial:0{policy.number_digits}d}" for serial in serials]


def numbers_in_group(number: str, count: int) -> list[str]:
    """Return the numbers of a group's orders: its own when there is one, else numbered on."""
    return [number] if count == 1 else [f"{number}-{place}" for place in range(1, count + 1)]
