"""Who has a balance, and how it came in; the figures themselves are the ledger's."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channel_center.billing.choices import PartyKind
from channel_center.models import Channel
from kernel.common.ids import public_id, uuid7
from tenants.models import Tenant


class Wallet(models.Model):
    """Prepayment for our own software, of a partner or of a shop; never paid out.

    Attributes:
        credit_limit_minor: of a shop: how far its seller lets it go below zero. That of a
            partner stands in its terms.
        low_at_minor: somebody is told when less than this is left.
        told_low_at: when that was, until there is more again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=8, choices=PartyKind.choices)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="wallets"
    )
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, null=True, blank=True, related_name="wallets"
    )
    currency = models.CharField(max_length=3)
    credit_limit_minor = models.BigIntegerField(default=0)
    low_at_minor = models.BigIntegerField(default=0)
    told_low_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel", "tenant", "currency"],
                name="billing_wallet_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind=PartyKind.PARTNER, channel__isnull=False, tenant__isnull=True)
                | Q(kind=PartyKind.SHOP, channel__isnull=True, tenant__isnull=False),
                name="billing_wallet_owner",
            ),
            models.CheckConstraint(
                condition=Q(credit_limit_minor__gte=0, low_at_minor__gte=0),
                name="billing_wallet_limits",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("wal", self.id)


class TopUp(models.Model):
    """Money that came in for a wallet; each reference counts once.

    Attributes:
        source: ``stripe``, ``bank``, ``manual``, ``gift``.
        reference: of the payment, at its source.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="top_ups")
    source = models.CharField(max_length=20)
    reference = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    journal_id = models.UUIDField()
    made_by = models.CharField(max_length=200)
    note = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "reference"], name="billing_top_up_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="billing_top_up_amount"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("top", self.id)


class Gift(models.Model):
    """Credit that was given away and runs out."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    top_up = models.OneToOneField(TopUp, on_delete=models.PROTECT, related_name="gift")
    expires_at = models.DateTimeField()
    remaining_minor = models.BigIntegerField()
    expired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(remaining_minor__gte=0), name="billing_gift_left"),
        ]
