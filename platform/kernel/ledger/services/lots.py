"""Batches of assets that expire: what comes in is a batch, what goes out takes the oldest.

The sum of what is left in the batches of an account is its balance. They are only
touched while the account is locked, so they need no locks of their own.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F

from kernel.common.ids import uuid7
from kernel.ledger.models import Lot, LotUse
from kernel.ledger.services.accounts import Locked
from kernel.ledger.values import Leg
from kernel.tenancy.schedules import ask

SCHEDULE: Final = "ledger.expire"
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_LEFT: Final = """
UPDATE ledger_lot l SET remaining_minor = c.remaining
  FROM unnest(%s::uuid[], %s::bigint[]) AS c (id, remaining) WHERE l.id = c.id
"""
_RESTORED: Final = """
UPDATE ledger_lotuse u SET restored_minor = c.restored
  FROM unnest(%s::uuid[], %s::bigint[]) AS c (id, restored) WHERE u.id = c.id
"""


class Lots:
    """The batches that some journals touch, counted forward and then written at once."""

    def __init__(self) -> None:
        self.any = False
        self._lots: dict[UUID, Lot] = {}
        self._queues: defaultdict[UUID, list[Lot]] = defaultdict(list)
        self._uses: defaultdict[UUID, list[LotUse]] = defaultdict(list)
        self._new_lots: list[Lot] = []
        self._new_uses: list[LotUse] = []
        self._changed_lots: dict[UUID, Lot] = {}
        self._changed_uses: dict[UUID, LotUse] = {}
        self._expires_at: datetime | None = None

    @classmethod
    def of(cls, accounts: Iterable[Locked], legs: Iterable[Leg]) -> Lots:
        """Read what journals with these legs may touch of locked accounts."""
        lots = cls()
        keeping = [account.id for account in accounts if account.keeps_lots]
        if not keeping:
            return lots
        lots.any = True
        for lot in Lot.objects.filter(account_id__in=keeping, remaining_minor__gt=0):
            lots._keep(lot)
        undone = {leg.undoes for leg in legs if leg.undoes is not None}
        if undone:
            lots._read_uses(undone, keeping)
        return lots

    def apply(self, journal: UUID, legs: Sequence[tuple[Leg, Locked]], *, now: datetime) -> None:
        """Put a journal's legs into batches: what comes in first, so that it can go out."""
        kept = [(leg, account) for leg, account in legs if account.keeps_lots]
        for leg, account in kept:
            if leg.minor > 0:
                self._come_in(journal, leg, account, now=now)
        for leg, account in kept:
            if leg.minor < 0:
                self._go_out(journal, leg, account)

    def write(self) -> None:
        """Write down what changed."""
        if not self.any:
            return
        ask(SCHEDULE, self._expires_at)
        Lot.objects.bulk_create(self._new_lots)
        LotUse.objects.bulk_create(self._new_uses)
        lots, uses = self._changed_lots.values(), self._changed_uses.values()
        with connection.cursor() as cursor:
            if lots:
                left = [lot.remaining_minor for lot in lots]
                cursor.execute(_LEFT, [[lot.id for lot in lots], left])
            if uses:
                restored = [use.restored_minor for use in uses]
                cursor.execute(_RESTORED, [[use.id for use in uses], restored])

    def _read_uses(self, journals: set[UUID], accounts: Sequence[UUID]) -> None:
        uses = LotUse.objects.filter(
            journal_id__in=journals,
            used_minor__gt=F("restored_minor"),
            lot__account_id__in=accounts,
        )
        for use in uses.select_related("lot").order_by("id"):
            if use.lot_id not in self._lots:
                self._lots[use.lot_id] = use.lot
            self._uses[use.journal_id].append(use)

    def _keep(self, lot: Lot) -> None:
        self._lots[lot.id] = lot
        insort(self._queues[lot.account_id], lot, key=_turn)

    def _come_in(self, journal: UUID, leg: Leg, account: Locked, *, now: datetime) -> None:
        left = leg.minor
        if leg.undoes is not None:
            left -= self._give_back(leg.undoes, account.id, left)
        if left == 0:
            return
        expires_at = leg.expires_at
        if expires_at is None and account.expiry_days is not None:
            expires_at = now + timedelta(days=account.expiry_days)
        lot = Lot(
            id=uuid7(),
            account_id=account.id,
            journal_id=journal,
            expires_at=expires_at,
            granted_minor=left,
            remaining_minor=left,
        )
        self._new_lots.append(lot)
        self._keep(lot)
        self._expect(lot)

    def _give_back(self, undone: UUID, account: UUID, most: int) -> int:
        """Return units to the batches they came from, those that live longest first."""
        given = 0
        for use in reversed(self._uses[undone]):
            lot = self._lots[use.lot_id]
            part = min(most - given, use.used_minor - use.restored_minor)
            if part == 0 or lot.account_id != account:
                continue
            use.restored_minor += part
            if lot.remaining_minor == 0:
                insort(self._queues[account], lot, key=_turn)
            lot.remaining_minor += part
            given += part
            self._note(lot)
            self._expect(lot)
            self._note_use(use)
        return given

    def _go_out(self, journal: UUID, leg: Leg, account: Locked) -> None:
        left = -leg.minor
        queue = self._queues[account.id]
        made_by = [lot for lot in queue if leg.undoes is not None and lot.journal_id == leg.undoes]
        for lot in [*made_by, *queue]:
            if left == 0:
                break
            part = min(left, lot.remaining_minor)
            if part:
                lot.remaining_minor -= part
                left -= part
                self._note(lot)
                self._use(journal, lot, part)
        self._queues[account.id] = [lot for lot in queue if lot.remaining_minor]

    def _use(self, journal: UUID, lot: Lot, part: int) -> None:
        use = LotUse(id=uuid7(), lot_id=lot.id, journal_id=journal, used_minor=part)
        self._new_uses.append(use)
        self._uses[journal].append(use)

    def _note(self, lot: Lot) -> None:
        if not lot._state.adding:
            self._changed_lots[lot.id] = lot

    def _expect(self, lot: Lot) -> None:
        """Remember when the first of what came in expires."""
        if lot.expires_at is not None:
            self._expires_at = min(self._expires_at or lot.expires_at, lot.expires_at)

    def _note_use(self, use: LotUse) -> None:
        if not use._state.adding:
            self._changed_uses[use.id] = use


def take_over(*, frozen_by: UUID, captured_by: UUID, minor: int) -> None:
    """Let a capture answer for units that a freeze took out of batches, the oldest first.

    What the capture pays for can then be refunded into the same batches. The caller
    holds the lock of the hold.
    """
    left, moved, new = minor, [], []
    uses = LotUse.objects.filter(journal_id=frozen_by, used_minor__gt=F("restored_minor"))
    for use in uses.order_by("id"):
        part = min(left, use.used_minor - use.restored_minor)
        if part == 0:
            break
        use.restored_minor += part
        left -= part
        moved.append(use)
        new.append(LotUse(lot_id=use.lot_id, journal_id=captured_by, used_minor=part))
    LotUse.objects.bulk_update(moved, ["restored_minor"])
    LotUse.objects.bulk_create(new)


def _turn(lot: Lot) -> tuple[datetime, UUID]:
    return lot.expires_at or _NEVER, lot.id
