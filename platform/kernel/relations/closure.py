"""The closure table: every pair of members one of whom is above the other.

The rows of `Relation` are the truth; these functions make the closure follow,
set by set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import connection

from kernel.relations.models import Closure

_ABOVE: Final = """
WITH RECURSIVE above (id, distance) AS (
  SELECT sponsor_id, 1 FROM relations_relation WHERE member_id = %s
  UNION ALL
  SELECT r.sponsor_id, a.distance + 1 FROM relations_relation r JOIN above a ON r.member_id = a.id
) CYCLE id SET is_loop USING path
SELECT id FROM above WHERE NOT is_loop ORDER BY distance
"""

_DROP: Final = """
DELETE FROM relations_closure WHERE descendant_id = ANY(%s) AND ancestor_id = ANY(%s)
"""

_ADD: Final = """
INSERT INTO relations_closure (ancestor_id, descendant_id, depth)
SELECT upper.id, lower.id, upper.depth + lower.depth + 1
FROM unnest(%s::uuid[], %s::int[]) AS lower (id, depth)
CROSS JOIN (
  SELECT ancestor_id AS id, depth FROM relations_closure WHERE descendant_id = %s
  UNION ALL SELECT %s, 0
) AS upper
"""

_LEFT_BELOW: Final = """
SELECT c.descendant_id, c.depth FROM relations_closure c
WHERE c.ancestor_id = %s AND NOT EXISTS (
  SELECT 1 FROM relations_closure n
  WHERE n.descendant_id = c.descendant_id AND n.ancestor_id = %s AND n.depth = c.depth + 1)
ORDER BY c.depth, c.descendant_id LIMIT %s
"""

_LEFT_ALONE: Final = """
SELECT c.descendant_id, c.depth FROM relations_closure c
WHERE c.ancestor_id = %s AND EXISTS (
  SELECT 1 FROM relations_closure o
  WHERE o.descendant_id = c.descendant_id AND o.ancestor_id = %s)
ORDER BY c.depth, c.descendant_id LIMIT %s
"""

_DIFFERENCES: Final = """
WITH RECURSIVE truth (ancestor_id, descendant_id, depth) AS (
  SELECT sponsor_id, member_id, 1 FROM relations_relation
  UNION ALL
  SELECT r.sponsor_id, t.descendant_id, t.depth + 1
  FROM relations_relation r JOIN truth t ON r.member_id = t.ancestor_id
) CYCLE ancestor_id SET is_loop USING path,
wanted AS (SELECT ancestor_id, descendant_id, depth FROM truth),
held AS (SELECT ancestor_id, descendant_id, depth FROM relations_closure)
SELECT 'missing', * FROM (SELECT * FROM wanted EXCEPT SELECT * FROM held) AS m
UNION ALL
SELECT 'left over', * FROM (SELECT * FROM held EXCEPT SELECT * FROM wanted) AS l
LIMIT %s
"""


def sponsors_above(member_id: UUID) -> list[UUID]:
    """Return whoever is above a member by the sponsors' rows, nearest first."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [member_id])
        return [row[0] for row in cursor.fetchall()]


def shown_above(member_id: UUID) -> list[UUID]:
    """Return whoever is above a member by the closure, in no order."""
    rows = Closure.objects.filter(descendant_id=member_id)
    return list(rows.values_list("ancestor_id", flat=True))


def replace_above(
    members: Sequence[tuple[UUID, int]], *, before: Sequence[UUID], sponsor_id: UUID | None
) -> None:
    """Put members of one subtree below a sponsor instead of whom they were below.

    Args:
        members: id and distance from the subtree's root.
        before: all who were above the root.
        sponsor_id: the root's sponsor from now on; his own rows must be right.
    """
    ids = [member_id for member_id, _depth in members]
    with connection.cursor() as cursor:
        if before:
            cursor.execute(_DROP, [ids, list(before)])
        if sponsor_id is not None:
            depths = [depth for _id, depth in members]
            cursor.execute(_ADD, [ids, depths, sponsor_id, sponsor_id])


def members_left(
    root_id: UUID, *, sponsor_id: UUID | None, before: UUID | None, limit: int
) -> list[tuple[UUID, int]]:
    """Return members below a root whose rows do not show its move yet, nearest first.

    Args:
        root_id: who was moved.
        sponsor_id: his sponsor from now on.
        before: his sponsor until then.
        limit: most that are wanted.
    """
    with connection.cursor() as cursor:
        if sponsor_id is not None:
            cursor.execute(_LEFT_BELOW, [root_id, sponsor_id, limit])
        elif before is not None:
            cursor.execute(_LEFT_ALONE, [root_id, before, limit])
        else:
            return []
        return cursor.fetchall()


def differences(*, limit: int = 100) -> list[tuple[str, UUID, UUID, int]]:
    """Compare the closure with what follows from the sponsors' rows.

    Returns:
        What is ``missing`` or ``left over``: ancestor, descendant, depth. Empty
        while all is well; a move that has not ended shows here.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, [limit])
        return cursor.fetchall()
