"""Brings in the new products of a batch together, with a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from kernel.catalogue.models import Product, Variant
from kernel.catalogue.services import (
    NewProduct,
    Plan,
    create_products,
    plan_product,
)
from kernel.catalogue.texts import handle_of
from kernel.common.errors import DomainError
from kernel.common.money import LARGEST_MINOR, Money
from kernel.dataio.errors import RowRefused
from kernel.dataio.ports import write_stock
from kernel.dataio.records import ProductRecord
from kernel.dataio.upsert import Upsert, Values, check, key_of, option_specs
from kernel.inventory.values import MOST_QUANTITY as MOST
from kernel.pricing.services import NewPrice, set_base_prices


@dataclass(slots=True)
class _Ready:
    record: ProductRecord
    plan: Plan
    prices: Mapping[Values, tuple[Money, Money | None]]


def bring_in_new(records: Sequence[ProductRecord], upsert: Upsert) -> set[int]:
    """Make those of the products that are new and of which nothing is doubtful.

    Whatever could be refused, or names something that is there already or that a
    product before it brings, is left to be brought in one by one: only that tells
    what is wrong with it.

    Returns:
        The lines of those that were made.
    """
    ready = []
    for record in _unknown(records):
        try:
            with nullcontext() if upsert.knows_places_of(record) else transaction.atomic():
                ready.append(_planned(record, upsert))
        except DomainError:
            upsert.forget(pictures_after=len(upsert.pictures))
    if not ready:
        return set()
    try:
        with transaction.atomic():
            _write(ready, upsert)
    except DomainError:
        upsert.forget(pictures_after=len(upsert.pictures))
        return set()
    upsert.pictures += [picture.id for each in ready for picture in each.plan.pictures]
    return {each.record.line for each in ready}


def _unknown(records: Sequence[ProductRecord]) -> list[ProductRecord]:
    """Return products of which neither handle nor SKU is there or stands before them."""
    handles = {record.line: handle_of(record.handle) for record in records if record.handle}
    skus = {record.line: [item.sku for item in record.variants if item.sku] for record in records}
    known = Product.objects.filter(handle__in=set(handles.values()))
    taken = {f"handle:{handle}" for handle in known.values_list("handle", flat=True)}
    used = Variant.objects.filter(sku__in={sku for each in skus.values() for sku in each})
    taken |= {f"sku:{sku}" for sku in used.values_list("sku", flat=True)}
    found = []
    for record in records:
        marks = {f"sku:{sku.strip()}" for sku in skus[record.line]}
        if record.line in handles:
            marks.add(f"handle:{handles[record.line]}")
        if not marks & taken:
            found.append(record)
        taken |= marks
    return found


def _planned(record: ProductRecord, upsert: Upsert) -> _Ready:
    check(record)
    prices = upsert.prices(record)
    amounts = [amount for pair in prices.values() for amount in pair if amount is not None]
    stock = [item.stock for item in record.variants if item.stock is not None]
    if any(amount.minor > LARGEST_MINOR for amount in amounts) or max(stock, default=0) > MOST:
        raise RowRefused
    pictures = dict(record.pictures)
    for item in record.variants:
        if item.image_url:
            pictures.setdefault(item.image_url, "")
    new = NewProduct(
        fields=upsert.fields(record, None),
        options=option_specs(record, {}),
        variants={key_of(item): upsert.variant_fields(item) for item in record.variants},
        pictures=pictures,
        images={key_of(item): item.image_url for item in record.variants if item.image_url},
    )
    return _Ready(record, plan_product(new), prices)


def _write(ready: Sequence[_Ready], upsert: Upsert) -> None:
    create_products([each.plan for each in ready], actor=upsert.actor)
    prices = [
        NewPrice(each.plan.variants[key].id, price, compare)
        for each in ready
        for key, (price, compare) in each.prices.items()
    ]
    if prices:
        set_base_prices(prices, actor=upsert.actor, now=upsert.now)
    if upsert.with_stock:
        write_stock(dict(_counts(ready)), upsert.actor)


def _counts(ready: Iterable[_Ready]) -> Iterable[tuple[UUID, int]]:
    for each in ready:
        for item in each.record.variants:
            if item.stock is not None:
                yield each.plan.variants[key_of(item)].id, item.stock
