"""Who may change the tree at the same time.

Binding somebody who has nobody below him cannot close a loop unless his sponsor
is bound below him at that very moment. So leaves are bound side by side, under a
shared lock and with the rows of both members locked; whatever moves a subtree
has the tree to itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db import connection

from kernel.members.models import Member

_KEY: Final = "(pg_catalog.hashtextextended('relations:' || pg_catalog.current_schema(), 0))"


def share_tree() -> None:
    """Keep subtrees in place until the transaction, or the savepoint that is undone, ends."""
    _execute(f"SELECT pg_catalog.pg_advisory_xact_lock_shared{_KEY}")


def own_tree() -> None:
    """Wait until nobody changes the tree, and keep everybody out until the transaction ends."""
    _execute(f"SELECT pg_catalog.pg_advisory_xact_lock{_KEY}")


def lock_members(*, changed: UUID, read: Iterable[UUID]) -> dict[UUID, Member]:
    """Lock a member whose place changes and those it depends on, in key order.

    Returns:
        Those that exist, by id.
    """
    found = {}
    for member_id in sorted({changed, *read}):
        rows = Member.objects.filter(pk=member_id)
        if member_id == changed:
            row = rows.select_for_update(no_key=True).first()
        else:
            # Many may be bound below one sponsor at once; Django has no FOR SHARE.
            _execute("SELECT 1 FROM members_member WHERE id = %s FOR SHARE", [member_id])
            row = rows.first()
        if row is not None:
            found[member_id] = row
    return found


def _execute(statement: str, parameters: list[UUID] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
