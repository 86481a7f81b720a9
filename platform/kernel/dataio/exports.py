"""Products as a CSV file that can be imported again, and changes nothing then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from kernel.catalogue.choices import OutOfStock, ProductStatus, VariantStatus
from kernel.catalogue.models import (
    Category,
    OptionType,
    Picture,
    Product,
    ProductCategory,
    Variant,
    VariantValue,
)
from kernel.common.csv import csv_lines
from kernel.common.money import Money
from kernel.pricing.models import BasePrice
from kernel.tenancy.context import current_tenant

COLUMNS: Final = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Tags", "Published", "Categories"),
    *("Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value"),
    *("Option3 Name", "Option3 Value", "Variant SKU", "Variant Grams"),
    *("Variant Inventory Policy", "Variant Price", "Variant Compare At Price"),
    *("Variant Barcode", "Image Src", "Image Alt Text", "SEO Title", "SEO Description"),
    *("Freight Template", "Variant Volume"),
)
_CHUNK: Final = 200


def export_products(
    *, statuses: Sequence[str] = (), among: QuerySet[Product] | None = None
) -> Iterator[str]:
    """Return the lines of the file; eight queries for each 200 products.

    Args:
        statuses: only products of these; of all when empty.
        among: only these products.

    What a spreadsheet would run as a formula gets a quote in front, which an
    import takes away again.
    """
    return csv_lines(product_rows(statuses=statuses, among=among))


def product_rows(
    *, statuses: Sequence[str] = (), among: QuerySet[Product] | None = None
) -> Iterator[Sequence[object]]:
    """Return the rows of the file, the names of its columns first."""
    return _rows(statuses, Product.objects.all() if among is None else among)


def _rows(statuses: Sequence[str], among: QuerySet[Product]) -> Iterator[Sequence[object]]:
    yield COLUMNS
    titles = dict(Category.objects.values_list("path", "title"))
    last = UUID(int=0)
    while True:
        rows = among.select_related("brand").filter(pk__gt=last)
        if statuses:
            rows = rows.filter(status__in=statuses)
        products = list(rows.order_by("pk")[:_CHUNK])
        if not products:
            return
        last = products[-1].pk
        around = _Around([item.pk for item in products], titles)
        for product in products:
            for row in around.rows_of(product):
                yield [row.get(name, "") for name in COLUMNS]


class _Around:
    """What belongs to some products, read with six queries."""

    def __init__(self, ids: Sequence[UUID], titles: dict[str, str]) -> None:
        self._currency = current_tenant().currency
        self._titles = titles
        self._options = _grouped(
            OptionType.objects.filter(product__in=ids, is_archived=False).order_by("position", "id")
        )
        self._variants = _grouped(
            Variant.objects.filter(product__in=ids, status=VariantStatus.ACTIVE).order_by(
                "position", "id"
            )
        )
        self._pictures = _grouped(
            Picture.objects.filter(product__in=ids)
            .exclude(source_url="")
            .order_by("position", "id")
        )
        self._places = _grouped(
            ProductCategory.objects.select_related("category")
            .filter(product__in=ids)
            .order_by("category__path")
        )
        self._prices = {
            row.variant_id: row
            for row in BasePrice.objects.filter(variant__product__in=ids, currency=self._currency)
        }
        values = VariantValue.objects.select_related("option_value").filter(
            variant__product__in=ids
        )
        self._values = {
            (row.variant_id, row.option_type_id): row.option_value.name for row in values
        }

    def rows_of(self, product: Product) -> Iterator[dict[str, object]]:
        """Yield the rows of a product: the first says what it is, all say a variant or picture."""
        options = self._options.get(product.pk, [])
        pairs = zip_longest(self._variants.get(product.pk, []), self._pictures.get(product.pk, []))
        for number, (variant, picture) in enumerate(pairs):
            row: dict[str, object] = {"Handle": product.handle}
            if number == 0:
                row |= self._head(product, options)
            if variant is not None:
                row |= self._variant(variant, options)
            if picture is not None:
                row |= {"Image Src": picture.source_url, "Image Alt Text": picture.alt}
            yield row

    def _head(self, product: Product, options: Sequence[OptionType]) -> dict[str, object]:
        places = [row.category.path for row in self._places.get(product.pk, [])]
        named = {f"Option{n} Name": item.name for n, item in enumerate(options, start=1)}
        return {
            "Title": product.title,
            "Body (HTML)": product.description_html,
            "Vendor": product.brand.name if product.brand else "",
            "Tags": ", ".join(product.tags),
            "Published": "true" if product.status == ProductStatus.ACTIVE else "false",
            "Categories": "; ".join(self._way(path) for path in places),
            "SEO Title": product.seo_title,
            "SEO Description": product.seo_description,
            "Freight Template": product.freight_template,
            **(named or {"Option1 Name": "Title"}),
        }

    def _way(self, path: str) -> str:
        parts = path.split("/")
        above = ("/".join(parts[: number + 1]) for number in range(len(parts)))
        return " > ".join(self._titles.get(each, "") for each in above)

    def _variant(self, variant: Variant, options: Sequence[OptionType]) -> dict[str, object]:
        price = self._prices.get(variant.pk)
        values = {
            f"Option{n} Value": self._values.get((variant.pk, item.pk), "")
            for n, item in enumerate(options, start=1)
        }
        return {
            **(values or {"Option1 Value": "Default Title"}),
            "Variant SKU": variant.sku,
            "Variant Grams": variant.weight_grams,
            "Variant Volume": variant.volume_cm3,
            "Variant Inventory Policy": "deny"
            if variant.out_of_stock == OutOfStock.REFUSE
            else "continue",
            "Variant Price": self._text(price.minor if price else None),
            "Variant Compare At Price": self._text(price.compare_at_minor if price else None),
            "Variant Barcode": variant.barcode,
        }

    def _text(self, minor: int | None) -> str:
        return "" if minor is None else Money(minor, self._currency).decimal()


def _grouped(rows: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.product_id, []).append(row)
    return found
