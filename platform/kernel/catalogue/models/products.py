"""Products, their variants and their pictures."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.catalogue.choices import (
    AfterSalePolicy,
    OutOfStock,
    PictureState,
    ProductKind,
    ProductStatus,
    VariantStatus,
)
from kernel.catalogue.fields import LARGEST_COUNT
from kernel.catalogue.models.particulars import Brand, ProductType, Unit
from kernel.common.db.fields import CASCADE, RESTRICT, SET_NULL, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Product(TenantModel):
    """Something that is sold, in one or more variants.

    Attributes:
        handle: its name in addresses.
        i18n: texts in further languages, ``{"en": {"title", "summary", "description_html"}}``.
        description_html: sanitised when it was written.
        attributes: values by code, as `product_type` asks for them.
        freight_template: code of the one that counts its freight; empty for the usual one.
        draft: changes to a published product that are not published yet.
        version: grows with each change; the log has an entry for each.
        search_text: title, tags and SKUs in lower case, written by the services.
        lowest_minor, highest_minor: base prices of the variants on sale, in
            `price_currency`; written by the pricing centre, for lists and sorting.
        lead_variant_id: the variant with the lowest price.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    handle = models.CharField(max_length=200, unique=True)
    kind = models.CharField(
        max_length=10, choices=ProductKind.choices, default=ProductKind.PHYSICAL
    )
    title = models.CharField(max_length=200)
    i18n = models.JSONField(default=dict, blank=True)
    summary = models.CharField(max_length=500, default="", blank=True)
    description_html = models.TextField(default="", blank=True)
    brand = DBForeignKey(Brand, db_on_delete=SET_NULL, null=True, blank=True)
    product_type = DBForeignKey(ProductType, db_on_delete=RESTRICT, null=True, blank=True)
    unit = DBForeignKey(Unit, db_on_delete=RESTRICT, null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    status = models.CharField(
        max_length=10, choices=ProductStatus.choices, default=ProductStatus.DRAFT
    )
    published_from = models.DateTimeField(null=True, blank=True)
    published_until = models.DateTimeField(null=True, blank=True)
    seo_title = models.CharField(max_length=200, default="", blank=True)
    seo_description = models.CharField(max_length=500, default="", blank=True)
    min_per_order = models.PositiveIntegerField(default=1)
    max_per_order = models.PositiveIntegerField(null=True, blank=True)
    max_per_member = models.PositiveIntegerField(null=True, blank=True)
    step = models.PositiveIntegerField(default=1)
    after_sale_policy = models.CharField(
        max_length=20, choices=AfterSalePolicy.choices, default=AfterSalePolicy.SEVEN_DAYS
    )
    tax_class = models.CharField(max_length=40, default="standard")
    freight_template = models.CharField(max_length=40, default="", blank=True)
    seller_id = models.UUIDField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    draft = models.JSONField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    search_text = models.TextField(default="", blank=True, editable=False)
    lowest_minor = models.BigIntegerField(null=True, editable=False)
    highest_minor = models.BigIntegerField(null=True, editable=False)
    price_currency = models.CharField(max_length=3, default="", editable=False)
    lead_variant_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(min_per_order__gte=1) & Q(step__gte=1),
                name="catalogue_limits_positive",
            ),
            models.CheckConstraint(
                condition=Q(max_per_order=None) | Q(max_per_order__gte=F("min_per_order")),
                name="catalogue_limits_ordered",
            ),
            models.CheckConstraint(
                condition=Q(published_from=None)
                | Q(published_until=None)
                | Q(published_from__lt=F("published_until")),
                name="catalogue_dates_ordered",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "id"], name="catalogue_newest"),
            models.Index(fields=["status", "lowest_minor", "id"], name="catalogue_cheapest"),
            models.Index(fields=["brand", "status"], name="catalogue_by_brand"),
            models.Index(fields=["seller_id", "status"], name="catalogue_by_seller"),
            GinIndex(fields=["tags"], name="catalogue_by_tag"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("prd", self.id)

    @override
    def __str__(self) -> str:
        return self.title


class HandleRedirect(TenantModel):
    """A handle that a product had before."""

    handle = models.CharField(max_length=200, primary_key=True)
    product = DBForeignKey(Product, db_on_delete=CASCADE)
    created_at = models.DateTimeField(db_default=Now())


class Picture(TenantModel):
    """A picture of a product.

    Attributes:
        file: name of the original in the tenant's storage; empty until it was fetched.
        source_url: where it was imported from; empty for an upload.
        renditions: names in storage by width, ``{"480": "…", "960": "…", "1600": "…"}``.
        fault: why it failed, as a stable code.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = DBForeignKey(Product, db_on_delete=CASCADE)
    file = models.CharField(max_length=300, default="", blank=True)
    source_url = models.CharField(max_length=2000, default="", blank=True)
    alt = models.CharField(max_length=500, default="", blank=True)
    alts = models.JSONField(default=dict, blank=True)
    position = models.IntegerField(default=0)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    renditions = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        max_length=10, choices=PictureState.choices, default=PictureState.WAITING
    )
    fault = models.CharField(max_length=80, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("pic", self.id)

    @override
    def __str__(self) -> str:
        return self.alt or self.file


class OptionType(TenantModel):
    """One dimension of a product's variants: colour, size."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = DBForeignKey(Product, db_on_delete=CASCADE)
    name = models.CharField(max_length=80)
    names = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField()
    is_archived = models.BooleanField(default=False)

    @override
    def __str__(self) -> str:
        return self.name


class OptionValue(TenantModel):
    """One value of an option: red, XL."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    option_type = DBForeignKey(OptionType, db_on_delete=CASCADE)
    name = models.CharField(max_length=80)
    names = models.JSONField(default=dict, blank=True)
    colour = models.CharField(max_length=7, default="", blank=True)
    position = models.PositiveSmallIntegerField()
    is_archived = models.BooleanField(default=False)

    @override
    def __str__(self) -> str:
        return self.name


class Variant(TenantModel):
    """What is priced, stocked and sold: a product with one value of each option.

    Attributes:
        title: its option values, ``红 / XL``; empty for a product without options.
        signature: the ids of its option values in the order of the ids, so that the
            order of options does not matter; empty for a product without options.
        cost_minor: what it costs the shop, in `currency`.
        oversell_limit: how many may be sold beyond stock when that is allowed; the
            largest number stands for goods that nobody counts.
        ships_by: for goods sold ahead.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = DBForeignKey(Product, db_on_delete=CASCADE)
    sku = models.CharField(max_length=80, unique=True)
    barcode = models.CharField(max_length=80, default="", blank=True)
    title = models.CharField(max_length=300, default="", blank=True)
    signature = models.CharField(max_length=120, default="", blank=True)
    weight_grams = models.PositiveIntegerField(default=0)
    volume_cm3 = models.PositiveIntegerField(default=0)
    cost_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="", blank=True)
    image = DBForeignKey(Picture, db_on_delete=SET_NULL, null=True, blank=True)
    status = models.CharField(
        max_length=10, choices=VariantStatus.choices, default=VariantStatus.ACTIVE
    )
    is_default = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    out_of_stock = models.CharField(
        max_length=10, choices=OutOfStock.choices, default=OutOfStock.REFUSE
    )
    oversell_limit = models.PositiveIntegerField(default=0)
    ships_by = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "signature"], name="catalogue_one_of_each_choice"
            ),
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(is_default=True),
                name="catalogue_one_default_variant",
            ),
            models.CheckConstraint(
                condition=Q(cost_minor=None) | Q(cost_minor__gte=0), name="catalogue_cost_positive"
            ),
        ]
        indexes = [models.Index(fields=["barcode"], name="catalogue_by_barcode")]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("var", self.id)

    @property
    def is_uncounted(self) -> bool:
        """Whether nobody counts it: it is sold as often as it is asked for."""
        return self.out_of_stock == OutOfStock.BACKORDER and self.oversell_limit >= LARGEST_COUNT

    @override
    def __str__(self) -> str:
        return self.sku


class VariantValue(TenantModel):
    """The value that a variant has of one option."""

    id = models.BigAutoField(primary_key=True)
    variant = DBForeignKey(Variant, db_on_delete=CASCADE, db_index=False)
    option_type = DBForeignKey(OptionType, db_on_delete=CASCADE, db_index=False)
    option_value = DBForeignKey(OptionValue, db_on_delete=CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "option_type"], name="catalogue_one_value_per_option"
            )
        ]


class BundleItem(TenantModel):
    """What one piece of a bundle holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = DBForeignKey(Product, db_on_delete=CASCADE, db_index=False)
    variant = DBForeignKey(Variant, db_on_delete=RESTRICT)
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "variant"], name="catalogue_bundle_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="catalogue_bundle_holds"),
        ]


class ProductVersion(TenantModel):
    """A product as it was after a change. Written once; never changed.

    Attributes:
        data: the product's own fields, its options and its variants.
        changed: names of what this change touched.
    """

    id = models.BigAutoField(primary_key=True)
    product = DBForeignKey(Product, db_on_delete=CASCADE, db_index=False)
    number = models.PositiveIntegerField()
    data = models.JSONField()
    changed = models.JSONField(default=list)
    actor = models.CharField(max_length=300)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="catalogue_one_version")
        ]
