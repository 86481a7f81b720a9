"""Ways to ship: the table."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.checkout.choices import Rate
from kernel.common.db.fields import SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.orders.choices import FulfilmentMethod
from kernel.tenancy.models import TenantModel


class ShippingMethod(TenantModel):
    """A way in which goods reach their buyer, and what it costs.

    Attributes:
        code: stable; what a buyer's choice names.
        names: by language, ``{"zh-hans": "快递", "en": "Express"}``.
        base_minor: of a flat rate; of a rate by pieces, for the first piece.
        piece_minor: for each further piece.
        free_from_minor: goods worth so much after discounts travel free; None for never.
        location: where it is fetched, for pickup.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField(default=dict)
    method = models.CharField(max_length=10, choices=FulfilmentMethod.choices)
    rate = models.CharField(max_length=10, choices=Rate.choices)
    currency = models.CharField(max_length=3)
    base_minor = models.BigIntegerField(default=0)
    piece_minor = models.BigIntegerField(default=0)
    free_from_minor = models.BigIntegerField(null=True, blank=True)
    location = DBForeignKey("inventory.Location", db_on_delete=SET_NULL, null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(base_minor__gte=0, piece_minor__gte=0)
                & (Q(free_from_minor=None) | Q(free_from_minor__gte=0)),
                name="checkout_rates_not_negative",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("shm", self.id)

    def name_in(self, language: str) -> str:
        """Return its name in a language, or in any that it has."""
        return self.names.get(language) or next(iter(self.names.values()), self.code)

    @override
    def __str__(self) -> str:
        return self.code
