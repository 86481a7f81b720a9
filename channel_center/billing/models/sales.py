"""What was sold: subscriptions, charges with the prices of the whole chain, licences, refunds."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from channel_center.billing.choices import (
    ChargeKind,
    Collection,
    NoticeKind,
    SubscriptionState,
    Term,
)
from channel_center.billing.models.offers import Edition, Offer, Product
from channel_center.models import Channel
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7
from tenants.models import Tenant


class Subscription(models.Model):
    """What a shop has of a product; one that is open at a time.

    Attributes:
        anchor: day and time that periods begin at, where a month has that day.
        current_end: None for what was bought for good.
        cancel_at_end: it is not renewed.
        next_offer, next_quantity: what the next period is of.
        due_until: the seller waits so long before anything happens.
        arrears_of: ``partner`` when the shop could have paid and a partner could not.
        hold_id: of the tenant, that non-payment of a plan placed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="subscriptions")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="subscriptions")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="subscriptions")
    next_offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, null=True, blank=True, related_name="next_of"
    )
    quantity = models.PositiveIntegerField(default=1)
    next_quantity = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=SubscriptionState.choices)
    collection = models.CharField(
        max_length=8, choices=Collection.choices, default=Collection.WALLET
    )
    anchor = models.DateTimeField()
    current_start = models.DateTimeField()
    current_end = models.DateTimeField(null=True, blank=True)
    cancel_at_end = models.BooleanField(default=False)
    due_since = models.DateTimeField(null=True, blank=True)
    due_until = models.DateTimeField(null=True, blank=True)
    arrears_of = models.CharField(max_length=8, default="", blank=True)
    hold_id = models.UUIDField(null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["tenant", "product"],
                condition=Q(state__in=["trialing", "active", "past_due", "grace"]),
                name="billing_one_open",
            ),
            models.CheckConstraint(
                condition=one_of("state", SubscriptionState.values), name="billing_sub_state"
            ),
            models.CheckConstraint(
                condition=Q(current_end=None) | Q(current_end__gt=F("current_start")),
                name="billing_sub_period",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="billing_sub_quantity"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_look_at"],
                name="billing_subs_due",
                condition=Q(next_look_at__isnull=False),
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("sub", self.id)


class Charge(models.Model):
    """A sale, or a further period of it: one stretch of time that was billed once.

    Attributes:
        key: what it was made for, once.
        period_start, period_end: the stretch; without an end for what was bought for good.
        ended_at: where another charge took the place of what was left.
        seller: who sold it to the shop; none for the operator.
        journal_id: of the ledger; none when nothing moved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField(max_length=10, choices=ChargeKind.choices)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="charges")
    quantity = models.PositiveIntegerField(default=1)
    term = models.CharField(max_length=10, choices=Term.choices)
    currency = models.CharField(max_length=3)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    seller = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="sales"
    )
    collection = models.CharField(max_length=8, choices=Collection.choices)
    journal_id = models.UUIDField(null=True, blank=True)
    made_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscription", "period_start"],
                condition=~Q(kind="usage") & Q(ended_at=None),
                name="billing_period_once",
            ),
            models.UniqueConstraint(
                fields=["subscription", "period_start"],
                condition=Q(kind="usage"),
                name="billing_use_once",
            ),
            models.CheckConstraint(
                condition=Q(period_end=None) | Q(period_end__gt=F("period_start")),
                name="billing_charge_period",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="billing_charges_by_day")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("chg", self.id)


class Reading(models.Model):
    """What a meter said of a stretch of time that is paid by use. Read once.

    Attributes:
        charge: what was charged for it; none while it is unpaid, or where nothing was to pay.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="readings"
    )
    meter = models.CharField(max_length=40)
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    used = models.BigIntegerField()
    charge = models.OneToOneField(
        Charge, on_delete=models.PROTECT, null=True, blank=True, related_name="reading"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscription", "period_start"], name="billing_read_once"
            ),
            models.CheckConstraint(
                condition=Q(period_end__gt=F("period_start"), used__gte=0),
                name="billing_reading_sane",
            ),
        ]


class ChargeStep(models.Model):
    """What one level owed the level above it for a charge: the price snapshot.

    Attributes:
        level: 0 is what the operator sold; the last one is what the shop was asked for.
        seller: none for the operator.
        buyer: none for the shop.
        line_id, list_number: where the price stood.
        price_minor: for the whole period.
        billed_minor: for the stretch that was billed.
        credit_minor: what was left of the charge before, taken off.
        credited_minor: what of ``billed_minor`` a later charge took off.
        refunded_minor: what of it was given back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="steps")
    level = models.PositiveSmallIntegerField()
    seller = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="sold_steps"
    )
    buyer = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="bought_steps"
    )
    line_id = models.UUIDField(null=True, blank=True)
    list_number = models.PositiveIntegerField(default=0)
    price_minor = models.BigIntegerField()
    billed_minor = models.BigIntegerField()
    credit_minor = models.BigIntegerField(default=0)
    credited_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["charge", "level"], name="billing_step_once"),
            models.CheckConstraint(
                condition=Q(
                    price_minor__gte=0,
                    credit_minor__gte=0,
                    credited_minor__gte=0,
                    refunded_minor__gte=0,
                    billed_minor__gte=F("credited_minor") + F("refunded_minor"),
                ),
                name="billing_step_sane",
            ),
        ]

    @property
    def due_minor(self) -> int:
        """What moved: less than nothing where more was credited than billed."""
        return self.billed_minor - self.credit_minor

    @property
    def left_minor(self) -> int:
        """What was billed and neither credited later nor given back."""
        return self.billed_minor - self.credited_minor - self.refunded_minor


class Licence(models.Model):
    """A shop's right to a feature, and until when; the tenant's grant follows it.

    Attributes:
        grant_source: names the grant that holds now.
        ends_at: None for good.
        support_until: of a licence for good: updates and support until then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="licences")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="licences"
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="licences")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="licences")
    feature = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    off_at = models.DateTimeField(null=True, blank=True)
    grant_source = models.CharField(max_length=64, default="", blank=True)
    support_until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscription", "feature"], name="billing_licence_once"
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("lic", self.id)


class Refund(models.Model):
    """Part of a charge, given back. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="refunds")
    retail_minor = models.BigIntegerField()
    with_wholesale = models.BooleanField(default=False)
    reason = models.CharField(max_length=300)
    journal_id = models.UUIDField()
    made_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(retail_minor__gte=0), name="billing_refund_amount"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("bre", self.id)


class RefundStep(models.Model):
    """What one level gave back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="steps")
    step = models.ForeignKey(ChargeStep, on_delete=models.PROTECT, related_name="refunds")
    minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["refund", "step"], name="billing_refund_step_once"),
            models.CheckConstraint(condition=Q(minor__gt=0), name="billing_refund_step_amount"),
        ]


class Notice(models.Model):
    """What was told about a subscription, once for each occasion."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=NoticeKind.choices)
    period_end = models.DateTimeField()
    day = models.SmallIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["subscription", "kind", "period_end", "day"], name="billing_told_once"
            ),
        ]
