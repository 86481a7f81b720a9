"""What gateways tell us by themselves."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from typing_extensions import override

from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import uuid7
from kernel.payments.choices import NoticeState
from kernel.payments.models.bindings import PaymentBinding
from kernel.tenancy.models import TenantModel


class Notice(TenantModel):
    """One verified message; kept for ninety days as it came.

    Attributes:
        sealed_body: names payers and cards, so it can be read with the tenant's key alone.
        event_id: the gateway's; one binding hears an event once.
        version: the credentials that its signature fits.
        fault: why it could not be applied, as a code.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    binding = DBForeignKey(PaymentBinding, db_on_delete=RESTRICT)
    event_id = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=80)
    number = models.CharField(max_length=40, default="", blank=True)
    headers = models.JSONField(default=dict)
    sealed_body = models.BinaryField()
    state = models.CharField(
        max_length=16, choices=NoticeState.choices, default=NoticeState.RECEIVED
    )
    fault = models.CharField(max_length=120, default="", blank=True)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                name="payments_notice_due",
                condition=Q(next_try_at__isnull=False),
            ),
            models.Index(fields=["received_at"], name="payments_notice_age"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["binding", "event_id"], name="payments_notice_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
