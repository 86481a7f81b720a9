"""Shares of payments that partners get from the gateway itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.payments.choices import SplitState
from kernel.payments.models.bindings import PaymentBinding
from kernel.payments.models.intents import Attempt
from kernel.tenancy.models import TenantModel


class SplitReceiver(TenantModel):
    """Somebody with an account at a gateway who may get shares there.

    Attributes:
        account: the gateway's own id of the partner's account.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    binding = DBForeignKey(PaymentBinding, db_on_delete=RESTRICT, db_index=False)
    account = models.CharField(max_length=120)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["binding", "account"], name="payments_split_receiver_once"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("psr", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class Split(TenantModel):
    """A share of one attempt on its way to a receiver, and back.

    Attributes:
        key: the caller's; the same key never makes a second share.
        asked_by: who asked, as the audit log names people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    attempt = DBForeignKey(Attempt, db_on_delete=RESTRICT)
    receiver = DBForeignKey(SplitReceiver, db_on_delete=RESTRICT, db_index=False)
    key = models.CharField(max_length=120, unique=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=300, default="", blank=True)
    asked_by = models.CharField(max_length=300)
    state = models.CharField(max_length=16, choices=SplitState.choices, default=SplitState.CREATED)
    gateway_ref = models.CharField(max_length=120, default="", blank=True)
    failure = models.CharField(max_length=120, default="", blank=True)
    next_check_at = models.DateTimeField(null=True, blank=True)
    checks = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Indexes and invariants."""

        indexes: ClassVar = [
            models.Index(
                fields=["next_check_at"],
                name="payments_split_due",
                condition=Q(next_check_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payments_split_positive"),
        ]

    @property
    def number(self) -> str:
        """Our number at the gateway; the idempotency key too."""
        return public_id("psp", self.id)

    @override
    def __str__(self) -> str:
        return self.number
