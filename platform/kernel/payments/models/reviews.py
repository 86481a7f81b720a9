"""Payments made outside: what payers show for them, and what staff say."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.payments.choices import Verdict
from kernel.payments.models.intents import Attempt
from kernel.tenancy.models import TenantModel


class Proof(TenantModel):
    """A picture or PDF that shows a payment.

    Attributes:
        file: name in the tenant's storage.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    attempt = DBForeignKey(Attempt, db_on_delete=RESTRICT)
    file = models.CharField(max_length=200)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(max_length=300, default="", blank=True)
    uploaded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attempt", "sha256"], name="payments_proof_once"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ppf", self.id)


class Review(TenantModel):
    """What one person of the staff found about a payment made outside; never changed.

    Attributes:
        received_minor: what the person saw on the account.
        reference: the bank's own text or number.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    attempt = DBForeignKey(Attempt, db_on_delete=RESTRICT)
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    received_minor = models.BigIntegerField(default=0)
    reference = models.CharField(max_length=120, default="", blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    reviewer_id = models.CharField(max_length=64)
    reviewer_name = models.CharField(max_length=200)
    reviewed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["attempt", "reviewer_id"], name="payments_one_review_each"
            ),
        ]
