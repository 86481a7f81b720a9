"""One product with everything that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.catalogue.choices import CategoryPurpose, PictureState, ProductKind, VariantStatus
from kernel.catalogue.errors import NotFound
from kernel.catalogue.models import (
    BundleItem,
    Category,
    HandleRedirect,
    OptionValue,
    Picture,
    Product,
    ProductCategory,
    ProductLabel,
    ServiceLabel,
    Variant,
    VariantValue,
)
from kernel.catalogue.selectors.cards import published
from kernel.catalogue.selectors.pictures import PictureShown, shown
from kernel.catalogue.texts import in_language, translated


@dataclass(frozen=True, slots=True)
class ValueShown:
    """A value of an option."""

    id: UUID
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class OptionShown:
    """An option with its values, in order."""

    id: UUID
    name: str
    values: tuple[ValueShown, ...]


@dataclass(frozen=True, slots=True)
class VariantShown:
    """A variant, and the ids of its values in the order of the options."""

    variant: Variant
    value_ids: tuple[UUID, ...]
    title: str


@dataclass(frozen=True, slots=True)
class ProductPage:
    """A product with everything around it.

    Attributes:
        product: with its brand, type and unit.
        title, summary, description_html, seo_title, seo_description: in the language asked for.
        categories: where it stands in the shop.
        attributes: names and values, as its type orders them.
        bundle: variants and quantities that one piece holds.
    """

    product: Product
    title: str
    summary: str
    description_html: str
    seo_title: str
    seo_description: str
    brand: str
    options: list[OptionShown]
    variants: list[VariantShown]
    pictures: list[PictureShown]
    categories: list[Category]
    labels: list[ServiceLabel]
    attributes: list[tuple[str, object]]
    bundle: list[BundleItem]


def product_page(handle: str, *, now: datetime | None, language: str | None = None) -> ProductPage:
    """Return a product; seven queries, one more for a bundle, whatever the number of variants.

    Args:
        handle: as in its address.
        now: for whom shops: only when it is published; None for staff.
        language: of the texts.

    Raises:
        NotFound: there is none; `moved_handle` knows whether there was.
    """
    rows = Product.objects.select_related("brand", "product_type", "unit").filter(handle=handle)
    product = rows.filter(published(now)).first() if now is not None else rows.first()
    if product is None:
        raise NotFound(kind="product")
    title = translated(product.i18n, language, "title", product.title)
    options = _options(product, language)
    return ProductPage(
        product=product,
        title=title,
        summary=translated(product.i18n, language, "summary", product.summary),
        description_html=translated(
            product.i18n, language, "description_html", product.description_html
        ),
        seo_title=translated(product.i18n, language, "seo_title", product.seo_title) or title,
        seo_description=translated(
            product.i18n, language, "seo_description", product.seo_description
        ),
        brand=translated(product.brand.i18n, language, "name", product.brand.name)
        if product.brand
        else "",
        options=options,
        variants=_variants(product, options, with_archived=now is None),
        pictures=_pictures(product, language, title),
        categories=_categories(product),
        labels=_labels(product),
        attributes=_attributes(product, language),
        bundle=_bundle(product),
    )


def moved_handle(handle: str) -> str | None:
    """Return the handle that a product has now, for one that it had; one query."""
    row = HandleRedirect.objects.select_related("product").filter(handle=handle).first()
    return row.product.handle if row else None


def _options(product: Product, language: str | None) -> list[OptionShown]:
    rows = OptionValue.objects.select_related("option_type").filter(
        option_type__product=product, option_type__is_archived=False, is_archived=False
    )
    found: dict[UUID, tuple[str, list[ValueShown]]] = {}
    for row in rows.order_by("option_type__position", "option_type_id", "position", "id"):
        option = row.option_type
        name = in_language(option.names, language, option.name)
        value = ValueShown(row.id, in_language(row.names, language, row.name), row.colour)
        found.setdefault(option.id, (name, []))[1].append(value)
    return [OptionShown(key, name, tuple(values)) for key, (name, values) in found.items()]


def _variants(
    product: Product, options: Sequence[OptionShown], *, with_archived: bool
) -> list[VariantShown]:
    rows = Variant.objects.filter(product=product).order_by("position", "id")
    if not with_archived:
        rows = rows.filter(status=VariantStatus.ACTIVE)
    variants = list(rows)
    chosen: dict[UUID, dict[UUID, UUID]] = {}
    for row in VariantValue.objects.filter(variant__in=[item.id for item in variants]):
        chosen.setdefault(row.variant_id, {})[row.option_type_id] = row.option_value_id
    names = {value.id: value.name for option in options for value in option.values}
    found = []
    for variant in variants:
        own = chosen.get(variant.id, {})
        ids = tuple(own[option.id] for option in options if option.id in own)
        title = " / ".join(names[key] for key in ids if key in names)
        found.append(VariantShown(variant, ids, title or variant.title))
    return found


def _pictures(product: Product, language: str | None, title: str) -> list[PictureShown]:
    rows = Picture.objects.filter(product=product, state=PictureState.READY).order_by(
        "position", "id"
    )
    return [shown(row, language, title) for row in rows]


def _categories(product: Product) -> list[Category]:
    rows = ProductCategory.objects.select_related("category").filter(
        product=product,
        category__is_shown=True,
        category__purpose=CategoryPurpose.SHOP,
    )
    return [row.category for row in rows.order_by("category__path")]


def _labels(product: Product) -> list[ServiceLabel]:
    rows = ProductLabel.objects.select_related("label").filter(
        product=product, label__is_shown=True
    )
    return [row.label for row in rows.order_by("label__position", "label__code")]


def _attributes(product: Product, language: str | None) -> list[tuple[str, object]]:
    schema = product.product_type.schema if product.product_type else []
    return [
        (in_language(entry["names"], language, entry["code"]), product.attributes[entry["code"]])
        for entry in schema
        if entry["code"] in product.attributes
    ]


def _bundle(product: Product) -> list[BundleItem]:
    if product.kind != ProductKind.BUNDLE:
        return []
    rows = BundleItem.objects.select_related("variant__product").filter(product=product)
    return list(rows.order_by("variant__sku"))
