"""A wish to be paid, the tries to pay it, and what went back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import RESTRICT, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.payments.choices import AttemptState, IntentState, RefundKind, RefundState
from kernel.payments.models.bindings import PaymentBinding
from kernel.tenancy.models import TenantModel

_DUE = Q(next_check_at__isnull=False)


class PaymentIntent(TenantModel):
    """An amount that is wanted for a payable.

    Attributes:
        key: the caller's; the same key never makes a second intent.
        settled_minor: what was taken towards the amount.
        captured_minor: all that came in, what went back because it was late or too much included.
        refunded_minor: what went back.
        expires_at: None when it waits as long as it takes, as cash on delivery does.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payable_type = models.CharField(max_length=40)
    payable_id = models.UUIDField()
    key = models.CharField(max_length=120, unique=True)
    member = DBForeignKey("members.Member", db_on_delete=SET_NULL, null=True, blank=True)
    subject = models.CharField(max_length=200)
    return_path = models.CharField(max_length=300, default="/")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    settled_minor = models.BigIntegerField(default=0)
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=16, choices=IntentState.choices, default=IntentState.OPEN)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["payable_type", "payable_id"], name="payments_by_payable"),
            models.Index(fields=["-created_at", "-id"], name="payments_newest"),
            models.Index(
                fields=["expires_at"],
                name="payments_expiring",
                condition=Q(state__in=[IntentState.OPEN, IntentState.AUTHORIZED]),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(settled_minor__gte=0)
                & Q(settled_minor__lte=F("amount_minor"))
                & Q(settled_minor__lte=F("captured_minor")),
                name="payments_settled_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0) & Q(refunded_minor__lte=F("captured_minor")),
                name="payments_refunded_within_captured",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("pin", self.id)

    @override
    def __str__(self) -> str:
        return self.public_id


class Attempt(TenantModel):
    """One try to pay, or a part of it, by one binding.

    Attributes:
        version: the binding's credentials that it began with.
        key: the caller's; the same key of one intent never begins a second attempt.
        reserved_minor: refunds that are made or under way.
        split_minor: shares that receivers have, or that are on their way to them.
        next_check_at: when the sweeper asks the gateway; also a lease on the row.
        checks: how often it was asked.
        is_surplus: its money came late or was too much, and goes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    intent = DBForeignKey(PaymentIntent, db_on_delete=RESTRICT)
    binding = DBForeignKey(PaymentBinding, db_on_delete=RESTRICT)
    version = models.PositiveIntegerField()
    key = models.CharField(max_length=120)
    channel = models.CharField(max_length=20)
    is_captured_at_once = models.BooleanField(default=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    authorized_minor = models.BigIntegerField(default=0)
    captured_minor = models.BigIntegerField(default=0)
    reserved_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    split_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(default=0)
    state = models.CharField(
        max_length=16, choices=AttemptState.choices, default=AttemptState.CREATED
    )
    gateway_ref = models.CharField(max_length=120, default="", blank=True)
    action = models.JSONField(null=True, blank=True)
    failure = models.CharField(max_length=120, default="", blank=True)
    is_surplus = models.BooleanField(default=False)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_check_at"], name="payments_attempt_due", condition=_DUE),
            models.Index(fields=["binding", "finished_at"], name="payments_attempt_by_day"),
            models.Index(fields=["gateway_ref"], name="payments_attempt_ref"),
            models.Index(fields=["-created_at", "-id"], name="payments_attempt_newest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["intent", "key"], name="payments_attempt_key_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_attempt_positive"
            ),
            models.CheckConstraint(
                condition=Q(captured_minor__gte=0) & Q(captured_minor__lte=F("amount_minor")),
                name="payments_captured_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0)
                & Q(refunded_minor__lte=F("reserved_minor"))
                & Q(split_minor__gte=0)
                & Q(captured_minor__gte=F("reserved_minor") + F("split_minor")),
                name="payments_attempt_refunds_within",
            ),
            models.CheckConstraint(
                condition=Q(captured_minor=0) | Q(state=AttemptState.PAID),
                name="payments_captured_is_paid",
            ),
        ]

    @property
    def left_minor(self) -> int:
        """What can still be given back or shared."""
        return self.captured_minor - self.reserved_minor - self.split_minor

    @property
    def number(self) -> str:
        """Our number at the gateway; the idempotency key too."""
        return public_id("pat", self.id)

    @override
    def __str__(self) -> str:
        return self.number


class Refund(TenantModel):
    """Money on its way back, of one attempt.

    Attributes:
        key: the caller's; the same key never makes a second refund.
        asked_by: who asked, as the audit log names people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    intent = DBForeignKey(PaymentIntent, db_on_delete=RESTRICT)
    attempt = DBForeignKey(Attempt, db_on_delete=RESTRICT)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16, choices=RefundKind.choices)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300, default="", blank=True)
    asked_by = models.CharField(max_length=300)
    state = models.CharField(
        max_length=16, choices=RefundState.choices, default=RefundState.CREATED
    )
    gateway_ref = models.CharField(max_length=120, default="", blank=True)
    failure = models.CharField(max_length=120, default="", blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_check_at"], name="payments_refund_due", condition=_DUE),
            models.Index(fields=["intent"], name="payments_refund_by_intent"),
            models.Index(fields=["-created_at", "-id"], name="payments_refund_newest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payments_refund_positive"
            ),
        ]

    @property
    def number(self) -> str:
        """Our number at the gateway; the idempotency key too."""
        return public_id("prf", self.id)

    @override
    def __str__(self) -> str:
        return self.number
