"""What is where, who it is promised to, and how it came to be so."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.inventory.choices import LocationKind, MovementKind, RoutingRule, TransferState
from kernel.tenancy.models import TenantModel


class Location(TenantModel):
    """A place with stock.

    Attributes:
        priority: of two locations that could serve an order, the lower number does.
        region_code: administrative region, as addresses have it.
        is_active: False keeps its stock out of every order.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(
        max_length=10, choices=LocationKind.choices, default=LocationKind.WAREHOUSE
    )
    priority = models.PositiveSmallIntegerField(default=100)
    region_code = models.CharField(max_length=12, default="", blank=True)
    address = models.CharField(max_length=300, default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("loc", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class StockPolicy(TenantModel):
    """What a shop chose about its stock; one row, or none while nothing was chosen.

    Attributes:
        routing: which of the locations that could serve an order do.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    routing = models.CharField(
        max_length=10, choices=RoutingRule.choices, default=RoutingRule.FEWEST
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="inventory_one_policy")]


class StockItem(TenantModel):
    """One variant at one location. Only the verbs in `services` change it.

    Its row lock guards its reservations and allocations too: whoever changes
    one of them holds the lock of the item first.

    Attributes:
        on_hand: what is there; equals the sum of the movements.
        allocated: promised to orders and not shipped; beyond ``on_hand`` when
            the variant may be sold before it is there.
        reserved: held for checkouts that have not placed an order yet.
        safety: kept back from sale.
        low_at: once so few are left for further orders, staff are told.
        is_low: they were told, and it has not been filled up since.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = DBForeignKey("catalogue.Variant", db_on_delete=RESTRICT, db_index=False)
    location = DBForeignKey(Location, db_on_delete=RESTRICT)
    on_hand = models.BigIntegerField(default=0)
    allocated = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    safety = models.BigIntegerField(default=0)
    low_at = models.BigIntegerField(default=0)
    is_low = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "location"], name="inventory_one_item"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=0)
                & Q(allocated__gte=0)
                & Q(reserved__gte=0)
                & Q(safety__gte=0)
                & Q(low_at__gte=0),
                name="inventory_item_not_negative",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("stk", self.id)


class Reservation(TenantModel):
    """What a checkout holds until a moment; afterwards it counts for nothing.

    Attributes:
        holder_type, holder_id: who holds it, ``cart`` and its id for one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    holder_type = models.CharField(max_length=32)
    holder_id = models.UUIDField()
    stock_item = DBForeignKey(StockItem, db_on_delete=RESTRICT, db_index=False)
    quantity = models.BigIntegerField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder_id", "holder_type", "stock_item"], name="inventory_one_reservation"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="inventory_reserves_some"),
        ]
        indexes = [
            models.Index(fields=["stock_item", "expires_at"], name="inventory_reserved_at"),
            models.Index(fields=["expires_at"], name="inventory_reserved_until"),
        ]


class Allocation(TenantModel):
    """What an order was promised from one stock item.

    Attributes:
        order_type, order_id: whose it is, ``order`` and its id for one.
        shipped, released: what of it has left, by either way; the rest is open.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order_type = models.CharField(max_length=32)
    order_id = models.UUIDField()
    stock_item = DBForeignKey(StockItem, db_on_delete=RESTRICT)
    quantity = models.BigIntegerField()
    shipped = models.BigIntegerField(default=0)
    released = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order_id", "order_type", "stock_item"], name="inventory_one_allocation"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0)
                & Q(shipped__gte=0)
                & Q(released__gte=0)
                & Q(quantity__gte=F("shipped") + F("released")),
                name="inventory_allocation_adds_up",
            ),
        ]

    @property
    def open(self) -> int:
        """What is still to be shipped."""
        return self.quantity - self.shipped - self.released


class Movement(TenantModel):
    """One change of one stock item. Written once; the database refuses to change it.

    Attributes:
        on_hand, allocated: by how much each went up or down.
        reference_type, reference_id: the order, transfer, count or delivery behind it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stock_item = DBForeignKey(StockItem, db_on_delete=RESTRICT, db_index=False)
    kind = models.CharField(max_length=12, choices=MovementKind.choices)
    on_hand = models.BigIntegerField(default=0)
    allocated = models.BigIntegerField(default=0)
    reference_type = models.CharField(max_length=32, default="", blank=True)
    reference_id = models.UUIDField(null=True, blank=True)
    reason = models.CharField(max_length=200, default="", blank=True)
    actor_type = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inventory_movement"
        indexes = [models.Index(fields=["stock_item", "id"], name="inventory_moved")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=MovementKind.RECEIVED, on_hand__gt=0, allocated=0)
                | Q(kind=MovementKind.ALLOCATED, on_hand=0, allocated__gt=0)
                | Q(kind=MovementKind.SHIPPED, on_hand__lt=0, allocated=F("on_hand"))
                | Q(kind=MovementKind.RELEASED, on_hand=0, allocated__lt=0)
                | (
                    Q(allocated=0)
                    & Q(
                        kind__in=(
                            MovementKind.ADJUSTED,
                            MovementKind.TRANSFERRED,
                            MovementKind.COUNTED,
                        )
                    )
                ),
                name="inventory_movement_fits_verb",
            ),
        ]


class Transfer(TenantModel):
    """Goods on the way from one location to another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = DBForeignKey(Location, db_on_delete=RESTRICT)
    destination = DBForeignKey(Location, db_on_delete=RESTRICT)
    state = models.CharField(max_length=10, choices=TransferState.choices)
    note = models.CharField(max_length=200, default="", blank=True)
    sent_at = models.DateTimeField(db_default=Now())
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(source=F("destination")), name="inventory_transfer_goes_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(state=TransferState.SENT, received_at=None)
                | Q(state=TransferState.RECEIVED, received_at__isnull=False),
                name="inventory_transfer_arrives_once",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("trf", self.id)


class TransferLine(TenantModel):
    """One variant of a transfer; what did not arrive is lost on the way."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transfer = DBForeignKey(Transfer, db_on_delete=CASCADE, db_index=False)
    variant = DBForeignKey("catalogue.Variant", db_on_delete=RESTRICT)
    quantity = models.BigIntegerField()
    received = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transfer", "variant"], name="inventory_transfer_line_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & Q(received__gte=0) & Q(received__lte=F("quantity")),
                name="inventory_transfer_line_adds_up",
            ),
        ]


class Count(TenantModel):
    """A stock-taking at one location."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    location = DBForeignKey(Location, db_on_delete=RESTRICT)
    note = models.CharField(max_length=200, default="", blank=True)
    counted_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("cnt", self.id)


class CountLine(TenantModel):
    """What was counted of one stock item, and what the books had said."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    count = DBForeignKey(Count, db_on_delete=CASCADE, db_index=False)
    stock_item = DBForeignKey(StockItem, db_on_delete=RESTRICT)
    expected = models.BigIntegerField()
    counted = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["count", "stock_item"], name="inventory_counted_once"),
            models.CheckConstraint(condition=Q(counted__gte=0), name="inventory_counts_from_zero"),
        ]
