"""Who receives money, what is on its way, and what gateways told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from channel_center.billing.models import Wallet
from channel_center.models import Channel
from channel_center.topups.choices import Method, ReversalKind, TopUpState
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7


class Receiver(models.Model):
    """How a seller is paid in advance; none of ``channel`` for the operator.

    Attributes:
        has_stripe: keys are sealed for it.
        bank: account and words for those who transfer; empty where transfers are not taken.
        least_minor: less is not topped up.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.OneToOneField(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="receiver"
    )
    has_stripe = models.BooleanField(default=False)
    is_live = models.BooleanField(default=False)
    bank = models.CharField(max_length=600, default="", blank=True)
    least_minor = models.BigIntegerField(default=100)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel"], name="topups_receiver_once", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(least_minor__gt=0), name="topups_least"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("rcv", self.id)


class TopUpRequest(models.Model):
    """A top-up that somebody began.

    Attributes:
        reference: of a transfer, as its payer's bank calls it.
        payment_ref: what Stripe calls the payment that was credited.
        back_to: where the payer's browser goes afterwards.
        paid_minor: what came.
        next_check_at: when Stripe is asked next.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    receiver = models.ForeignKey(Receiver, on_delete=models.PROTECT, related_name="top_ups")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="requests")
    method = models.CharField(max_length=6, choices=Method.choices)
    state = models.CharField(max_length=8, choices=TopUpState.choices)
    amount_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=80, default="", blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    gateway_ref = models.CharField(max_length=200, default="", blank=True)
    payment_ref = models.CharField(max_length=200, default="", blank=True)
    back_to = models.CharField(max_length=300, default="", blank=True)
    made_by = models.CharField(max_length=200)
    decided_by = models.CharField(max_length=200, default="", blank=True)
    reason = models.CharField(max_length=300, default="", blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("state", TopUpState.values), name="topups_state"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="topups_amount"),
            models.UniqueConstraint(
                fields=["receiver", "reference"],
                condition=~Q(reference="") & ~Q(state="refused"),
                name="topups_reference_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["wallet", "-created_at"], name="topups_of_wallet"),
            models.Index(
                fields=["next_check_at"],
                name="topups_to_check",
                condition=Q(next_check_at__isnull=False),
            ),
            models.Index(
                fields=["receiver", "created_at"],
                name="topups_to_review",
                condition=Q(state="checking"),
            ),
            models.Index(
                fields=["receiver", "payment_ref"],
                name="topups_by_payment",
                condition=~Q(payment_ref=""),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """The id that may be shown outside, and Stripe's idempotency key."""
        return public_id("tpr", self.id)


class Heard(models.Model):
    """An event that a gateway told a receiver; each once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    receiver = models.ForeignKey(Receiver, on_delete=models.CASCADE, related_name="heard")
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=80)
    top_up = models.ForeignKey(
        TopUpRequest, on_delete=models.CASCADE, null=True, blank=True, related_name="heard"
    )
    heard_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["receiver", "event_id"], name="topups_heard_once"),
        ]


class Reversal(models.Model):
    """Money of a top-up that Stripe took from its receiver again; each refund or dispute once.

    Attributes:
        reference: what Stripe calls it.
        minor: what was taken from the balance; who had not enough owes the rest.
        is_standing: false once the refund failed or the dispute was won, and it counts again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    top_up = models.ForeignKey(TopUpRequest, on_delete=models.PROTECT, related_name="reversals")
    kind = models.CharField(max_length=8, choices=ReversalKind.choices)
    reference = models.CharField(max_length=120)
    minor = models.BigIntegerField()
    is_standing = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    restored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["top_up", "reference"], name="topups_reversal_once"),
            models.CheckConstraint(condition=Q(minor__gte=0), name="topups_reversal_amount"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("tpv", self.id)
