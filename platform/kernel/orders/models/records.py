"""What explains an order: adjustments, money, the timeline, proposals, notes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.orders.choices import AdjustmentKind, ChangeState, EventKind, PaymentEntryKind
from kernel.orders.models.orders import Order, OrderLine
from kernel.tenancy.models import TenantModel


class Adjustment(TenantModel):
    """One reason why an order costs what it does.

    Attributes:
        line: the line it belongs to; None for the order as a whole.
        source: what brought it, stable: ``shipping.express``, ``coupon.ABC``.
        minor: negative for what is taken off.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey(Order, db_on_delete=RESTRICT)
    line = DBForeignKey(OrderLine, db_on_delete=RESTRICT, null=True, blank=True, db_index=False)
    kind = models.CharField(max_length=10, choices=AdjustmentKind.choices)
    source = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    minor = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())


class PaymentEntry(TenantModel):
    """Money that came for an order, or went back. Written once, never changed.

    Attributes:
        reference: what tells it from every other of its kind for this order, so
            that a notice that comes twice is written once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey(Order, db_on_delete=RESTRICT, db_index=False)
    kind = models.CharField(max_length=20, choices=PaymentEntryKind.choices)
    minor = models.BigIntegerField()
    reference = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["order", "kind", "reference"], name="orders_entry_once"
            ),
            models.CheckConstraint(condition=Q(minor__gt=0), name="orders_entry_positive"),
        ]


class OrderEvent(TenantModel):
    """An entry of an order's timeline. Written once, never changed.

    Attributes:
        actor: kind, id and name of who did it.
        figures: by how much each figure of the order moved, in minor units; their
            sums over the timeline are the order's figures.
        data: what else there is to tell; texts of people, ids, quantities.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey(Order, db_on_delete=RESTRICT, db_index=False)
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    actor = models.JSONField()
    figures = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["order", "id"], name="orders_timeline")]


class OrderChange(TenantModel):
    """A change that staff propose, look at, and apply or drop.

    Attributes:
        operations: what to do, see `kernel.orders.services.edits`.
        order_version: the order that it was made for; another one refuses it.
        before, after: the figures, as the preview showed them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey(Order, db_on_delete=RESTRICT)
    state = models.CharField(max_length=10, choices=ChangeState.choices)
    operations = models.JSONField()
    order_version = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=300, default="", blank=True)
    actor = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("chg", self.id)


class StaffNote(TenantModel):
    """What staff write about an order for each other."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey(Order, db_on_delete=CASCADE)
    text = models.CharField(max_length=2000)
    actor = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())


class OrderTag(TenantModel):
    """A word by which staff find an order again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey(Order, db_on_delete=CASCADE, db_index=False)
    name = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order", "name"], name="orders_tag_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["name"], name="orders_by_tag")]
