"""What was handed over: parcels, pickups, keys."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.fulfilment.choices import FulfilmentState
from kernel.orders.choices import FulfilmentMethod
from kernel.tenancy.models import TenantModel


class Fulfilment(TenantModel):
    """One hand-over of some of an order's goods.

    Attributes:
        carrier: as staff call it; empty where nothing is carried.
        tracking: the carrier's number.
        location_id: where it left from; None for the order's locations by priority.
        proof: what shows that it arrived: a ``name``, and ``pictures``, each the places in
            storage of its renditions by width.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey("orders.Order", db_on_delete=RESTRICT)
    method = models.CharField(max_length=10, choices=FulfilmentMethod.choices)
    state = models.CharField(max_length=10, choices=FulfilmentState.choices)
    carrier = models.CharField(max_length=60, default="", blank=True)
    tracking = models.CharField(max_length=80, default="", blank=True)
    location_id = models.UUIDField(null=True, blank=True)
    proof = models.JSONField(default=dict, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["tracking"], name="fulfilment_by_tracking", condition=~Q(tracking="")
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("ful", self.id)


class FulfilmentItem(TenantModel):
    """So many of an order's line."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fulfilment = DBForeignKey(Fulfilment, db_on_delete=CASCADE, db_index=False)
    line = DBForeignKey("orders.OrderLine", db_on_delete=RESTRICT)
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["fulfilment", "line"], name="fulfilment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fulfilment_hands_over_some"),
        ]


class PickupCode(TenantModel):
    """What the buyer says when he fetches an order, or is served; works once.

    Attributes:
        used_by: who handed it over, as the audit log names people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = DBForeignKey("orders.Order", db_on_delete=RESTRICT, db_index=False)
    code = models.CharField(max_length=12)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.CharField(max_length=300, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["order"], name="fulfilment_one_code"),
            models.UniqueConstraint(fields=["code"], name="fulfilment_code_unique"),
        ]


class CardKey(TenantModel):
    """A key that is sold: sealed, and given to one order.

    Attributes:
        sealed: nonce and ciphertext, bound to tenant, variant and row.
        digest: keyed hash, by which the same key is not taken in twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = DBForeignKey("catalogue.Variant", db_on_delete=RESTRICT, db_index=False)
    sealed = models.BinaryField()
    digest = models.BinaryField()
    line = DBForeignKey("orders.OrderLine", db_on_delete=RESTRICT, null=True, blank=True)
    drawn_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["variant", "digest"], name="fulfilment_key_once"),
            models.CheckConstraint(
                condition=Q(line=None, drawn_at=None)
                | Q(line__isnull=False, drawn_at__isnull=False),
                name="fulfilment_key_drawn",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["variant", "id"], name="fulfilment_free_keys", condition=Q(line=None)
            ),
        ]
