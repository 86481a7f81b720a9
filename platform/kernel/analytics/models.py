"""What visitors did, and the figures that are made of it, of orders and of the ledger."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from typing_extensions import override

from kernel.analytics.choices import Channel, Device, Step
from kernel.tenancy.models import TenantModel


class SeenStep(TenantModel):
    """Something that a visitor did; kept for some weeks, then only the figures remain.

    Attributes:
        visitor: made by the browser for one day; says nothing of who it is.
        visit: made anew after half an hour without a step.
        source: where within the channel: a host, or what a campaign calls itself.
        handle: of the product, until the roll-up finds its id.
        group_id: the order, for `Step.PLACED`.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    visitor = models.UUIDField()
    visit = models.UUIDField()
    step = models.CharField(max_length=10, choices=Step.choices)
    channel = models.CharField(max_length=12, choices=Channel.choices)
    source = models.CharField(max_length=80, default="", blank=True)
    device = models.CharField(max_length=10, choices=Device.choices)
    handle = models.CharField(max_length=200, default="", blank=True)
    product_id = models.UUIDField(null=True, blank=True)
    group_id = models.UUIDField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="analytics_steps_by_time")]

    @override
    def __str__(self) -> str:
        return f"{self.at} {self.step}"


class VisitFigures(TenantModel):
    """Visits that began in one hour, by where they came from.

    Attributes:
        hour: of the shop's clock.
        visitors: those whose first visit of the day it was, so that hours add up to a day.
        looked, carted, checked_out, ordered, paid: visits that came so far or further.
        orders, paid_minor: what came of them.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=12, choices=Channel.choices)
    source = models.CharField(max_length=80, default="", blank=True)
    device = models.CharField(max_length=10, choices=Device.choices)
    visits = models.PositiveIntegerField()
    visitors = models.PositiveIntegerField()
    views = models.PositiveIntegerField()
    looked = models.PositiveIntegerField()
    carted = models.PositiveIntegerField()
    checked_out = models.PositiveIntegerField()
    ordered = models.PositiveIntegerField()
    paid = models.PositiveIntegerField()
    orders = models.PositiveIntegerField()
    paid_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["day", "hour", "channel", "source", "device"], name="analytics_visits_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.hour} {self.channel}"


class TradeFigures(TenantModel):
    """Orders and their money in one hour of the shop's clock.

    Attributes:
        origin: what placed the orders: the storefront, the API, a module.
        paid_minor, refunded_minor: what came in that hour, and what went back.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    hour = models.PositiveSmallIntegerField()
    origin = models.CharField(max_length=40, default="", blank=True)
    currency = models.CharField(max_length=3)
    placed = models.PositiveIntegerField()
    placed_minor = models.BigIntegerField()
    cancelled = models.PositiveIntegerField()
    paid = models.PositiveIntegerField()
    paid_minor = models.BigIntegerField()
    refunds = models.PositiveIntegerField()
    refunded_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["day", "hour", "origin", "currency"], name="analytics_trade_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.hour} {self.origin}"


class ProductFigures(TenantModel):
    """A product on one day: who looked at it, and what was paid for."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    product_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    views = models.PositiveIntegerField()
    carts = models.PositiveIntegerField()
    orders = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    paid_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["day", "product_id", "currency"], name="analytics_product_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.product_id}"


class PeopleFigures(TenantModel):
    """Who came on one day.

    Attributes:
        joined: new members.
        buyers: whose orders were paid.
        new_buyers: those of them who never paid for one before.
    """

    day = models.DateField(primary_key=True)
    joined = models.PositiveIntegerField()
    buyers = models.PositiveIntegerField()
    new_buyers = models.PositiveIntegerField()

    @override
    def __str__(self) -> str:
        return str(self.day)


class BuyerDay(TenantModel):
    """Somebody whose order was paid on one day, so that buyers of any time can be counted.

    Attributes:
        who: id of the member; for buyers without an account made of how they can be
            reached, so that it says nothing of it.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    who = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "who"], name="analytics_buyer_once")
        ]
        indexes: ClassVar = [models.Index(fields=["who", "day"], name="analytics_buyer_days")]

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.who}"


class CohortFigures(TenantModel):
    """Members who first paid in one month, and what they did in a month.

    Attributes:
        first_month, month: the first day of each.
    """

    id = models.BigAutoField(primary_key=True)
    first_month = models.DateField()
    month = models.DateField()
    currency = models.CharField(max_length=3)
    buyers = models.PositiveIntegerField()
    orders = models.PositiveIntegerField()
    paid_minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["month", "first_month", "currency"], name="analytics_cohort_once"
            )
        ]

    @override
    def __str__(self) -> str:
        return f"{self.first_month} {self.month}"


class MoneyFigures(TenantModel):
    """What the ledger booked to the shop's own cash on one day.

    Attributes:
        kind: of the journals.
        minor: negative for what went away.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    currency = models.CharField(max_length=32)
    kind = models.CharField(max_length=60)
    journals = models.PositiveIntegerField()
    minor = models.BigIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "currency", "kind"], name="analytics_money_once")
        ]

    @override
    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class RollUp(TenantModel):
    """How far the figures are; one row, or none before the first time.

    Attributes:
        looked_at: when what is new was last looked for, by the clock of the server.
        books: for each currency what the ledger said then, and what the figures add up
            to, in minor units.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    looked_at = models.DateTimeField()
    books = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=models.Q(id=1), name="analytics_one_state")
        ]

    @override
    def __str__(self) -> str:
        return str(self.looked_at)
