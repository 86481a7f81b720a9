"""What was bought: a group that is paid at once, its orders, their lines."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.orders.choices import (
    FulfilmentMethod,
    FulfilmentStatus,
    OrderStatus,
    PaymentStatus,
)
from kernel.tenancy.models import TenantModel


class OrderGroup(TenantModel):
    """What a buyer placed in one go: paid with one payment, one order per seller.

    Attributes:
        number: shown to people; unique.
        key: made of who placed it and the key that the request came with, so that
            the same request places once and nobody reaches another's order with a key.
        email, phone: of a buyer without an account.
        total_minor: as it was placed. What is due now is a sum over the orders.
        expires_at: unpaid orders are cancelled then; None for never, and once
            nothing of the group can expire any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=40)
    key = models.UUIDField()
    member = DBForeignKey(
        "members.Member", db_on_delete=RESTRICT, null=True, blank=True, db_index=False
    )
    email = models.CharField(max_length=254, default="", blank=True)
    phone = models.CharField(max_length=20, default="", blank=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True, blank=True)
    placed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key"], name="orders_placed_once"),
            # A constraint, not `unique=True`: that would add an index for LIKE.
            models.UniqueConstraint(fields=["number"], name="orders_group_number"),
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="orders_group_total"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                name="orders_expiring",
                condition=Q(expires_at__isnull=False),
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("grp", self.id)

    @override
    def __str__(self) -> str:
        return self.number


class Order(TenantModel):
    """What one seller owes a buyer.

    Every amount is in minor units of ``currency``, and
    ``total = items - discount + freight + tax``.

    Attributes:
        seller_id: None for the shop itself.
        payment_status, fulfilment_status: written by `kernel.orders.statuses` alone.
        items_minor: the lines before discounts; ``discount_minor`` is not negative.
        tax_minor: what is put on the prices: of the lines and of the freight.
        freight_taxes: the freight's share of each rate, see `kernel.orders.taxes`.
        paid_minor, refunded_minor: sums of the payment entries.
        waived_minor: what was taken off after the sale, of it ``waived_freight_minor`` of the
            freight; the buyer owes the total without it.
        held_at: since when nothing happens by the clock, for an after-sales case is open.
        address: the recipient as given: name, phone, region, line, postcode.
        version: grows with each change of the row; a proposed change names the one
            that it was made for.
        hidden_at: the buyer took it off his list.
        fulfilled_at: when the last of the goods left; ``delivered_at``: arrived.
        receives_at: counts as received by itself then, by the term that held when the
            goods left; ``completes_at``: as completed, by the one when they arrived.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = DBForeignKey(OrderGroup, db_on_delete=RESTRICT)
    number = models.CharField(max_length=44)
    member = DBForeignKey(
        "members.Member", db_on_delete=RESTRICT, null=True, blank=True, db_index=False
    )
    seller_id = models.UUIDField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=OrderStatus.choices)
    payment_status = models.CharField(max_length=14, choices=PaymentStatus.choices)
    fulfilment_status = models.CharField(max_length=12, choices=FulfilmentStatus.choices)
    items_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    freight_taxes = models.JSONField(default=list, blank=True)
    paid_minor = models.BigIntegerField(db_default=0)
    refunded_minor = models.BigIntegerField(db_default=0)
    waived_minor = models.BigIntegerField(db_default=0)
    waived_freight_minor = models.BigIntegerField(db_default=0)
    method = models.CharField(max_length=10, choices=FulfilmentMethod.choices)
    shipping_method = models.CharField(max_length=40, default="", blank=True)
    address = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=500, default="", blank=True)
    source = models.CharField(max_length=40, default="", blank=True)
    version = models.PositiveIntegerField(db_default=1)
    placed_at = models.DateTimeField(db_default=Now())
    paid_at = models.DateTimeField(null=True, blank=True)
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    receives_at = models.DateTimeField(null=True, blank=True)
    completes_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["number"], name="orders_number"),
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("items_minor")
                    - F("discount_minor")
                    + F("freight_minor")
                    + F("tax_minor")
                ),
                name="orders_total_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    items_minor__gte=0,
                    discount_minor__gte=0,
                    freight_minor__gte=0,
                    tax_minor__gte=0,
                    total_minor__gte=0,
                ),
                name="orders_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=F("refunded_minor"), refunded_minor__gte=0),
                name="orders_refunded_at_most_paid",
            ),
            models.CheckConstraint(
                condition=Q(
                    waived_freight_minor__gte=0,
                    waived_freight_minor__lte=F("freight_minor"),
                    waived_minor__gte=F("waived_freight_minor"),
                    waived_minor__lte=F("total_minor"),
                ),
                name="orders_waived_at_most_total",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["member", "-id"], name="orders_of_member"),
            models.Index(
                fields=["receives_at"],
                name="orders_underway",
                condition=Q(status="placed", fulfilment_status="fulfilled"),
            ),
            models.Index(
                fields=["completes_at"],
                name="orders_arrived",
                condition=Q(status="placed", fulfilment_status="delivered"),
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ord", self.id)

    @override
    def __str__(self) -> str:
        return self.number


class OrderLine(TenantModel):
    """One thing that was bought, as it was then.

    What is sold may be renamed or deleted later: a line carries its own picture of
    it, and its ids point nowhere that could vanish.

    Attributes:
        snapshot: title, sku, options, image, kind, and how the price came about.
        total_minor: ``unit * quantity - discount + tax``.
        tax_minor: beyond the price; nothing where prices include it.
        taxes: its share of each rate, see `kernel.orders.taxes`; empty without taxes.
        waived_minor: what of the total was taken off after the sale.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey(Order, db_on_delete=RESTRICT)
    position = models.PositiveSmallIntegerField()
    variant_id = models.UUIDField()
    product_id = models.UUIDField()
    kind = models.CharField(max_length=10)
    snapshot = models.JSONField()
    quantity = models.PositiveIntegerField()
    unit_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(db_default=0)
    tax_minor = models.BigIntegerField(db_default=0)
    taxes = models.JSONField(default=list, blank=True)
    total_minor = models.BigIntegerField()
    fulfilled_quantity = models.PositiveIntegerField(db_default=0)
    delivered_quantity = models.PositiveIntegerField(db_default=0)
    returned_quantity = models.PositiveIntegerField(db_default=0)
    cancelled_quantity = models.PositiveIntegerField(db_default=0)
    waived_minor = models.BigIntegerField(db_default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("unit_minor") * F("quantity")
                    - F("discount_minor")
                    + F("tax_minor")
                ),
                name="orders_line_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=0, unit_minor__gte=0, discount_minor__gte=0, total_minor__gte=0
                ),
                name="orders_line_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(waived_minor__gte=0, waived_minor__lte=F("total_minor")),
                name="orders_line_waived_at_most_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    fulfilled_quantity__lte=F("quantity") - F("cancelled_quantity"),
                    delivered_quantity__lte=F("fulfilled_quantity"),
                    returned_quantity__lte=F("fulfilled_quantity"),
                ),
                name="orders_line_moves_in_order",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("oli", self.id)

    @property
    def open_quantity(self) -> int:
        """What still has to be shipped."""
        return self.quantity - self.cancelled_quantity - self.fulfilled_quantity
