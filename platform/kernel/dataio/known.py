"""Finds those of a batch that say what is so already, with a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from django.db.models import Q

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
from kernel.common.money import Money
from kernel.dataio.records import ProductRecord
from kernel.dataio.stock import counts_of
from kernel.dataio.upsert import Upsert, Values, check, key_of, told_of
from kernel.pricing.models import BasePrice

Pair: TypeAlias = tuple[ProductRecord, Product]


class Known:
    """Those of a batch that are there already, and what there is of them; nothing is written.

    Where several rows may mean one product, all of them are left out, to be brought
    in one by one and in their order.

    Attributes:
        unchanged: the lines of products that are as their rows tell.
        others: the rest, with their products.
    """

    def __init__(self, records: Sequence[ProductRecord], upsert: Upsert) -> None:
        self._upsert = upsert
        self.unchanged: set[int] = set()
        self.others: list[Pair] = []
        skus = [{item.sku.strip() for item in record.variants} for record in records]
        self._named = Counter(sku for each in skus for sku in each if sku)
        found = _found(records)
        if not found:
            return
        ids = [product.id for _record, product in found]
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
        for record, owner in found:
            if self._holds(record, owner):
                self.unchanged.add(record.line)
            else:
                self.others.append((record, owner))

    def variants_of(self, record: ProductRecord, product: Product) -> dict[Values, Variant] | None:
        """Return the variants that a record names by their values; None when one is missing."""
        variants = self._variants[product.id]
        keys = [key_of(item) for item in record.variants]
        return {key: variants[key] for key in keys} if variants.keys() >= set(keys) else None

    def missing_of(self, record: ProductRecord, product: Product) -> list[Values]:
        """Return the values of the variants that a record adds."""
        variants = self._variants[product.id]
        return [item.values for item in record.variants if key_of(item) not in variants]

    def stays_apart(self, variant: Variant, sku: str) -> bool:
        """Tell whether a variant can have a SKU and every other row finds the same ones free.

        Else it matters which of them is brought in first.
        """
        return sku == variant.sku or (self._named[sku] < 2 and not self._named[variant.sku])  # noqa: PLR2004  itself and another

    def costs(self, variant_id: UUID, price: Money, compare: Money | None) -> bool:
        """Tell whether a variant has this price."""
        asked = price.minor, None if compare is None else compare.minor
        return self._prices.get(variant_id) == asked

    def counts(self, variant_id: UUID, stock: int | None) -> bool:
        """Tell whether there are as many of a variant as its row tells, if it does."""
        return not self._upsert.with_stock or stock in {None, self._stock.get(variant_id)}

    def _holds(self, record: ProductRecord, product: Product) -> bool:
        """Tell whether a product is as its record tells."""
        try:
            check(record)
            prices = self._upsert.prices(record)
            fields = checks.checked(told_of(record), checks.PRODUCT)
            variants = self.variants_of(record, product)
            if variants is None:
                return False
            rows = [
                (
                    variant,
                    checks.checked(self._upsert.variant_fields(item, variant), checks.VARIANT),
                )
                for item in record.variants
                for variant in [variants[key_of(item)]]
            ]
        except DomainError:
            return False
        return (
            _has(product, fields)
            and record.brand in {"", product.brand.name if product.brand else ""}
            and (not record.categories or set(record.categories) == self._places[product.id])
            and all(_has(variant, row) for variant, row in rows)
            and self._pictures[product.id].keys() >= record.pictures.keys()
            and all(
                self.costs(variants[key].id, price, compare)
                for key, (price, compare) in prices.items()
            )
            and self._is_counted_and_shown(record, product)
        )

    def _is_counted_and_shown(self, record: ProductRecord, product: Product) -> bool:
        pictures, variants = self._pictures[product.id], self._variants[product.id]
        return all(
            self.counts(variant.id, item.stock)
            and (not item.image_url or pictures.get(item.image_url) == (variant.image_id or 0))
            for item, variant in ((item, variants[key_of(item)]) for item in record.variants)
        )


def _found(records: Sequence[ProductRecord]) -> list[Pair]:
    """Return each record with its product; those that more than one of them may mean are left out.

    A row means the product of its handle; without one, those that have its SKUs.
    """
    skus = {item.sku for record in records for item in record.variants if item.sku}
    owners = dict(Variant.objects.filter(sku__in=skus).values_list("sku", "product_id"))
    handles = {handle_of(record.handle) for record in records if record.handle}
    rows = Product.objects.select_related("brand").filter(
        Q(handle__in=handles) | Q(pk__in=set(owners.values()))
    )
    by_id = {row.id: row for row in rows}
    by_handle = {row.handle: row for row in by_id.values()}
    found: list[Pair] = []
    meant: Counter[UUID] = Counter()
    for record in records:
        if record.handle:
            named = by_handle.get(handle_of(record.handle))
            mine = {named.id} if named else set()
        else:
            mine = {owners[item.sku] for item in record.variants if item.sku in owners}
        meant.update(mine)
        if len(mine) == 1:
            found.append((record, by_id[next(iter(mine))]))
    return [(record, product) for record, product in found if meant[product.id] == 1]


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
