"""Posts any number of journals in a fixed number of statements.

One journal is posted the same way as a hundred thousand. What is counted,
balances, sequences and batches, is counted here, while the accounts are locked;
the database adds everything up once more at commit.

Order of locks, the same for everybody: keys of journals in their order, accounts
to be opened in theirs, then accounts by primary key. Batches are only touched
under the lock of their account.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from kernel.common.ids import uuid7
from kernel.common.money import LARGEST_MINOR
from kernel.common.time import utc_now
from kernel.ledger.choices import State
from kernel.ledger.errors import (
    BalanceTooLarge,
    EmptyJournal,
    InsufficientBalance,
    InvalidLeg,
    JournalKeyReused,
    UnbalancedJournal,
)
from kernel.ledger.models import Journal
from kernel.ledger.services.accounts import Locked, lock_accounts, place_of
from kernel.ledger.services.lots import Lots
from kernel.ledger.values import Entry, Leg

# So that a balance fits into a bigint even half-way through the longest journal.
LARGEST: Final = LARGEST_MINOR
_LARGEST_BALANCE: Final = 4 * 10**18
_MOST_LINES: Final = 5000
LONGEST_KEY: Final = 200
_FINGERPRINT_BYTES: Final = 16
_STATES: Final = frozenset(State.values)

_CLAIM: Final = """
INSERT INTO ledger_journal
       (id, key, kind, occurred_at, reference_type, reference_id, reverses_id, data,
        fingerprint, lines)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
                     %s::uuid[], %s::uuid[], %s::jsonb[], %s::text[], %s::smallint[])
       AS j (id, key)
 ORDER BY j.key
    ON CONFLICT (key) DO NOTHING
RETURNING key
"""
# Numbers and ids alone: nothing in a row needs quoting.
_POST: Final = """
COPY ledger_posting (journal_id, line, lines, account_id, sequence, minor, balance_after)
FROM STDIN
"""
_COUNT: Final = """
UPDATE ledger_account a SET balance_minor = c.balance, sequence = c.sequence
  FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS c (id, balance, sequence)
 WHERE a.id = c.id
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """An entry that is possible in itself: balanced, without legs of zero."""

    id: UUID
    entry: Entry
    legs: Sequence[Leg]
    fingerprint: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the entries.

    Attributes:
        ids: the journal of each key.
        new: keys that were posted now and not before.
    """

    ids: Mapping[str, UUID]
    new: frozenset[str]


@transaction.atomic
def post_entries(entries: Sequence[Entry], *, now: datetime | None = None) -> Posted:
    """Post journals in their order, all or none; those posted before stay as they are.

    Raises:
        InvalidLeg, EmptyJournal, UnbalancedJournal: an entry is not possible.
        JournalKeyReused: a key has, or two entries give it, different contents.
        UnknownAsset, InsufficientBalance, BalanceTooLarge: as `post`.
    """
    moment = now or utc_now()
    checked: dict[str, Checked] = {}
    for entry in entries:
        one = check_entry(entry, now=moment)
        same = checked.setdefault(entry.key, one)
        if same.fingerprint != one.fingerprint:
            raise JournalKeyReused(key=entry.key)
    if not checked:
        return Posted({}, frozenset())
    new = _claim(list(checked.values()))
    ids = {key: one.id for key, one in checked.items() if key in new}
    if len(new) < len(checked):
        ids.update(_earlier({key: one for key, one in checked.items() if key not in new}))
    _apply([one for key, one in checked.items() if key in new])
    return Posted(ids, new)


def check_entry(entry: Entry, *, now: datetime) -> Checked:
    """Return the entry without what moves nothing.

    Raises:
        InvalidLeg, EmptyJournal, UnbalancedJournal: it is not possible.
    """
    legs = [leg for leg in entry.legs if leg.minor != 0]
    sums: defaultdict[str, int] = defaultdict(int)
    for leg in legs:
        if type(leg.minor) is not int or abs(leg.minor) > LARGEST or leg.state not in _STATES:
            raise InvalidLeg(asset=leg.asset)
        sums[leg.asset] += leg.minor
    if not legs:
        raise EmptyJournal(key=entry.key)
    if len(legs) > _MOST_LINES or not 0 < len(entry.key) <= LONGEST_KEY:
        raise InvalidLeg(key=entry.key[:LONGEST_KEY])
    for asset, total in sums.items():
        if total != 0:
            raise UnbalancedJournal(asset=asset, off_by=str(total), key=entry.key)
    return Checked(uuid7(), entry, legs, _fingerprint(entry, legs), entry.occurred_at or now)


def _fingerprint(entry: Entry, legs: Sequence[Leg]) -> str:
    """Digest what two bookings under one key have in common: all but moments."""
    lines = [
        f"{leg.owner.kind} {leg.owner.id} {leg.asset} {leg.state} {leg.minor} {leg.undoes}"
        for leg in legs
    ]
    head = f"{entry.kind} {entry.reference} {entry.reverses} {_json(entry.data)}"
    text = "\n".join([head, *lines])
    return blake2b(text.encode(), digest_size=_FINGERPRINT_BYTES).hexdigest()


def _json(data: Mapping[str, object]) -> str:
    if not data:
        return "{}"
    return json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False)


def _claim(checked: Sequence[Checked]) -> frozenset[str]:
    """Write the journals down; return the keys that nobody had."""
    references = [one.entry.reference or ("", None) for one in checked]
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [
                [one.id for one in checked],
                [one.entry.key for one in checked],
                [one.entry.kind for one in checked],
                [one.occurred_at for one in checked],
                [kind for kind, _id in references],
                [reference_id for _kind, reference_id in references],
                [one.entry.reverses for one in checked],
                [_json(one.entry.data) for one in checked],
                [one.fingerprint for one in checked],
                [len(one.legs) for one in checked],
            ],
        )
        return frozenset(key for (key,) in cursor.fetchall())


def _earlier(repeated: Mapping[str, Checked]) -> dict[str, UUID]:
    """Return the journals of keys that were taken.

    Raises:
        JournalKeyReused: one of them has other contents.
    """
    rows = Journal.objects.filter(key__in=list(repeated))
    found = {}
    for key, journal_id, fingerprint in rows.values_list("key", "id", "fingerprint"):
        if fingerprint != repeated[key].fingerprint:
            raise JournalKeyReused(key=key)
        found[key] = journal_id
    return found


def _apply(checked: Sequence[Checked]) -> None:
    if not checked:
        return
    places = [[place_of(leg.owner, leg.asset, leg.state) for leg in one.legs] for one in checked]
    accounts = lock_accounts(place for of_one in places for place in of_one)
    lots = Lots.of(accounts.values(), (leg for one in checked for leg in one.legs))
    rows: list[str] = []
    for one, of_one in zip(checked, places, strict=True):
        _count(one, accounts=[accounts[place] for place in of_one], rows=rows, lots=lots)
    with connection.cursor() as cursor:
        with cursor.copy(_POST) as copy:
            copy.write("".join(rows))
        changed = accounts.values()
        cursor.execute(
            _COUNT,
            [
                [account.id for account in changed],
                [account.balance for account in changed],
                [account.sequence for account in changed],
            ],
        )
    lots.write()


def _count(
    one: Checked,
    *,
    accounts: Sequence[Locked],
    rows: list[str],
    lots: Lots,
) -> None:
    """Apply the legs of a journal to their accounts, and note its lines."""
    head, tail = f"{one.id}\t", f"\t{len(one.legs)}\t"
    for line, (leg, account) in enumerate(zip(one.legs, accounts, strict=True), start=1):
        account.balance += leg.minor
        account.sequence += 1
        rows.append(
            f"{head}{line}{tail}{account.text}\t{account.sequence}\t{leg.minor}"
            f"\t{account.balance}\n"
        )
    for account in accounts:
        if account.balance < 0 and not account.may_owe:
            raise InsufficientBalance(
                key=one.entry.key, asset=account.asset, missing=-account.balance
            )
        if abs(account.balance) > _LARGEST_BALANCE:
            raise BalanceTooLarge(asset=account.asset)
    if lots.any:
        lots.apply(one.id, list(zip(one.legs, accounts, strict=True)), now=one.occurred_at)
