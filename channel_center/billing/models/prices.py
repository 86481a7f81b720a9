"""What offers cost, by who sells them to whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from channel_center.billing.choices import Audience, ListState
from channel_center.billing.models.offers import Offer
from channel_center.billing.tiers import Tiers
from channel_center.models import Channel
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7


class PriceList(models.Model):
    """Prices of one seller for one kind of buyers. Once published it is never changed.

    Attributes:
        owner: who sells; none for the operator.
        buyer: the one partner whom it is for; none for all of the audience.
        number: 1, 2, 3 … of the same owner, audience, buyer and currency.
        valid_from: from here it counts, and the one before it does not any more.
        dunning: days of reminders and steps where they differ from the usual ones.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="price_lists"
    )
    audience = models.CharField(max_length=8, choices=Audience.choices)
    buyer = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="own_prices"
    )
    currency = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ListState.choices, default=ListState.DRAFT)
    valid_from = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    dunning = models.JSONField(default=dict, blank=True)
    made_by = models.CharField(max_length=200, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner", "audience", "buyer", "currency", "number"],
                name="billing_list_number",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=one_of("audience", Audience.values), name="billing_list_audience"
            ),
            models.CheckConstraint(
                condition=Q(state=ListState.DRAFT)
                | Q(valid_from__isnull=False, published_at__isnull=False),
                name="billing_list_published",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "audience", "valid_from"],
                name="billing_lists_in_force",
                condition=Q(state="published"),
            )
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prl", self.id)


class PriceLine(models.Model):
    """What an offer costs on a list.

    Attributes:
        amount_minor: for one, for one term.
        minimum_retail_minor: what shops must be asked for at least by those who buy from here.
        trial_days: where it differs from the offer's.
        may_lose: it may be sold for less than it costs the seller himself.
        tiers: of what is paid by use: pairs of units above which each further one costs
            another amount; see `channel_center.billing.tiers`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    price_list = models.ForeignKey(PriceList, on_delete=models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    amount_minor = models.BigIntegerField()
    minimum_retail_minor = models.BigIntegerField(null=True, blank=True)
    trial_days = models.PositiveSmallIntegerField(null=True, blank=True)
    may_lose = models.BooleanField(default=False)
    tiers = models.JSONField(default=list, db_default=[], blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["price_list", "offer"], name="billing_line_once"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, amount_minor__lte=10**15),
                name="billing_line_amount",
            ),
            models.CheckConstraint(
                condition=Q(minimum_retail_minor=None) | Q(minimum_retail_minor__gte=0),
                name="billing_line_minimum",
            ),
        ]

    @property
    def steps(self) -> Tiers:
        """The tiers, as they are reckoned with."""
        return tuple((above, minor) for above, minor in self.tiers)
