"""What the pages of categories and collections show."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.db.models import Count
from django.utils.translation import get_language

from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import (
    Collection,
    CollectionProduct,
    Product,
    ProductCategory,
    ServiceLabel,
)
from kernel.catalogue.selectors.cards import label_title
from kernel.catalogue.texts import translated


def products_in_categories() -> dict[UUID, int]:
    """Return how many products stand in each category itself; one query."""
    rows = ProductCategory.objects.exclude(product__status=ProductStatus.ARCHIVED)
    return dict(
        rows.values_list("category_id").annotate(count=Count("product_id")).order_by("category_id")
    )


def products_in_collections() -> dict[UUID, int]:
    """Return how many products each collection holds; one query."""
    rows = CollectionProduct.objects.values_list("collection_id")
    return dict(rows.annotate(count=Count("product_id")).order_by("collection_id"))


def products_of(collection: Collection, *, most: int) -> list[Product]:
    """Return the first products of a collection in their order; two queries."""
    ordered = CollectionProduct.objects.filter(collection=collection).order_by("position", "id")
    keys = list(ordered.values_list("product_id", flat=True)[:most])
    by_id = Product.objects.in_bulk(keys)
    return [by_id[key] for key in keys if key in by_id]


def product_title(row: Product) -> str:
    """Return a product's name in the reader's language."""
    return translated(row.i18n, get_language(), "title", row.title)


def labels() -> list[tuple[ServiceLabel, str]]:
    """Return the service labels with their names in the reader's language; one query."""
    rows = ServiceLabel.objects.order_by("position", "code")
    return [(row, label_title(row, get_language())) for row in rows]


def picture_link(name: str) -> str:
    """Return the address of a picture; empty when there is none."""
    if name.startswith(("http://", "https://")):
        return name
    try:
        return default_storage.url(name) if name else ""
    except (SuspiciousFileOperation, ValueError):
        return ""
