"""One product with all that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.catalogue.choices import PictureState, VariantStatus
from kernel.catalogue.models import (
    HandleRedirect,
    OptionType,
    OptionValue,
    Picture,
    Product,
    ProductCategory,
    ProductLabel,
    Variant,
    VariantValue,
)
from kernel.common.money import Money
from kernel.inventory.selectors import availability
from kernel.inventory.values import Available
from themes.contract import Binding, PageContext
from themes.shop.amounts import shown
from themes.shop.cards import FEW, href_of, picture_of, prices_of, text_in
from themes.shop.categories import href_of as category_href
from themes.shop.categories import in_language
from themes.shop.listings import on_sale
from themes.sources import Source

SECONDS: Final = 60
"""What is left in stock changes with every order; so long may the page be behind."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A variant with its price and stock."""

    variant: Variant
    price: Money | None
    compare_at: Money | None
    stock: Available
    options: dict[str, str]


def _load(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    return [_product(page, str(binding.get("handle", ""))) for binding in bindings]


def _product(page: PageContext, handle: str) -> dict[str, Any] | None:
    found = on_sale(page.now).select_related("brand", "product_type").filter(handle=handle).first()
    if found is None:
        return _elsewhere(page, handle)
    title = text_in(found, "title", page.language)
    pictures = Picture.objects.filter(product=found, state=PictureState.READY)
    offers = _offers(found, page)
    lead = next((each for each in offers if each.variant.pk == found.lead_variant_id), None)
    lead = lead or (offers[0] if offers else None)
    return {
        "handle": found.handle,
        "href": href_of(found.handle),
        "title": title,
        "summary": text_in(found, "summary", page.language),
        "description": text_in(found, "description_html", page.language),
        "brand": found.brand.name if found.brand else "",
        "seo_title": found.seo_title,
        "seo_description": found.seo_description,
        "pictures": [
            shown_picture
            for each in pictures.order_by("position", "id")
            if (shown_picture := picture_of(each, title, page.language))
        ],
        "price": shown(lead.price) if lead and lead.price else None,
        "compare_at": shown(lead.compare_at) if lead and lead.compare_at else None,
        "is_range": len({each.price.minor for each in offers if each.price}) > 1,
        "is_sellable": any(each.stock.sellable > 0 and each.price for each in offers),
        "least": found.min_per_order,
        "most": found.max_per_order,
        "step": found.step,
        "options": _options(found, offers, lead, page.language),
        "variants": [_variant(each) for each in offers],
        "attributes": _attributes(found, page.language),
        "labels": _labels(found, page.language),
        "trail": _trail(found, page.language),
    }


def _elsewhere(page: PageContext, handle: str) -> dict[str, Any] | None:
    moved = HandleRedirect.objects.filter(handle=handle, product__in=on_sale(page.now))
    target = moved.values_list("product__handle", flat=True).first()
    return {"moved_to": href_of(target)} if target else None


def _offers(product: Product, page: PageContext) -> list[_Offer]:
    variants = list(
        Variant.objects.filter(product=product, status=VariantStatus.ACTIVE).order_by(
            "position", "id"
        )
    )
    keys = [each.pk for each in variants]
    prices = prices_of(keys, page)
    stock = availability(keys)
    options: dict[UUID, dict[str, str]] = {}
    chosen = VariantValue.objects.filter(variant__in=keys)
    for variant, kind, value in chosen.values_list(
        "variant_id", "option_type_id", "option_value_id"
    ):
        options.setdefault(variant, {})[kind.hex] = value.hex
    offers = []
    for each in variants:
        price = prices.get(each.pk)
        offers.append(
            _Offer(
                variant=each,
                price=price.unit if price else None,
                compare_at=price.compare_at if price else None,
                stock=stock[each.pk],
                options=options.get(each.pk, {}),
            )
        )
    return offers


def _options(
    product: Product, offers: Sequence[_Offer], lead: _Offer | None, language: str
) -> list[dict[str, Any]]:
    kinds = OptionType.objects.filter(product=product, is_archived=False).order_by("position", "id")
    used = {value for each in offers for value in each.options.values()}
    values: dict[UUID, list[dict[str, Any]]] = {}
    rows = OptionValue.objects.filter(option_type__product=product, is_archived=False)
    for value in rows.order_by("position", "id"):
        if value.pk.hex in used:
            values.setdefault(value.option_type_id, []).append(
                {
                    "code": value.pk.hex,
                    "title": in_language(value.names, language, value.name),
                    "swatch": value.colour,
                    "is_default": lead is not None and value.pk.hex in lead.options.values(),
                }
            )
    return [
        {
            "code": kind.pk.hex,
            "title": in_language(kind.names, language, kind.name),
            "values": values[kind.pk],
        }
        for kind in kinds
        if kind.pk in values
    ]


def _variant(offer: _Offer) -> dict[str, Any]:
    is_sellable = offer.stock.sellable > 0 and offer.price is not None
    few = offer.stock.sellable if is_sellable and offer.stock.sellable <= FEW else 0
    return {
        "id": offer.variant.public_id,
        "sku": offer.variant.sku,
        "options": offer.options,
        "price": shown(offer.price)["text"] if offer.price else "",
        "amount": offer.price.decimal() if offer.price else "",
        "currency": offer.price.currency if offer.price else "",
        "compare_at": shown(offer.compare_at)["text"] if offer.compare_at else "",
        "picture": str(offer.variant.image_id or ""),
        "is_sellable": is_sellable,
        "few": few,
    }


def _attributes(product: Product, language: str) -> list[dict[str, str]]:
    if product.product_type is None:
        return []
    shown_values = []
    for entry in product.product_type.schema:
        value = product.attributes.get(entry["code"])
        if value in {None, ""} or isinstance(value, bool):
            continue
        label = in_language(entry.get("names", {}), language, entry["code"])
        unit = entry.get("unit") or ""
        shown_values.append({"label": label, "value": f"{value} {unit}".strip()})
    return shown_values


def _labels(product: Product, language: str) -> list[dict[str, str]]:
    rows = ProductLabel.objects.filter(product=product, label__is_shown=True)
    return [
        {"icon": row.label.icon, "title": in_language(row.label.titles, language, row.label.code)}
        for row in rows.select_related("label").order_by("label__position", "id")
    ]


def _trail(product: Product, language: str) -> list[dict[str, str]]:
    rows = ProductCategory.objects.filter(product=product, category__is_shown=True)
    place = rows.select_related("category").order_by("-category__depth", "position", "id").first()
    if place is None:
        return []
    found = place.category
    title = in_language(found.titles, language, found.title)
    return [{"title": title, "href": category_href(found.path)}]


PRODUCT: Final = Source(
    of="catalogue.product",
    load=_load,
    reads=("catalogue", "prices"),
    seconds=SECONDS,
)
