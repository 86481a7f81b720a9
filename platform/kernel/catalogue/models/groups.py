"""How products are grouped: the category tree, and collections."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from typing_extensions import override

from kernel.catalogue.choices import CategoryPurpose, CollectionKind
from kernel.common.db.fields import CASCADE, RESTRICT, DBForeignKey
from kernel.common.ids import public_id, uuid7
from kernel.tenancy.models import TenantModel


class Category(TenantModel):
    """A place in the category tree.

    Attributes:
        path: the slugs from the root to here, ``women/dresses``: what addresses
            are made of, and by which a subtree is found.
        depth: 1 for a root.
        position: among those with the same parent.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = DBForeignKey("catalogue.Category", db_on_delete=RESTRICT, null=True, blank=True)
    path = models.CharField(max_length=1000, unique=True)
    depth = models.PositiveSmallIntegerField()
    slug = models.CharField(max_length=120)
    title = models.CharField(max_length=200)
    titles = models.JSONField(default=dict, blank=True)
    purpose = models.CharField(
        max_length=10, choices=CategoryPurpose.choices, default=CategoryPurpose.SHOP
    )
    is_shown = models.BooleanField(default=True)
    position = models.IntegerField(default=0)
    picture = models.CharField(max_length=300, default="", blank=True)
    seo_title = models.CharField(max_length=200, default="", blank=True)
    seo_description = models.CharField(max_length=500, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(depth__gte=1), name="catalogue_category_depth"),
        ]

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("cat", self.id)

    @override
    def __str__(self) -> str:
        return self.title


class CategoryRedirect(TenantModel):
    """An address that a category had before it was moved, renamed or merged."""

    path = models.CharField(max_length=1000, primary_key=True)
    category = DBForeignKey(Category, db_on_delete=CASCADE)
    created_at = models.DateTimeField(db_default=Now())


class ProductCategory(TenantModel):
    """A product's place in a category."""

    id = models.BigAutoField(primary_key=True)
    product = DBForeignKey("catalogue.Product", db_on_delete=CASCADE, db_index=False)
    category = DBForeignKey(Category, db_on_delete=RESTRICT, db_index=False)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "category"], name="catalogue_category_once")
        ]
        indexes = [
            models.Index(fields=["category", "product"], name="catalogue_by_category"),
        ]


class Collection(TenantModel):
    """Products that belong together, chosen by hand or by rules.

    Attributes:
        rules: ``{"match": "all" | "any", "rules": [{"field", "operator", "value"}]}``;
            see `kernel.catalogue.rules`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    handle = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=200)
    titles = models.JSONField(default=dict, blank=True)
    description_html = models.TextField(default="", blank=True)
    kind = models.CharField(max_length=10, choices=CollectionKind.choices)
    rules = models.JSONField(default=dict, blank=True)
    is_shown = models.BooleanField(default=True)
    picture = models.CharField(max_length=300, default="", blank=True)
    seo_title = models.CharField(max_length=200, default="", blank=True)
    seo_description = models.CharField(max_length=500, default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    refreshed_at = models.DateTimeField(null=True, blank=True)

    @property
    def public_id(self) -> str:
        """The id that may be shown outside."""
        return public_id("col", self.id)

    @override
    def __str__(self) -> str:
        return self.title


class CollectionProduct(TenantModel):
    """A product's place in a collection."""

    id = models.BigAutoField(primary_key=True)
    collection = DBForeignKey(Collection, db_on_delete=CASCADE, db_index=False)
    product = DBForeignKey("catalogue.Product", db_on_delete=CASCADE)
    position = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "product"], name="catalogue_collection_once"
            )
        ]
