"""What things cost: the tables."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.catalogue.models import Variant
from kernel.common.db.fields import CASCADE, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.common.money import LARGEST_MINOR
from kernel.tenancy.models import TenantModel


class BasePrice(TenantModel):
    """What a variant costs when no list says otherwise.

    Attributes:
        compare_at_minor: the price that is shown struck through.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    variant = DBForeignKey(Variant, db_on_delete=CASCADE, db_index=False)
    currency = models.CharField(max_length=3)
    minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency"], name="pricing_one_base_price"),
            models.CheckConstraint(
                condition=Q(minor__gte=0, minor__lte=LARGEST_MINOR), name="pricing_base_bounds"
            ),
            models.CheckConstraint(
                condition=Q(compare_at_minor=None)
                | Q(compare_at_minor__gte=0, compare_at_minor__lte=LARGEST_MINOR),
                name="pricing_compare_bounds",
            ),
        ]


class PriceList(TenantModel):
    """Prices for some buyers, for some time.

    Attributes:
        priority: of the lists that apply, the highest decides; among equals the lowest price.
        starts_at, ends_at: compared with the moment of the question, so nothing has to
            run when a list begins or ends.
        audience: who gets it; empty means everybody. See `kernel.pricing.audience`.
        rules: prices of variants without an entry; see `kernel.pricing.list_rules`.
        managed_by: what the list belongs to, and by which alone it is changed: a level;
            empty for lists that people make.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    priority = models.IntegerField(default=0)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    audience = models.JSONField(default=dict, blank=True)
    rules = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)
    managed_by = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(starts_at__lt=F("ends_at")),
                name="pricing_dates_ordered",
            )
        ]
        indexes = [models.Index(fields=["currency", "is_active"], name="pricing_lists_in_use")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prl", self.id)

    @override
    def __str__(self) -> str:
        return self.name


class PriceListEntry(TenantModel):
    """The price of a variant in a list, from a quantity on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    price_list = DBForeignKey(PriceList, db_on_delete=CASCADE, db_index=False)
    variant = DBForeignKey(Variant, db_on_delete=CASCADE)
    min_quantity = models.PositiveIntegerField(default=1)
    minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["price_list", "variant", "min_quantity"], name="pricing_one_entry"
            ),
            models.CheckConstraint(
                condition=Q(minor__gte=0, minor__lte=LARGEST_MINOR), name="pricing_entry_bounds"
            ),
            models.CheckConstraint(condition=Q(min_quantity__gte=1), name="pricing_entry_quantity"),
        ]


class PriceListVersion(TenantModel):
    """What a list was like from a moment on. Written once; never changed.

    Each row ends the one before it of the same list.
    """

    id = models.BigAutoField(primary_key=True)
    price_list = DBForeignKey(PriceList, db_on_delete=CASCADE, db_index=False)
    currency = models.CharField(max_length=3)
    priority = models.IntegerField()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    audience = models.JSONField()
    rules = models.JSONField()
    is_active = models.BooleanField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["price_list", "id"], name="pricing_list_versions")]


class PriceHistory(TenantModel):
    """A price as it stood in the books from a moment on. Written once; never changed.

    Each row ends the one before it of the same variant, currency, list and tier.

    Attributes:
        price_list: None for the base price.
        min_quantity: from how many on, in a list.
        minor: None says that it was taken away.
    """

    id = models.BigAutoField(primary_key=True)
    variant = DBForeignKey(Variant, db_on_delete=CASCADE, db_index=False)
    price_list = DBForeignKey(PriceList, db_on_delete=CASCADE, null=True)
    min_quantity = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    minor = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["variant", "currency", "id"], name="pricing_history"),
        ]
