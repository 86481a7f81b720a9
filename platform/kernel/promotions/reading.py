"""What promotions ask of orders and uses; each one statement for many members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection

_OWN: Final = """
SELECT promotion_id, member_id, count(DISTINCT group_id)
  FROM promotions_use
 WHERE promotion_id = ANY(%s) AND member_id = ANY(%s) AND returned_at IS NULL
 GROUP BY 1, 2
"""
_ORDERED: Final = """
SELECT member.id FROM pg_catalog.unnest(%s::uuid[]) AS member (id)
 WHERE EXISTS (
   SELECT FROM orders_order o WHERE o.member_id = member.id AND o.status <> 'cancelled'
 )
"""
_COUNTED: Final = """
SELECT count(DISTINCT group_id), coalesce(sum(minor), 0)
  FROM promotions_use WHERE promotion_id = %s AND returned_at IS NULL
"""


def own_uses(
    promotion_ids: Sequence[UUID], member_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], int]:
    """Return how often members have used promotions; what was cancelled does not count."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN, [list(promotion_ids), list(member_ids)])
        return {(promotion, member): used for promotion, member, used in cursor.fetchall()}


def before_first(member_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return the members who have no order that counts."""
    if not member_ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_ORDERED, [list(member_ids)])
        return frozenset(member_ids) - {row[0] for row in cursor.fetchall()}


def counted(promotion_id: UUID) -> tuple[int, int]:
    """Return how often a promotion was used, and what it gave away."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [promotion_id])
        row = cursor.fetchone()
        return int(row[0]), int(row[1])
