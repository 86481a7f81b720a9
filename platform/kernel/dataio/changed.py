"""Brings in together what a batch tells anew of products that are there already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kernel.catalogue.models import Product, Variant
from kernel.catalogue.services import (
    Growth,
    ProductChange,
    change_products,
    grow_products,
    lock_matrices,
    options_in,
    plan_growth,
)
from kernel.catalogue.services.options import MOST_VARIANTS
from kernel.common.errors import DomainError
from kernel.dataio.known import Known
from kernel.dataio.ports import write_stock
from kernel.dataio.records import ProductRecord
from kernel.dataio.upsert import Outcome, Upsert, Values, check, key_of, option_specs
from kernel.pricing.services import NewPrice, set_base_prices


@dataclass(slots=True)
class _Ready:
    record: ProductRecord
    change: ProductChange
    growth: Growth | None
    variants: Mapping[Values, Variant]
    prices: list[NewPrice]
    counts: dict[UUID, int]


def bring_in_changed(known: Known, upsert: Upsert) -> dict[int, Outcome]:
    """Change those of the products that are there and of which nothing is doubtful.

    Whatever could be refused, or wants a SKU that another has or wants, is left to be
    brought in one by one: only that tells what is wrong with it.

    Returns:
        What became of them, by their lines.
    """
    ready, grown = [], _grown(known)
    for record, product in known.others:
        try:
            with nullcontext() if upsert.knows_places_of(record) else transaction.atomic():
                planned = _planned(record, product, grown.get(product.id), known, upsert)
        except DomainError:
            upsert.forget(pictures_after=len(upsert.pictures))
        else:
            ready += [planned] if planned else []
    ready = _with_free_skus([each for each in ready if _stays_apart(each, known)])
    if not ready:
        return {}
    try:
        with transaction.atomic():
            return _write(ready, upsert)
    except DomainError:
        upsert.forget(pictures_after=len(upsert.pictures))
        return {}


def _grown(known: Known) -> dict[UUID, Growth]:
    """Lay out further variants of those of the products whose rows bring some."""
    wanted = {
        product.id: (record, missing)
        for record, product in known.others
        if len(record.variants) <= MOST_VARIANTS and (missing := known.missing_of(record, product))
    }
    if not wanted:
        return {}
    found = {}
    for matrix in lock_matrices(product.id for _record, product in known.others):
        record, missing = wanted.get(matrix.product.id, (None, []))
        if record is None:
            continue
        options = option_specs(record, options_in(matrix))
        if growth := plan_growth(matrix, options, only=missing):
            found[matrix.product.id] = growth
    return found


def _planned(
    record: ProductRecord, product: Product, growth: Growth | None, known: Known, upsert: Upsert
) -> _Ready | None:
    check(record)
    variants: Mapping[Values, Variant] | None = known.variants_of(record, product)
    if variants is None and growth is not None:
        variants = growth.variants
    if variants is None or any(key_of(item) not in variants for item in record.variants):
        return None
    prices = upsert.prices(record)
    images = {key_of(item): item.image_url for item in record.variants if item.image_url}
    pictures = dict(record.pictures)
    for url in images.values():
        pictures.setdefault(url, "")
    change = ProductChange(
        product_id=product.id,
        fields=upsert.fields(record, product),
        variants={
            variants[key].id: upsert.variant_fields(item, variants[key])
            for key, item in ((key_of(item), item) for item in record.variants)
        },
        pictures=pictures,
        images={variants[key].id: url for key, url in images.items()},
    )
    stock = {variants[key_of(item)].id: item.stock for item in record.variants}
    return _Ready(
        record,
        change,
        growth,
        variants,
        [
            NewPrice(variants[key].id, price, compare)
            for key, (price, compare) in prices.items()
            if not known.costs(variants[key].id, price, compare)
        ],
        {
            key: number
            for key, number in stock.items()
            if number is not None and not known.counts(key, number)
        },
    )


def _stays_apart(ready: _Ready, known: Known) -> bool:
    return all(
        known.stays_apart(ready.variants[key_of(item)], item.sku.strip())
        for item in ready.record.variants
        if item.sku
    )


def _with_free_skus(ready: Sequence[_Ready]) -> list[_Ready]:
    """Leave those out that want a SKU which is not free, or which two of them want."""
    new = {each.record.line: _new_skus(each) for each in ready}
    times = Counter(sku for skus in new.values() for sku in skus)
    taken = {sku for sku, number in times.items() if number > 1}
    if times:
        rows = Variant.objects.filter(sku__in=list(times))
        taken |= set(rows.values_list("sku", flat=True))
    return [each for each in ready if not taken & set(new[each.record.line])]


def _new_skus(ready: _Ready) -> list[str]:
    return [
        item.sku
        for item in ready.record.variants
        if item.sku and item.sku != ready.variants[key_of(item)].sku
    ]


def _write(ready: Sequence[_Ready], upsert: Upsert) -> dict[int, Outcome]:
    if growths := [each.growth for each in ready if each.growth]:
        grow_products(growths, actor=upsert.actor)
    done = change_products([each.change for each in ready], actor=upsert.actor)
    if prices := [price for each in ready for price in each.prices]:
        set_base_prices(prices, actor=upsert.actor, now=upsert.now)
    if counts := {key: number for each in ready for key, number in each.counts.items()}:
        write_stock(counts, upsert.actor)
    upsert.pictures += [picture.id for picture in done.pictures]
    return {
        each.record.line: "updated"
        if each.growth or each.prices or each.counts or each.change.product_id in done.products
        else "unchanged"
        for each in ready
    }
