"""Assets, accounts, journals, holds and expiring batches.

Amounts are whole units at the scale of their asset. The database itself keeps
the rules that everything rests on, see ``migrations/0001_initial.py``: a journal has
all its lines and they add up to zero in each asset when the transaction
commits, no line is added later, journals and postings are never changed, and
an account keeps its owner, asset and state for good.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import uuid7
from kernel.ledger.choices import AssetKind, OwnerKind, State
from kernel.tenancy.models import TenantModel


class Asset(TenantModel):
    """Something that is counted: a currency, points, commission, what a tenant invents.

    Attributes:
        names: what it is called, by language code.
        scale: decimal places of a unit that people see.
        currency: ISO 4217 code of what it is worth, empty for nothing.
        rate_units: so many minor units of it are worth `rate_minor` of the currency.
        expires: what comes in is kept in batches that expire, oldest first.
        expiry_days: how long a batch lives unless it is told otherwise.
        jurisdictions: ISO 3166 codes where it may be offered; empty for everywhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=16, choices=AssetKind)
    names = models.JSONField()
    scale = models.PositiveSmallIntegerField()
    currency = models.CharField(max_length=3, default="", blank=True)
    rate_units = models.BigIntegerField(null=True, blank=True)
    rate_minor = models.BigIntegerField(null=True, blank=True)
    is_spendable = models.BooleanField(default=False)
    is_withdrawable = models.BooleanField(default=False)
    is_transferable = models.BooleanField(default=False)
    expires = models.BooleanField(default=False)
    expiry_days = models.PositiveIntegerField(null=True, blank=True)
    jurisdictions = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(scale__lte=8), name="ledger_asset_scale"),
            models.CheckConstraint(
                condition=Q(rate_units__isnull=True, rate_minor__isnull=True)
                | (Q(rate_units__gt=0, rate_minor__gte=0) & ~Q(currency="")),
                name="ledger_asset_rate",
            ),
            models.CheckConstraint(
                condition=Q(expires=True) | Q(expiry_days__isnull=True),
                name="ledger_asset_expiry",
            ),
        ]


class Account(TenantModel):
    """What an owner has of an asset in a state.

    Attributes:
        owner_id: `values.NOBODY` for an owner that is the only one of its kind.
        balance_minor: kept by the posting service under a row lock; the sum of the
            postings and the `balance_after` of the last one.
        sequence: number of the last posting.
        keeps_lots: what comes in is kept in batches, see `Lot`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    asset = DBForeignKey(Asset, db_on_delete=RESTRICT, db_index=False)
    owner_kind = models.CharField(max_length=16, choices=OwnerKind)
    owner_id = models.UUIDField()
    state = models.CharField(max_length=16, choices=State)
    balance_minor = models.BigIntegerField(default=0)
    sequence = models.BigIntegerField(default=0)
    may_go_negative = models.BooleanField(default=False)
    keeps_lots = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner_id", "owner_kind", "asset", "state"], name="ledger_account_once"
            ),
            models.CheckConstraint(
                condition=Q(balance_minor__gte=0) | Q(may_go_negative=True),
                name="ledger_account_solvent",
            ),
        ]


class Journal(TenantModel):
    """One booking. Written once; the database refuses to change or delete it.

    Attributes:
        key: what it was made for, once.
        fingerprint: of its contents, to tell a repeat from another booking.
        lines: how many postings it has.
        reverses: the journal that it takes back; each is taken back once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    reference_type = models.CharField(max_length=60, default="", blank=True)
    reference_id = models.UUIDField(null=True, blank=True)
    reverses = DBForeignKey("self", db_on_delete=RESTRICT, null=True, blank=True, db_index=False)
    data = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    fingerprint = models.CharField(max_length=32)
    lines = models.PositiveSmallIntegerField()

    class Meta:
        """Indexes and invariants."""

        indexes: ClassVar = [
            models.Index(
                fields=["reference_id"],
                condition=Q(reference_id__isnull=False),
                name="ledger_journal_by_reference",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reverses"],
                condition=Q(reverses__isnull=False),
                name="ledger_journal_reversed_once",
            ),
            models.CheckConstraint(condition=Q(lines__gte=2), name="ledger_journal_has_lines"),
        ]


class Posting(TenantModel):
    """One line of a journal. Written once; the database refuses to change or delete it.

    Attributes:
        lines: how many the journal has; with it the line refers to its journal, so
            that a journal whose lines are all there can get no other.
        sequence: 1, 2, 3 … in each account.
        balance_after: of the account, after this line.
    """

    pk = models.CompositePrimaryKey("journal_id", "line")
    # The database refers by id and number of lines, and checks the account when the
    # journal is checked: one constraint a row instead of two (see the migration).
    journal = DBForeignKey(Journal, db_on_delete=RESTRICT, db_constraint=False, db_index=False)
    line = models.PositiveSmallIntegerField()
    lines = models.PositiveSmallIntegerField()
    account = DBForeignKey(Account, db_on_delete=RESTRICT, db_constraint=False, db_index=False)
    sequence = models.BigIntegerField()
    minor = models.BigIntegerField()
    balance_after = models.BigIntegerField()

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "sequence"], name="ledger_posting_in_sequence"
            ),
            models.CheckConstraint(
                condition=Q(line__gte=1, line__lte=F("lines")) & ~Q(minor=0),
                name="ledger_posting_sane",
            ),
        ]


class Hold(TenantModel):
    """Units that are kept for somebody until it is known whether he gets them.

    Attributes:
        journal: the freezing one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    journal = DBForeignKey(Journal, db_on_delete=RESTRICT, db_index=False)
    account = DBForeignKey(Account, db_on_delete=RESTRICT)
    amount_minor = models.BigIntegerField()
    captured_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["journal"], name="ledger_hold_once"),
            models.CheckConstraint(
                condition=Q(
                    amount_minor__gt=0,
                    captured_minor__gte=0,
                    released_minor__gte=0,
                    amount_minor__gte=F("captured_minor") + F("released_minor"),
                ),
                name="ledger_hold_sane",
            ),
        ]

    @property
    def remaining_minor(self) -> int:
        """What is still kept."""
        return self.amount_minor - self.captured_minor - self.released_minor


class Lot(TenantModel):
    """A batch of units that came in together and expire together.

    Attributes:
        journal: with which they came in.
        expires_at: None for never.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = DBForeignKey(Account, db_on_delete=RESTRICT, db_index=False)
    journal = DBForeignKey(Journal, db_on_delete=RESTRICT)
    expires_at = models.DateTimeField(null=True, blank=True)
    granted_minor = models.BigIntegerField()
    remaining_minor = models.BigIntegerField()

    class Meta:
        """Indexes and invariants."""

        indexes: ClassVar = [
            models.Index(
                fields=["account", "expires_at", "id"],
                condition=Q(remaining_minor__gt=0),
                name="ledger_lot_next",
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(remaining_minor__gt=0, expires_at__isnull=False),
                name="ledger_lot_due",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    granted_minor__gt=0,
                    remaining_minor__gte=0,
                    remaining_minor__lte=F("granted_minor"),
                ),
                name="ledger_lot_sane",
            ),
        ]


class LotUse(TenantModel):
    """What a journal took out of a batch.

    Attributes:
        restored_minor: how much of it came back, or is accounted for by a later
            journal: a capture takes over from the freezing one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lot = DBForeignKey(Lot, db_on_delete=RESTRICT)
    journal = DBForeignKey(Journal, db_on_delete=RESTRICT)
    used_minor = models.BigIntegerField()
    restored_minor = models.BigIntegerField(default=0)

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    used_minor__gt=0,
                    restored_minor__gte=0,
                    restored_minor__lte=F("used_minor"),
                ),
                name="ledger_lotuse_sane",
            ),
        ]
