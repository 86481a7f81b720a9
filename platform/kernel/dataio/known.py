"""Finds those of a batch that say what is so already, with a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from kernel.catalogue import fields as checks
from kernel.catalogue.models import (
    Category,
    OptionType,
    Picture,
    Product,
    ProductCategory,
    Variant,
    VariantValue,
)
from kernel.catalogue.texts import handle_of
from kernel.common.errors import DomainError
from kernel.dataio.records import ProductRecord
from kernel.dataio.stock import counts_of
from kernel.dataio.upsert import Upsert, Values, check, key_of, told_of, variant_fields
from kernel.pricing.models import BasePrice


def unchanged(records: Sequence[ProductRecord], upsert: Upsert) -> set[int]:
    """Return the lines of products that are as their rows tell; nothing is written.

    Where it is not plain that nothing would change, a product is left to be
    brought in one by one.
    """
    found = _found(records)
    if not found:
        return set()
    shelf = _Shelf([product.id for _record, product in found], upsert)
    return {record.line for record, product in found if shelf.holds(record, product)}


def _found(records: Sequence[ProductRecord]) -> list[tuple[ProductRecord, Product]]:
    """Return each record with its product; those that share one are left out."""
    skus = {item.sku for record in records for item in record.variants if item.sku}
    owners = dict(Variant.objects.filter(sku__in=skus).values_list("sku", "product_id"))
    handles = {handle_of(record.handle) for record in records if record.handle}
    rows = Product.objects.select_related("brand").filter(handle__in=handles)
    by_handle = {product.handle: product for product in rows}
    named = [record for record in records if not record.handle]
    ids = {owners[i.sku] for record in named for i in record.variants if i.sku in owners}
    by_id = {row.id: row for row in Product.objects.select_related("brand").filter(pk__in=ids)}
    found = []
    for record in records:
        mine = {owners.get(item.sku) for item in record.variants if item.sku}
        if record.handle:
            product = by_handle.get(handle_of(record.handle))
        else:
            product = by_id.get(next(iter(mine)) or UUID(int=0)) if len(mine) == 1 else None
        if product is not None:
            found.append((record, product))
    times = Counter(product.id for _record, product in found)
    return [(record, product) for record, product in found if times[product.id] == 1]


class _Shelf:
    """What there is of some products."""

    def __init__(self, ids: Sequence[UUID], upsert: Upsert) -> None:
        self._upsert = upsert
        variants = list(Variant.objects.filter(product__in=ids).order_by("-status", "-position"))
        keys = [variant.id for variant in variants]
        self._variants = _by_values(ids, variants)
        self._prices = {
            row.variant_id: (row.minor, row.compare_at_minor)
            for row in BasePrice.objects.filter(variant__in=keys, currency=upsert.currency)
        }
        self._stock = counts_of(keys) if upsert.with_stock else {}
        self._pictures: dict[UUID, dict[str, UUID]] = defaultdict(dict)
        rows = Picture.objects.filter(product__in=ids).exclude(source_url="")
        for product, url, key in rows.values_list("product_id", "source_url", "id"):
            self._pictures[product][url] = key
        self._places = _places(ids)

    def holds(self, record: ProductRecord, product: Product) -> bool:
        """Tell whether a product is as its record tells."""
        try:
            check(record)
            prices = self._upsert.prices(record)
            fields = checks.checked(told_of(record), checks.PRODUCT)
            rows = {
                key_of(item): checks.checked(variant_fields(item), checks.VARIANT)
                for item in record.variants
            }
        except DomainError:
            return False
        variants = self._variants[product.id]
        return (
            _has(product, fields)
            and record.brand in {"", product.brand.name if product.brand else ""}
            and (not record.categories or set(record.categories) == self._places[product.id])
            and rows.keys() <= variants.keys()
            and all(_has(variants[key], row) for key, row in rows.items())
            and self._pictures[product.id].keys() >= record.pictures.keys()
            and all(
                self._prices.get(variants[key].id)
                == (price.minor, None if compare is None else compare.minor)
                for key, (price, compare) in prices.items()
            )
            and self._is_counted_and_shown(record, product)
        )

    def _is_counted_and_shown(self, record: ProductRecord, product: Product) -> bool:
        pictures, variants = self._pictures[product.id], self._variants[product.id]
        return all(
            (not self._upsert.with_stock or item.stock in {None, self._stock.get(variant.id)})
            and (not item.image_url or pictures.get(item.image_url) == (variant.image_id or 0))
            for item, variant in ((item, variants[key_of(item)]) for item in record.variants)
        )


def _has(row: object, values: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


def _by_values(
    ids: Sequence[UUID], variants: Iterable[Variant]
) -> dict[UUID, dict[Values, Variant]]:
    """Return each product's variants by the names of their values; those on sale go first."""
    order: dict[UUID, list[UUID]] = defaultdict(list)
    types = OptionType.objects.filter(product__in=ids, is_archived=False)
    for product, key in types.order_by("position", "id").values_list("product_id", "id"):
        order[product].append(key)
    names: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    rows = VariantValue.objects.filter(variant__product__in=ids)
    for variant_id, option, name in rows.values_list(
        "variant_id", "option_type_id", "option_value__name"
    ):
        names[variant_id][option] = name.casefold()
    found: dict[UUID, dict[Values, Variant]] = defaultdict(dict)
    for variant in variants:
        mine = [names[variant.id].get(option) for option in order[variant.product_id]]
        whole = tuple(name for name in mine if name is not None)
        if len(whole) == len(mine):
            found[variant.product_id][whole] = variant
    return found


def _places(ids: Sequence[UUID]) -> dict[UUID, set[Values]]:
    rows = list(
        ProductCategory.objects.filter(product__in=ids).values_list("product_id", "category__path")
    )
    above = {path[:end] for _product, path in rows for end in _ends(path)}
    titles = dict(Category.objects.filter(path__in=above).values_list("path", "title"))
    found: dict[UUID, set[Values]] = defaultdict(set)
    for product, path in rows:
        found[product].add(tuple(titles.get(path[:end], "") for end in _ends(path)))
    return found


def _ends(path: str) -> list[int]:
    return [number for number, sign in enumerate(path) if sign == "/"] + [len(path)]
