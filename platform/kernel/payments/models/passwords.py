"""What proves that a balance is spent by its owner, and when it must be proved."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import uuid7
from kernel.tenancy.models import TenantModel


class PaymentPassword(TenantModel):
    """Six digits that a member types to pay with a balance.

    Attributes:
        hash: of the digits, slow to try.
        failures: wrong ones in a row.
        locked_until: no digits are looked at before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    member = DBForeignKey("members.Member", db_on_delete=CASCADE, db_index=False)
    hash = models.CharField(max_length=256)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member"], name="payments_one_password"),
        ]


class PaymentPolicy(TenantModel):
    """What a tenant decides about paying.

    Attributes:
        needs_password: also members who have not chosen a payment password need one to
            pay with a balance.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    needs_password = models.BooleanField(default=False)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Invariants."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="payments_one_policy"),
        ]
