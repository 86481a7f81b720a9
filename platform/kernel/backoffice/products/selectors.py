"""What the pages of products show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Sum

from kernel.catalogue.choices import ProductStatus, VariantStatus
from kernel.catalogue.models import OptionType, OptionValue, Picture, Product, Variant
from kernel.catalogue.ports import ShownPrice, prices
from kernel.inventory.models import StockItem
from kernel.inventory.selectors import stock_items
from kernel.inventory.services import default_location


def stock_by_product(product_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many pieces of each product there are, everywhere; one query."""
    rows = (
        StockItem.objects.filter(variant__product__in=list(product_ids))
        .values_list("variant__product_id")
        .annotate(on_hand=Sum("on_hand"))
    )
    return {key: int(on_hand) for key, on_hand in rows}


def low_products() -> list[UUID]:
    """Return the products on sale of which little is left; one query."""
    low = stock_items(only_low=True).filter(
        variant__status=VariantStatus.ACTIVE, variant__product__status=ProductStatus.ACTIVE
    )
    return list(low.values_list("variant__product_id", flat=True).distinct().order_by())


@dataclass(frozen=True, slots=True)
class GridRow:
    """A variant with its price and its stock at the shop's first location."""

    variant: Variant
    price: ShownPrice | None
    stock: int


def grid_of(product: Product) -> list[GridRow]:
    """Return the variants of a product, those on sale first."""
    variants = list(Variant.objects.filter(product=product).order_by("status", "position", "id"))
    base = prices().base([item.id for item in variants])
    place = default_location()
    rows = StockItem.objects.filter(variant__in=variants, location=place)
    on_hand = dict(rows.values_list("variant_id", "on_hand"))
    return [GridRow(item, base.get(item.id), on_hand.get(item.id, 0)) for item in variants]


def options_of(product: Product) -> list[tuple[str, list[str]]]:
    """Return the options of a product with the names of their values; two queries."""
    options = list(
        OptionType.objects.filter(product=product, is_archived=False).order_by("position", "id")
    )
    values = OptionValue.objects.filter(option_type__in=options, is_archived=False)
    found: dict[UUID, list[str]] = {option.id: [] for option in options}
    for key, name in values.order_by("position", "id").values_list("option_type_id", "name"):
        found[key].append(name)
    return [(option.name, found[option.id]) for option in options]


def pictures_of(product: Product) -> list[tuple[Picture, str]]:
    """Return the pictures of a product, each with the link to a small file, if there is one."""
    found = []
    for row in Picture.objects.filter(product=product).order_by("position", "id"):
        name = next((row.renditions[key] for key in ("480", "960") if key in row.renditions), "")
        name = name or row.file
        found.append((row, default_storage.url(name) if name else ""))
    return found
