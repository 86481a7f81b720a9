"""The engine's book and memory in the database: the ledger, and rows of records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from kernel.common.time import utc_now
from kernel.ledger.batches import expired_of
from kernel.ledger.models import Journal
from kernel.ledger.services import Entry, Leg, Owner, balance, post_bulk, system
from kernel.rewards.engine.book import Line, counts_debits, owner_and_state
from kernel.rewards.engine.store import Record
from kernel.rewards.models import Memory, Programme
from kernel.rewards.packs.expiry import Expiry, expiries, expiring_assets
from kernel.rewards.packs.loading import bundle
from kernel.tenancy.context import current_tenant

STATES: Final[Mapping[str, str]] = {"avail": "available", "frozen": "locked"}
"""States of rules whose name in the ledger is another; frozen there belongs to holds."""


class LedgerBook:
    """A book over the ledger: lines of an event are posted together, a journal a rule."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._lines: list[Line] = []
        self._moved: dict[tuple[str, str], int] = {}

    def balance(self, account: str, asset: str) -> int:
        """Return what an account has, with what this event has moved."""
        owner, state = self._owner(account)
        minor = balance(owner, self._asset(asset), state) + self._moved.get((account, asset), 0)
        return -minor if counts_debits(account) else minor

    def post(self, line: Line) -> None:
        """Take a line of the event."""
        self._lines.append(line)
        for account, minor in ((line.debit, -line.minor), (line.credit, line.minor)):
            where = (account, line.asset)
            self._moved[where] = self._moved.get(where, 0) + minor

    def flush(self, event: str) -> None:
        """Post the lines: one journal for each rule of the event."""
        by_rule: dict[str, list[Line]] = {}
        for line in self._lines:
            by_rule.setdefault(line.rule, []).append(line)
        prefix, now = f"{self._prefix}{event}", utc_now()
        post_bulk(
            [
                Entry(f"{prefix}:{rule}", f"rewards.{rule.lower()}"[:60], self._legs(lines, now),
                      data={"event": event, "rule": rule, "version": self._programme.version})
                for rule, lines in by_rule.items()
            ]
        )  # fmt: skip
        self._lines, self._moved = [], {}

    def lapsed(self, account: str, asset: str, origin: str) -> int:
        """Return how much of what an event and rule brought has expired since."""
        if asset not in self._batched:
            return 0
        journal = self._journal(origin)
        return expired_of(journal, self._owner(account)[0], self._asset(asset)) if journal else 0

    def _legs(self, lines: list[Line], now: datetime) -> list[Leg]:
        sums: dict[tuple[str, str, str], int] = {}
        for line in lines:
            taken = (line.debit, line.asset, line.origin if line.asset in self._batched else "")
            for where, minor in ((taken, -line.minor), ((line.credit, line.asset, ""), line.minor)):
                sums[where] = sums.get(where, 0) + minor
        legs = []
        for (account, asset, origin), minor in sums.items():
            owner, state = self._owner(account)
            legs.append(
                Leg(
                    owner,
                    self._asset(asset),
                    minor,
                    state,
                    undoes=self._journal(origin) if origin else None,
                    expires_at=self._end(asset, now) if owner.kind == "member" else None,
                )
            )
        return legs

    def _end(self, asset: str, now: datetime) -> datetime | None:
        rule = self._expiries.get(asset)
        return None if rule is None else rule.ends_at(now, current_tenant().zone)

    def _journal(self, origin: str) -> UUID | None:
        """Return the journal of an event and rule; None for one that is not posted yet."""
        key = f"{self._prefix}{origin}"
        return Journal.objects.filter(key=key).values_list("id", flat=True).first()

    @property
    def _prefix(self) -> str:
        return f"rewards:{self._programme.id.hex}:"

    @cached_property
    def _batched(self) -> frozenset[str]:
        """The assets that are kept in batches."""
        return frozenset(expiring_assets(bundle(self._programme.packs, sale=False)))

    @cached_property
    def _expiries(self) -> dict[str, Expiry]:
        """What of the programme's assets expires, by its own figures."""
        packs = bundle(self._programme.packs, sale=False)
        return expiries(packs, self._programme.parameters)

    def _asset(self, asset: str) -> str:
        return str(self._programme.assets[asset])

    @staticmethod
    def _owner(account: str) -> tuple[Owner, str]:
        found = owner_and_state(account)
        if found is None:
            return system(f"rewards.{account}"), "available"
        member, state = found
        return Owner("member", UUID(member)), STATES.get(state, state)


class StoredRecords:
    """The memory of a programme: read once for an event, written at its end."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._known: dict[tuple[str, str], Record | None] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._changed: dict[tuple[str, str], None] = {}
        self._whole: set[str] = set()

    def get(self, kind: str, key: str) -> Record | None:
        """Return a record; a change of it is kept by `put`."""
        at = (kind, key)
        if at not in self._known:
            row = None if kind in self._whole else self._rows(kind).filter(key=key).first()
            self._known[at] = None if row is None else row.record
            if row is not None:
                self._numbers[at] = row.number
        return self._known[at]

    def put(self, kind: str, key: str, record: Record) -> None:
        """Keep a record; its number says when it came."""
        at = (kind, key)
        self.get(kind, key)
        if at not in self._numbers:
            self._programme.remembered += 1
            self._numbers[at] = self._programme.remembered
        self._known[at] = record
        self._changed[at] = None

    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        """Return the records of a kind in the order in which they came."""
        if kind not in self._whole:
            for row in self._rows(kind):
                at = (kind, row.key)
                self._numbers.setdefault(at, row.number)
                if self._known.get(at) is None and at not in self._changed:
                    self._known[at] = row.record
            self._whole.add(kind)
        found = [at for at, record in self._known.items() if at[0] == kind and record is not None]
        for at in sorted(found, key=self._numbers.__getitem__):
            record = self._known[at]
            if record is not None:
                yield at[1], record

    def flush(self) -> None:
        """Write what was changed."""
        rows = [
            Memory(programme=self._programme, kind=kind, key=key,
                   number=self._numbers[kind, key], record=self._known[kind, key])
            for kind, key in self._changed
        ]  # fmt: skip
        Memory.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["programme", "kind", "key"],
            update_fields=["record"],
        )
        self._changed = {}

    def _rows(self, kind: str) -> Any:
        return Memory.objects.filter(programme=self._programme, kind=kind).order_by("number")
