"""Channel partners."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from typing_extensions import override

from channel_center.choices import ChannelState, DisputeState
from kernel.common.ids import public_id, uuid7


class Channel(models.Model):
    """A reseller: opens tenants under its own brand.

    Attributes:
        slug: short name; the first part of the host names of its tenants' consoles.
        parent: the reseller above it; none for those right below the operator.
        brand: fields of `kernel.branding.fields` that it set itself; see `channel_center.brands`.
        host: where its own console answers.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    brand = models.JSONField(default=dict)
    host = models.CharField(max_length=253, unique=True)
    state = models.CharField(max_length=16, choices=ChannelState, default=ChannelState.ACTIVE)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="channel_center_slug_grammar",
                condition=models.Q(slug__regex=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"),
            ),
            models.CheckConstraint(
                name="channel_center_host_lower",
                condition=models.Q(host__regex=r"^[a-z0-9.-]+$"),
            ),
            models.CheckConstraint(
                name="channel_center_no_own_parent",
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("chn", self.id)


class Dispute(models.Model):
    """A dispute of a buyer with a shop that the platform decides; what it is about is there.

    Attributes:
        tenant_id: whose case it is.
        case_id: of it, in the tenant's own tables.
        number: of the case.
        amount_minor: what the buyer wants, in minor units of ``currency``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant_id = models.UUIDField()
    case_id = models.UUIDField()
    number = models.CharField(max_length=52)
    kind = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=DisputeState.choices, default=DisputeState.OPEN)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "case_id"], name="channel_center_dispute_once"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-opened_at"], name="channel_center_disputes"),
        ]

    @override
    def __str__(self) -> str:
        return self.number

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("dsp", self.id)
