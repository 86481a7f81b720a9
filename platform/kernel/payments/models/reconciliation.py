"""The gateways' books beside ours."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.payments.choices import DifferenceKind, DifferenceState, LineKind
from kernel.payments.models.bindings import PaymentBinding
from kernel.tenancy.models import TenantModel


class ReconciliationRun(TenantModel):
    """One day of one binding, compared; a repeat brings the same row up to date."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    binding = DBForeignKey(PaymentBinding, db_on_delete=RESTRICT)
    day = models.DateField()
    lines = models.PositiveIntegerField(default=0)
    matched = models.PositiveIntegerField(default=0)
    differences = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["binding", "day"], name="payments_one_run_a_day"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prn", self.id)


class StatementRow(TenantModel):
    """One line of a gateway's statement.

    Attributes:
        number: our attempt's or refund's number, empty when the line is of neither.
        is_booked: its fee or payout stands in the ledger.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    binding = DBForeignKey(PaymentBinding, db_on_delete=RESTRICT)
    ref = models.CharField(max_length=120)
    day = models.DateField()
    kind = models.CharField(max_length=16, choices=LineKind.choices)
    number = models.CharField(max_length=40, default="", blank=True)
    gateway_ref = models.CharField(max_length=120, default="", blank=True)
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    text = models.CharField(max_length=200, default="", blank=True)
    occurred_at = models.DateTimeField()
    is_booked = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["binding", "day"], name="payments_lines_of_day"),
            models.Index(fields=["number"], name="payments_lines_by_number"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["binding", "ref"], name="payments_line_once"),
        ]


class Difference(TenantModel):
    """A disagreement that somebody has to look at.

    Attributes:
        subject: our number or the gateway's reference, whichever there is.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    binding = DBForeignKey(PaymentBinding, db_on_delete=RESTRICT)
    day = models.DateField()
    kind = models.CharField(max_length=16, choices=DifferenceKind.choices)
    line_kind = models.CharField(max_length=16, choices=LineKind.choices)
    subject = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    ours_minor = models.BigIntegerField(null=True)
    theirs_minor = models.BigIntegerField(null=True)
    state = models.CharField(
        max_length=16, choices=DifferenceState.choices, default=DifferenceState.OPEN
    )
    resolution = models.CharField(max_length=300, default="", blank=True)
    resolved_by = models.CharField(max_length=300, default="", blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["binding", "day"],
                name="payments_open_differences",
                condition=Q(state=DifferenceState.OPEN),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["binding", "kind", "line_kind", "subject"],
                name="payments_difference_once",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("pdf", self.id)
