"""Products with variants and prices, categories, price lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any, Final, cast
from uuid import UUID

from PIL import Image

from kernel.audit.actor import Actor
from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Category, Collection, Product, Variant
from kernel.catalogue.services import (
    OptionSpec,
    ProductFields,
    ValueSpec,
    create_category,
    create_collection,
    create_product,
)
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.pricing.models import PriceList
from kernel.pricing.services import (
    NewEntry,
    NewPrice,
    PriceListFields,
    create_price_list,
    set_base_prices,
    set_entries,
)
from kernel.tenancy.context import current_tenant

ACTOR: Final = Actor.system("tests")
_numbers = count(1)


def make_product(
    *,
    title: str = "",
    price: str | None = "10.00",
    compare_at: str | None = None,
    options: Mapping[str, Sequence[str]] | None = None,
    currency: str = "",
    **fields: Any,
) -> Product:
    """Make a product on sale, each of its variants at a price.

    Args:
        title: a new one when left out.
        price: of each variant; None leaves them without.
        compare_at: the price that is struck through.
        options: values by name, ``{"Size": ["S", "M"]}``; one variant when left out.
        currency: the tenant's when left out.
        fields: anything else that `create_product` takes, and ``sku``.
    """
    number = next(_numbers)
    sku = fields.pop("sku", "" if options else f"SKU-{number}")
    told: dict[str, Any] = {
        "title": title or f"Product {number}",
        "status": ProductStatus.ACTIVE,
        **fields,
    }
    specs = [
        OptionSpec(name=name, values=[ValueSpec(name=value) for value in values])
        for name, values in (options or {}).items()
    ]
    product = create_product(cast("ProductFields", told), actor=ACTOR, options=specs, sku=sku)
    if price is not None:
        code = currency or current_tenant().currency
        struck = None if compare_at is None else Money.parse(compare_at, code)
        set_base_prices(
            [NewPrice(item.id, Money.parse(price, code), struck) for item in variants_of(product)],
            actor=ACTOR,
        )
        product.refresh_from_db()
    return product


def variants_of(product: Product) -> list[Variant]:
    """Return a product's variants, archived ones too, in order."""
    return list(Variant.objects.filter(product=product).order_by("position", "id"))


def make_variant(**particulars: Any) -> Variant:
    """Make a product with one variant; return the variant."""
    return variants_of(make_product(**particulars))[0]


def make_category(title: str = "", *, parent: Category | None = None, **fields: Any) -> Category:
    """Make a category."""
    told = {"title": title or f"Category {next(_numbers)}", **fields}
    return create_category(told, parent_id=parent.id if parent else None, actor=ACTOR)  # type: ignore[arg-type]


def make_collection(title: str = "", **fields: Any) -> Collection:
    """Make a collection; by hand unless ``rules`` are given."""
    told = {"title": title or f"Collection {next(_numbers)}", **fields}
    return create_collection(told, actor=ACTOR, now=utc_now())  # type: ignore[arg-type]


def make_price_list(
    prices: Mapping[UUID, str] | None = None,
    *,
    code: str = "",
    currency: str = "",
    min_quantity: int = 1,
    now: datetime | None = None,
    **fields: Any,
) -> PriceList:
    """Make a price list with prices by variant; for everybody and always unless told otherwise."""
    number, now = next(_numbers), now or utc_now()
    money = currency or current_tenant().currency
    told: PriceListFields = {"name": f"List {number}", **fields}  # type: ignore[typeddict-item]
    row = create_price_list(
        code=code or f"list-{number}", currency=money, fields=told, actor=ACTOR, now=now
    )
    entries = [
        NewEntry(key, Money.parse(text, money), min_quantity)
        for key, text in (prices or {}).items()
    ]
    if entries:
        set_entries(row.id, entries, actor=ACTOR, now=now)
    return row


def picture_bytes(
    *, width: int = 64, height: int = 48, form: str = "PNG", colour: str = "#1f6f5c"
) -> bytes:
    """Return the content of a picture."""
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, form)
    return out.getvalue()
