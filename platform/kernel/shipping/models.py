"""Ways to ship and freight templates: the tables."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.common.db.fields import RESTRICT, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.i18n.languages import in_any
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.choices import Combining, Measure
from kernel.tenancy.models import TenantModel


class FreightTemplate(TenantModel):
    """What bringing goods costs, region by region.

    Attributes:
        code: stable; what products name.
        name: for staff, and for buyers where several templates meet in a parcel.
        rules: see `kernel.shipping.rules.Rule`; no region stands in two of them.
        version: grows with each change.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    measure = models.CharField(max_length=10, choices=Measure.choices, default=Measure.PIECE)
    currency = models.CharField(max_length=3)
    rules = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("frt", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class ShippingMethod(TenantModel):
    """A way in which goods reach their buyer.

    Attributes:
        code: stable; what a buyer's choice names.
        names: by language, ``{"zh-hans": "快递", "en": "Express"}``.
        countries: where it is offered, ISO 3166-1; empty for everywhere.
        template: what express costs for goods that name no template of their own; None
            for nothing.
        combining: what goods of several templates cost together.
        fee_minor: what is put on every parcel: the price of being faster.
        insurance_minor: what insurance of a parcel costs those who want it; None for none.
        location: where it is fetched, or from where it is brought in the same city.
        carrier: who is asked what a parcel costs, see `kernel.shipping.carriers`; empty
            where the template alone counts.
        carrier_terms: what the carrier needs to know: ``url``.
        nearby: of the same city, see `kernel.shipping.nearby.Nearby`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField(default=dict)
    method = models.CharField(max_length=10, choices=FulfilmentMethod.choices)
    currency = models.CharField(max_length=3)
    countries = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    template = DBForeignKey(FreightTemplate, db_on_delete=RESTRICT, null=True, blank=True)
    combining = models.CharField(
        max_length=12, choices=Combining.choices, default=Combining.FIRST_ONCE
    )
    fee_minor = models.BigIntegerField(default=0)
    insurance_minor = models.BigIntegerField(null=True, blank=True)
    carrier = models.CharField(max_length=40, default="", blank=True)
    carrier_terms = models.JSONField(default=dict, blank=True)
    location = DBForeignKey("inventory.Location", db_on_delete=SET_NULL, null=True, blank=True)
    nearby = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(fee_minor__gte=0), name="shipping_fee_not_negative"),
            models.CheckConstraint(
                condition=Q(insurance_minor=None) | Q(insurance_minor__gt=0),
                name="shipping_insurance_costs",
            ),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("shm", self.id)

    def name_in(self, language: str) -> str:
        """Return its name in a language, or in any that it has."""
        return in_any(self.names, language, self.code)

    @override
    def __str__(self) -> str:
        return self.code
