"""What is sold: products, their editions, and for which time."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from channel_center.billing.choices import ProductKind, RefundPolicy, Term
from kernel.common.db.conditions import one_of
from kernel.common.ids import public_id, uuid7


class Product(models.Model):
    """Something that is sold to shops, in one edition or a ladder of them.

    Attributes:
        feature: what a licence gives a right to: code of a module, or of what the kernel
            limits; empty for services and bundles.
        names, summaries: by language code.
        pictures: addresses of what shows it.
        supports: of updates and support: what it extends them of, once bought for good.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=ProductKind.choices)
    feature = models.CharField(max_length=64, default="", blank=True)
    category = models.CharField(max_length=40, default="", blank=True)
    names = models.JSONField(default=dict)
    summaries = models.JSONField(default=dict, blank=True)
    pictures = models.JSONField(default=list, blank=True)
    supports = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="support"
    )
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=one_of("kind", ProductKind.values), name="billing_product_kind"
            ),
            models.CheckConstraint(
                condition=Q(supports=None) | Q(kind=ProductKind.SERVICE),
                name="billing_support_is_service",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.code

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prd", self.id)

    def name_in(self, language: str | None) -> str:
        """Return what it is called in a language."""
        return _worded(self.names, language) or self.code

    def summary_in(self, language: str | None) -> str:
        """Return what it is for, in a language."""
        return _worded(self.summaries, language)


class Edition(models.Model):
    """A step of a product's ladder.

    Attributes:
        rank: the higher one has more; a change to it is an upgrade.
        limits: what a licence allows, by name.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="editions")
    code = models.CharField(max_length=32)
    rank = models.PositiveSmallIntegerField(default=1)
    names = models.JSONField(default=dict)
    limits = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["product", "code"], name="billing_edition_once"),
            models.UniqueConstraint(fields=["product", "rank"], name="billing_edition_rank"),
        ]

    @override
    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str | None) -> str:
        """Return what it is called in a language."""
        return _worded(self.names, language) or self.code


class BundlePart(models.Model):
    """An edition that comes with a bundle."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bundle = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="parts")
    part = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="bundles")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["bundle", "part"], name="billing_part_once"),
            models.CheckConstraint(
                condition=~Q(bundle=models.F("part")), name="billing_part_not_itself"
            ),
        ]


class Offer(models.Model):
    """An edition for a time; price lists say what it costs.

    Attributes:
        trial_days: how long it may be tried first, unless a price list says otherwise.
        support_months: of a licence for good: how long updates and support are included.
        refund_days: within `RefundPolicy.WINDOW`.
        meter: of an offer by use: what is counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="offers")
    code = models.CharField(max_length=60, unique=True)
    term = models.CharField(max_length=10, choices=Term.choices)
    trial_days = models.PositiveSmallIntegerField(default=0)
    support_months = models.PositiveSmallIntegerField(default=0)
    refund_policy = models.CharField(
        max_length=10, choices=RefundPolicy.choices, default=RefundPolicy.PRO_RATA
    )
    refund_days = models.PositiveSmallIntegerField(default=0)
    meter = models.CharField(max_length=40, default="", blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=one_of("term", Term.values), name="billing_term"),
            models.CheckConstraint(
                condition=~Q(term=Term.USAGE) | ~Q(meter=""), name="billing_use_is_metered"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.code

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("off", self.id)


def _worded(words: dict[str, str], language: str | None) -> str:
    code = "en" if (language or "").lower().startswith("en") else "zh-hans"
    return words.get(code) or next(iter(words.values()), "")
