"""Rules, payout accounts, withdrawals, pay-out batches and transfers: the tables.

Amounts are units at the scale of the asset, but for ``payout_minor``, which is money.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.conditions import one_of
from kernel.common.db.fields import CASCADE, RESTRICT, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.common.money import BASIS_POINTS
from kernel.tenancy.models import TenantModel
from kernel.wallet.choices import (
    BatchState,
    Channel,
    DocumentKind,
    EventKind,
    IdentityState,
    State,
)


class Rule(TenantModel):
    """What may be done with an asset; see `WithdrawalRule` and `TransferRule`.

    Attributes:
        max_minor: at once; None for all that there is.
        daily_minor, daily_count: in a day by the shop's clock; None without limit.
        audience: who may, see `kernel.pricing.audience`; empty for everybody.
    """

    asset = DBForeignKey("ledger.Asset", db_on_delete=RESTRICT, primary_key=True)
    is_on = models.BooleanField(default=False)
    min_minor = models.BigIntegerField(default=1)
    max_minor = models.BigIntegerField(null=True, blank=True)
    daily_minor = models.BigIntegerField(null=True, blank=True)
    daily_count = models.PositiveIntegerField(null=True, blank=True)
    fee_bp = models.PositiveSmallIntegerField(default=0)
    audience = models.JSONField(default=dict, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


def _bounds(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(min_minor__gte=1, fee_bp__lt=BASIS_POINTS)
        & (Q(max_minor=None) | Q(max_minor__gte=F("min_minor"))),
        name=name,
    )


class WithdrawalRule(Rule):
    """How an asset is paid out.

    Attributes:
        fee_minor: the least fee.
        tax_bp: what is withheld of what is left after the fee, and paid to the tax office.
        four_eyes_minor: from so much on two people must approve; None for never.
        channels: ways of paying out, see `Channel`.
        providers: code of the payout service by channel; what is not in it is paid by hand.
        statement: what members read before they ask, by language.
        tax_category: how the law taxes it, see `kernel.wallet.tax`; empty for ``tax_bp``.
        identity_from_minor: who has taken out so much in a year, with what is asked for, must
            have shown who he is; None for never.
    """

    fee_minor = models.BigIntegerField(default=0)
    tax_bp = models.PositiveSmallIntegerField(default=0)
    tax_category = models.CharField(max_length=40, default="", blank=True)
    identity_from_minor = models.BigIntegerField(null=True, blank=True)
    four_eyes_minor = models.BigIntegerField(null=True, blank=True)
    channels = models.JSONField(default=list)
    providers = models.JSONField(default=dict, blank=True)
    statement = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            _bounds("wallet_withdrawal_bounds"),
            models.CheckConstraint(
                condition=Q(fee_minor__gte=0, tax_bp__lt=BASIS_POINTS), name="wallet_tax_bounds"
            ),
        ]


class TransferRule(Rule):
    """How members give an asset to others."""

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [_bounds("wallet_transfer_bounds")]


class PayoutAccount(TenantModel):
    """Where a member gets money. What it says is sealed; a change is another account.

    Attributes:
        hint: so much of it that its owner knows it, and nobody else.
        removed_at: the member took it away, or has gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    hint = models.CharField(max_length=80)
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("pac", self.id)

    @property
    def purpose(self) -> str:
        """Under which its particulars are sealed."""
        return f"wallet.account.{self.id.hex}"

    @override
    def __str__(self) -> str:
        return self.hint


class IdentityCheck(TenantModel):
    """Who a member says that he is, by a document. Name and number are sealed.

    Attributes:
        name_hint, number_hint: so much of them that their owner knows them.
        digest: of the number, so that one person is not paid as two.
        reason: why it was refused.
        decided_by: who verified or refused it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE, db_index=False)
    document = models.CharField(max_length=10, choices=DocumentKind.choices)
    name_hint = models.CharField(max_length=20)
    number_hint = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=IdentityState.choices, default=IdentityState.SUBMITTED
    )
    reason = models.CharField(max_length=200, default="", blank=True)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=120, default="", blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member"], name="wallet_identity_of_member"),
            models.UniqueConstraint(
                fields=["digest"],
                condition=~Q(state=IdentityState.REFUSED.value),
                name="wallet_identity_once",
            ),
            models.CheckConstraint(
                condition=one_of("state", IdentityState.values), name="wallet_identity_state"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "id"], name="wallet_identity_waits")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("idc", self.id)

    @property
    def purpose(self) -> str:
        """Under which name and number are sealed."""
        return f"wallet.identity.{self.id.hex}"

    @override
    def __str__(self) -> str:
        return self.number_hint


class PayoutBatch(TenantModel):
    """Withdrawals that are paid out by hand together.

    Attributes:
        file_at: when the list of accounts was taken.
        proof: name in the store of what the bank answered; empty for none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=30, unique=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=6, choices=BatchState.choices, default=BatchState.OPEN)
    count = models.PositiveIntegerField()
    payout_minor = models.BigIntegerField()
    actor = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    file_at = models.DateTimeField(null=True, blank=True)
    proof = models.CharField(max_length=200, default="", blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("pob", self.id)

    @override
    def __str__(self) -> str:
        return self.number


class Withdrawal(TenantModel):
    """Units of a member on their way out; held from the request to the end.

    ``minor = fee_minor + tax_minor + net_minor``, as the rule was at the request.

    Attributes:
        key: what the member's program calls the request; once for each member.
        hold_id: of the ledger.
        tax_category: by which the tax was reckoned; empty for the shop's own share.
        tax_on: the day of the request by the shop's clock; its month is that of the tax.
        tax_basis: how the tax came about, see `kernel.wallet.tax.reckoning.Reckoned`.
        payout_minor: what the net is worth in the currency: what arrives.
        two_needed: two people must approve.
        checked_by: who approved first.
        attempt: how often it was sent to a payout service.
        query_at: when the service is asked what became of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=30, unique=True)
    member = DBForeignKey("members.Member", db_on_delete=RESTRICT, db_index=False)
    key = models.CharField(max_length=80)
    asset = DBForeignKey("ledger.Asset", db_on_delete=RESTRICT, db_index=False)
    minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    tax_category = models.CharField(max_length=40, default="", blank=True)
    tax_on = models.DateField()
    tax_basis = models.JSONField(default=dict, blank=True)
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payout_minor = models.BigIntegerField()
    hold_id = models.UUIDField()
    channel = models.CharField(max_length=10, choices=Channel.choices)
    account = DBForeignKey(PayoutAccount, db_on_delete=RESTRICT, db_index=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    two_needed = models.BooleanField(default=False)
    checked_by = models.CharField(max_length=80, default="", blank=True)
    provider = models.CharField(max_length=40, default="", blank=True)
    provider_reference = models.CharField(max_length=120, default="", blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    query_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    batch = DBForeignKey(PayoutBatch, db_on_delete=SET_NULL, null=True, blank=True)
    reason = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "key"], name="wallet_request_once"),
            models.CheckConstraint(
                condition=Q(
                    minor=F("fee_minor") + F("tax_minor") + F("net_minor"),
                    fee_minor__gte=0,
                    tax_minor__gte=0,
                    net_minor__gt=0,
                    payout_minor__gt=0,
                ),
                name="wallet_adds_up",
            ),
            models.CheckConstraint(
                condition=one_of("state", State.values), name="wallet_known_state"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["member", "-id"], name="wallet_of_member"),
            models.Index(fields=["state", "id"], name="wallet_in_state"),
            models.Index(fields=["tax_on", "state"], name="wallet_taxed_on"),
            models.Index(
                fields=["query_at"],
                condition=Q(query_at__isnull=False),
                name="wallet_to_query",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("wdr", self.id)

    @override
    def __str__(self) -> str:
        return self.number


class WithdrawalEvent(TenantModel):
    """What happened to a withdrawal. Written once; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    withdrawal = DBForeignKey(Withdrawal, db_on_delete=RESTRICT)
    kind = models.CharField(max_length=10, choices=EventKind.choices)
    actor = models.CharField(max_length=120, default="", blank=True)
    note = models.CharField(max_length=200, default="", blank=True)
    at = models.DateTimeField()


class Transfer(TenantModel):
    """Units that one member gave to another.

    Attributes:
        minor: what left the sender; the recipient got it without the fee.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sender = DBForeignKey("members.Member", db_on_delete=RESTRICT, db_index=False)
    recipient = DBForeignKey("members.Member", db_on_delete=RESTRICT)
    key = models.CharField(max_length=80)
    asset = DBForeignKey("ledger.Asset", db_on_delete=RESTRICT, db_index=False)
    minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    note = models.CharField(max_length=100, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sender", "key"], name="wallet_transfer_once"),
            models.CheckConstraint(
                condition=Q(fee_minor__gte=0, minor__gt=F("fee_minor")),
                name="wallet_transfer_adds_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["sender", "-id"], name="wallet_given_by")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("trf", self.id)
