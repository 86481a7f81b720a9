"""Finds the accounts of a booking, opens those that are missing, and locks them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

from django.db import connection

from kernel.common.ids import uuid7
from kernel.ledger.errors import UnknownAsset
from kernel.ledger.models import Asset
from kernel.ledger.services.assets import cash_asset, is_currency_code
from kernel.ledger.values import MAY_OWE, NOBODY, Owner

Place: TypeAlias = tuple[str, UUID, str, str]
"""Kind and id of the owner, code of the asset, state."""

_FIND: Final = """
SELECT w.place, a.id
  FROM unnest(%s::int[], %s::text[], %s::uuid[], %s::text[], %s::text[])
       AS w (place, owner_kind, owner_id, code, state)
  JOIN ledger_asset s ON s.code = w.code
  JOIN ledger_account a
    ON a.owner_id = w.owner_id AND a.owner_kind = w.owner_kind
   AND a.asset_id = s.id AND a.state = w.state
"""
# Sorted, so that two bookings that open the same accounts wait for each other in
# one direction only.
_OPEN: Final = """
INSERT INTO ledger_account
       (id, asset_id, owner_kind, owner_id, state, balance_minor, sequence,
        may_go_negative, keeps_lots)
SELECT w.id, s.id, w.owner_kind, w.owner_id, w.state, 0, 0, w.may_owe,
       s.expires AND w.state = 'available' AND NOT w.may_owe
  FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::bool[])
       AS w (id, owner_kind, owner_id, code, state, may_owe)
  JOIN ledger_asset s ON s.code = w.code
 ORDER BY w.owner_id, w.owner_kind, s.id, w.state
    ON CONFLICT (owner_id, owner_kind, asset_id, state) DO NOTHING
"""
# In primary-key order, like everybody; not against the key, which references may share.
_LOCK: Final = """
SELECT a.id, a.balance_minor, a.sequence, a.may_go_negative, a.keeps_lots, s.expiry_days, s.code,
       a.id::text
  FROM ledger_account a JOIN ledger_asset s ON s.id = a.asset_id
 WHERE a.id = ANY(%s)
 ORDER BY a.id
   FOR NO KEY UPDATE OF a
"""


@dataclass(slots=True)
class Locked:
    """An account under lock, counted forward as legs are applied.

    Attributes:
        text: its id as text, which each of its lines carries.
    """

    id: UUID
    balance: int
    sequence: int
    may_owe: bool
    keeps_lots: bool
    expiry_days: int | None
    asset: str
    text: str


def place_of(owner: Owner, asset: str, state: str) -> Place:
    """Return what names an account."""
    return owner.kind, owner.id or NOBODY, asset, state


def lock_accounts(places: Iterable[Place]) -> dict[Place, Locked]:
    """Return these accounts, locked until the transaction ends; missing ones are opened.

    Raises:
        UnknownAsset: no asset has a code, and it is no currency's.
    """
    wanted = list(dict.fromkeys(places))
    ids = find_accounts(wanted)
    if missing := [place for place in wanted if place not in ids]:
        _open(missing)
        ids.update(find_accounts(missing))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(ids.values())])
        locked = {row[0]: Locked(*row) for row in cursor.fetchall()}
    return {place: locked[ids[place]] for place in wanted}


def find_accounts(places: Sequence[Place]) -> dict[Place, UUID]:
    """Return the ids of those of these accounts that exist."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [list(range(len(places))), *_columns(places)])
        return {places[index]: account_id for index, account_id in cursor.fetchall()}


def _open(places: Sequence[Place]) -> None:
    _ensure_assets({asset for _kind, _id, asset, _state in places})
    may_owe = [kind in MAY_OWE for kind, _id, _asset, _state in places]
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [[uuid7() for _place in places], *_columns(places), may_owe])


def _ensure_assets(codes: set[str]) -> None:
    known = set(Asset.objects.filter(code__in=codes).values_list("code", flat=True))
    for code in sorted(codes - known):
        if not is_currency_code(code):
            raise UnknownAsset(asset=code)
        cash_asset(code.upper())


def _columns(places: Sequence[Place]) -> list[list[object]]:
    return [
        [kind for kind, _id, _asset, _state in places],
        [owner_id for _kind, owner_id, _asset, _state in places],
        [asset for _kind, _id, asset, _state in places],
        [state for _kind, _id, _asset, state in places],
    ]
