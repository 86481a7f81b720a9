"""Takes expired units out of the accounts of their owners."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from kernel.ledger.choices import State
from kernel.ledger.services.accounts import Place, lock_accounts, place_of
from kernel.ledger.services.engine import post_entries
from kernel.ledger.services.lots import SCHEDULE
from kernel.ledger.values import Entry, Leg, Owner, system
from kernel.tenancy.schedules import ask

EXPIRED: Final = "points.expired"
KIND: Final = "ledger.expired"

_DUE: Final = """
SELECT DISTINCT l.account_id, s.code
  FROM ledger_lot l
  JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_asset s ON s.id = a.asset_id
 WHERE l.remaining_minor > 0 AND l.expires_at <= %s
 LIMIT %s
"""
_CLAIM: Final = """
SELECT a.id FROM ledger_account a WHERE a.id = ANY(%s)
 ORDER BY a.id FOR NO KEY UPDATE SKIP LOCKED
"""
_NEXT: Final = """
SELECT min(expires_at) FROM ledger_lot WHERE remaining_minor > 0 AND expires_at IS NOT NULL
"""
_SUMS: Final = """
SELECT a.id, a.owner_kind, a.owner_id, a.sequence, s.code, sum(l.remaining_minor)::bigint
  FROM ledger_lot l
  JOIN ledger_account a ON a.id = l.account_id
  JOIN ledger_asset s ON s.id = a.asset_id
 WHERE a.id = ANY(%s) AND l.remaining_minor > 0 AND l.expires_at <= %s
 GROUP BY a.id, s.id
 ORDER BY a.id
"""


def expire_all(*, now: datetime) -> int:
    """Post the expiry of everything that is due, in many transactions; return for how many."""
    total = 0
    while count := expire(now=now):
        total += count
    return total


def expire_at(*, now: datetime) -> None:
    """Post what is due, and ask for when the next batch expires; what the schedule calls."""
    expire_all(now=now)
    with transaction.atomic():
        ((expires_at,),) = _rows(_NEXT, [])
        ask(SCHEDULE, expires_at)


@transaction.atomic
def expire(*, now: datetime, limit: int = 1000) -> int:
    """Post the expiry of what is due, for so many accounts at most; return for how many.

    Accounts that somebody else is posting to are left for the next time. Nothing
    frozen expires: what a hold releases late expires then.
    """
    due = _rows(_DUE, [now, limit])
    if not due:
        return 0
    # Waits for whoever expires at the same time, and for nobody after that: what
    # is locked below is locked by us or left out.
    lock_accounts(_destination(code) for code in sorted({code for _account, code in due}))
    claimed = [account_id for (account_id,) in _rows(_CLAIM, [[row[0] for row in due]])]
    entries = [_entry(row, now=now) for row in _rows(_SUMS, [claimed, now])]
    return len(post_entries(entries, now=now).new)


def _entry(row: tuple[Any, ...], *, now: datetime) -> Entry:
    account_id, owner_kind, owner_id, sequence, asset, minor = row
    legs = [Leg(Owner(owner_kind, owner_id), asset, -minor), Leg(system(EXPIRED), asset, minor)]
    return Entry(f"expired:{account_id}:{sequence}", KIND, legs, now)


def _destination(asset: str) -> Place:
    return place_of(system(EXPIRED), asset, State.AVAILABLE.value)


def _rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
