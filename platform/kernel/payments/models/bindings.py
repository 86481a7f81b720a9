"""A tenant's accounts at gateways."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.payments.choices import BindingMode
from kernel.tenancy.models import TenantModel


class PaymentBinding(TenantModel):
    """An account at a gateway, as the tenant uses it.

    Attributes:
        version: the credentials in force; attempts keep the version they began with.
        needs_rebind: the platform that it worked through is the shop's no more.
        removed_at: no longer shown or used for new payments; kept for refunds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    gateway = models.CharField(max_length=32)
    mode = models.CharField(max_length=16, choices=BindingMode.choices)
    is_live = models.BooleanField()
    title = models.CharField(max_length=80)
    position = models.PositiveIntegerField(default=0)
    is_enabled = models.BooleanField(default=False)
    needs_rebind = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1)
    checked_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(version__gte=1), name="payments_binding_version"),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(is_enabled=False),
                name="payments_removed_is_off",
            ),
            models.CheckConstraint(
                condition=Q(needs_rebind=False) | Q(is_enabled=False),
                name="payments_unbound_is_off",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside; part of the address for notices."""
        return public_id("pay", self.id)

    @override
    def __str__(self) -> str:
        return self.title


class BindingVersion(TenantModel):
    """One set of particulars of a binding; the secret ones are sealed elsewhere.

    Attributes:
        hints: for each secret field its last four characters, and no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    binding = DBForeignKey(PaymentBinding, db_on_delete=RESTRICT)
    version = models.PositiveIntegerField()
    public = models.JSONField(default=dict)
    hints = models.JSONField(default=dict)
    set_by = models.CharField(max_length=300)
    set_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["binding", "version"], name="payments_binding_version_once"
            ),
        ]
