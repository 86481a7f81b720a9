"""Saves many variants of a product at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypedDict
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import CharField
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.catalogue import fields as checks
from kernel.catalogue.choices import VariantStatus
from kernel.catalogue.errors import InvalidProduct, NotPublishable, SkuTaken
from kernel.catalogue.models import Picture, Product, Variant
from kernel.catalogue.ports import SetPrice, prices
from kernel.catalogue.services.changes import finish_change, locked_product
from kernel.catalogue.services.options import MOST_VARIANTS
from kernel.common.outbox.codec import encode

_MOST_LOGGED: Final = 20


class VariantFields(TypedDict, total=False):
    """What may be said of a variant; what is left out stays as it is."""

    sku: str
    barcode: str
    weight_grams: int
    volume_cm3: int
    cost_minor: int | None
    currency: str
    image_id: UUID | None
    status: str
    is_default: bool
    out_of_stock: str
    oversell_limit: int
    ships_by: date | None


@transaction.atomic
def save_grid(
    product_id: UUID, rows: Sequence[tuple[UUID, VariantFields]], *, actor: Actor
) -> list[Variant]:
    """Change variants of a product: all rows, or none.

    The number of statements does not depend on the number of rows. Variants may
    exchange their SKUs. A grid that says what is so already changes nothing.

    Args:
        product_id: the product.
        rows: id of a variant and what to change of it.
        actor: who changes it.

    Returns:
        All variants of the product, in order.

    Raises:
        NotFound: there is no such product.
        InvalidProduct: a value cannot be used; ``field`` is ``row.name``.
        SkuTaken: another variant has a SKU, or two rows ask for the same.
        NotPublishable: a product on sale would have no variant left.
    """
    if len(rows) > MOST_VARIANTS * 2:
        raise InvalidProduct(field="rows")
    wanted = {
        key: checks.checked(fields, checks.VARIANT, prefix=f"{number}.")
        for number, (key, fields) in enumerate(rows)
    }
    if len(wanted) < len(rows):
        raise InvalidProduct(_("A variant stands in two rows."), field="rows")
    product = locked_product(product_id)
    variants = list(Variant.objects.filter(product=product).order_by("position", "id"))
    changes = _changes(variants, wanted)
    if not changes:
        return variants
    _check(product, variants, wanted, changes)
    _write(product, variants, changes)
    finish_change(
        product,
        changed=("variants",),
        actor=actor,
        after={
            "variants": len(changes),
            "rows": {str(key): encode(row) for key, row in [*changes.items()][:_MOST_LOGGED]},
        },
    )
    return variants


def _changes(
    variants: Sequence[Variant], wanted: Mapping[UUID, dict[str, Any]]
) -> dict[UUID, dict[str, Any]]:
    """Apply the rows to the variants; return what is different by variant."""
    by_id = {variant.id: variant for variant in variants}
    if set(wanted) - set(by_id):
        raise InvalidProduct(_("There is nothing with this id."), field="rows")
    found: dict[UUID, dict[str, Any]] = {}
    for key, row in wanted.items():
        variant = by_id[key]
        different = {name: value for name, value in row.items() if getattr(variant, name) != value}
        for name, value in different.items():
            setattr(variant, name, value)
        if different:
            found[key] = different
    return found


def _check(
    product: Product,
    variants: Sequence[Variant],
    wanted: Mapping[UUID, dict[str, Any]],
    changes: Mapping[UUID, dict[str, Any]],
) -> None:
    skus = [variant.sku for variant in variants]
    doubles = {sku for sku in skus if skus.count(sku) > 1}
    new = {row["sku"] for row in changes.values() if "sku" in row}
    others = Variant.objects.filter(sku__in=new).exclude(product=product)
    if taken := doubles | set(others.values_list("sku", flat=True)):
        raise SkuTaken(skus=sorted(taken)[:_MOST_LOGGED])
    images = {row["image_id"] for row in changes.values() if row.get("image_id")}
    if Picture.objects.filter(product=product, id__in=images).count() < len(images):
        raise InvalidProduct(_("There is nothing with this id."), field="image_id")
    if any(item.cost_minor is not None and not item.currency for item in variants):
        raise InvalidProduct(_("This is needed."), field="currency")
    on_sale = [item for item in variants if item.status == VariantStatus.ACTIVE]
    if not on_sale and product.status == "active":
        raise NotPublishable(_("It has no variant that can be bought."))
    _choose_default(
        variants, on_sale, {key for key, row in wanted.items() if row.get("is_default")}
    )


def _choose_default(
    variants: Sequence[Variant], on_sale: Sequence[Variant], asked: set[UUID]
) -> None:
    """Leave exactly one default: the one asked for, else the old one, else the first on sale."""
    wished = [item for item in on_sale if item.id in asked]
    kept = [item for item in on_sale if item.is_default]
    chosen = next(iter([*wished, *kept, *on_sale]), None)
    for item in variants:
        item.is_default = item is chosen


def _write(
    product: Product, variants: Sequence[Variant], changes: Mapping[UUID, dict[str, Any]]
) -> None:
    rows = Variant.objects.filter(product=product)
    # Constraints are checked row by row, so what is to be unique is cleared first.
    renamed = [key for key, row in changes.items() if "sku" in row]
    rows.filter(id__in=renamed).update(sku=Cast("id", CharField()))
    rows.filter(is_default=True).update(is_default=False)
    for variant in variants:
        variant.updated_at = Now()
    names = sorted({name for row in changes.values() for name in row} | {"is_default"})
    try:
        with transaction.atomic():
            Variant.objects.bulk_update(variants, [*names, "updated_at"])
    except IntegrityError as error:
        raise SkuTaken(skus=[]) from error


@transaction.atomic
def save_priced_grid(
    product_id: UUID,
    rows: Sequence[tuple[UUID, VariantFields]],
    *,
    new_prices: Sequence[SetPrice],
    actor: Actor,
    now: datetime,
) -> list[Variant]:
    """Change variants and their base prices together: everything, or nothing.

    Raises:
        InvalidProduct: also for a price of a variant of another product.
        DomainError: as `save_grid`, and as the pricing centre refuses prices.
    """
    variants = save_grid(product_id, rows, actor=actor)
    if {price.variant_id for price in new_prices} - {variant.id for variant in variants}:
        raise InvalidProduct(_("There is nothing with this id."), field="rows")
    prices().save(new_prices, actor=actor, now=now)
    return variants
