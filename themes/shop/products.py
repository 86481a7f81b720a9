"""One product with all that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.cart.goods import limits_of
from kernel.catalogue.choices import ProductKind
from kernel.catalogue.errors import NotFound
from kernel.catalogue.models import Category, Product
from kernel.catalogue.selectors.pages import ProductPage, VariantShown, moved_handle, product_page
from kernel.catalogue.texts import in_language
from kernel.common.money import Money
from kernel.fields.choices import Subject
from kernel.fields.selectors import asked_fields, values_of
from kernel.fields.values import value_text
from kernel.inventory.selectors import availability
from kernel.inventory.values import Available
from kernel.shipping.counting import Load
from kernel.shipping.selectors import plans_of, shipping_methods
from themes.contract import Binding, PageContext
from themes.fields import Json
from themes.shipping.shown import product_freight
from themes.shop.amounts import also_of, shown
from themes.shop.cards import FEW, href_of, picture_of, prices_of
from themes.shop.categories import href_of as category_href
from themes.shop.moments import ships_text
from themes.sources import Source

_TRAVELS: Final = frozenset({ProductKind.PHYSICAL, ProductKind.BUNDLE})
SECONDS: Final = 60
"""What is left in stock changes with every order; so long may the page be behind."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A variant with its price and stock, and its value of each option."""

    shown: VariantShown
    price: Money | None
    compare_at: Money | None
    stock: Available
    options: dict[str, str]

    @property
    def is_sellable(self) -> bool:
        return self.stock.sellable > 0 and self.price is not None


def _load(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    return [_product(page, str(binding.get("handle", ""))) for binding in bindings]


def _product(page: PageContext, handle: str) -> dict[str, Any] | None:
    try:
        found = product_page(handle, now=page.now, language=page.language)
    except NotFound:
        target = moved_handle(handle)
        return {"moved_to": href_of(target)} if target else None
    product = found.product
    offers = _offers(found, page)
    lead = next((each for each in offers if each.shown.variant.pk == product.lead_variant_id), None)
    lead = lead or (offers[0] if offers else None)
    pictures = [picture_of(each, found.title) for each in found.pictures]
    return {
        "handle": product.handle,
        "href": href_of(product.handle),
        "title": found.title,
        "summary": found.summary,
        "description": found.description_html,
        "brand": found.brand,
        "seo_title": found.seo_title,
        "seo_description": found.seo_description,
        "pictures": [each for each in pictures if each],
        "price": shown(lead.price) if lead and lead.price else None,
        "compare_at": shown(lead.compare_at) if lead and lead.compare_at else None,
        "is_range": len({each.price.minor for each in offers if each.price}) > 1,
        "is_sellable": any(each.is_sellable for each in offers),
        "ahead": _ahead(lead) if lead else "",
        "freight": _freight(product, lead, page),
        "least": product.min_per_order,
        "most": limits_of(product).maximum,
        "most_ever": product.max_per_member,
        "step": product.step,
        "options": _options(found, offers, lead),
        "variants": [_variant(each) for each in offers],
        "attributes": [
            *({"label": label, "value": _value(value)} for label, value in found.attributes),
            *_own_fields(product.pk),
        ],
        "unit": in_language(product.unit.names, page.language) if product.unit else "",
        "labels": [
            {"icon": each.icon, "title": in_language(each.titles, page.language, each.code)}
            for each in found.labels
        ],
        "trail": _trail(found.categories, page.language),
    }


def _own_fields(product_id: UUID) -> list[dict[str, str]]:
    """Return the particulars that the shop made up and shows; no query where there are none."""
    rows = asked_fields(Subject.PRODUCT)
    told = values_of(Subject.PRODUCT, [product_id]).get(product_id, {}) if rows else {}
    return [
        {"label": row.name, "value": value_text(row, told[row.code])}
        for row in rows
        if told.get(row.code)
    ]


def _offers(found: ProductPage, page: PageContext) -> list[_Offer]:
    keys = [each.variant.pk for each in found.variants]
    prices, stock = prices_of(keys, page), availability(keys)
    offers = []
    for each in found.variants:
        price = prices.get(each.variant.pk)
        values = [option for option in found.options if set(each.value_ids) & _ids(option.values)]
        offers.append(
            _Offer(
                shown=each,
                price=price.unit if price else None,
                compare_at=price.compare_at if price else None,
                stock=stock[each.variant.pk],
                options={
                    option.id.hex: value.hex
                    for option, value in zip(values, each.value_ids, strict=True)
                },
            )
        )
    return offers


def _ids(values: Sequence[Any]) -> set[Any]:
    return {value.id for value in values}


def _freight(product: Product, lead: _Offer | None, page: PageContext) -> list[Json]:
    """Say what bringing it costs; one query, and one more when it names a template."""
    if lead is None or product.kind not in _TRAVELS:
        return []
    variant = lead.shown.variant
    load = Load(0, pieces=1, grams=variant.weight_grams, cm3=variant.volume_cm3)
    code = product.freight_template
    named = plans_of(page.currency).get(code) if code else None
    return product_freight(shipping_methods(page.currency), named, load, page.currency)


def _options(
    found: ProductPage, offers: Sequence[_Offer], lead: _Offer | None
) -> list[dict[str, Any]]:
    used = {value for each in offers for value in each.options.values()}
    chosen = set(lead.options.values()) if lead else set()
    options = [
        {
            "code": option.id.hex,
            "title": option.name,
            "values": [
                {
                    "code": value.id.hex,
                    "title": value.name,
                    "swatch": value.colour,
                    "is_default": value.id.hex in chosen,
                }
                for value in option.values
                if value.id.hex in used
            ],
        }
        for option in found.options
    ]
    return [option for option in options if option["values"]]


def _variant(offer: _Offer) -> dict[str, Any]:
    variant, is_sellable = offer.shown.variant, offer.is_sellable
    ahead = _ahead(offer)
    few = offer.stock.sellable if is_sellable and offer.stock.sellable <= FEW else 0
    return {
        "id": variant.public_id,
        "sku": variant.sku,
        "options": offer.options,
        "price": shown(offer.price)["text"] if offer.price else "",
        "also": also_of(offer.price, is_price=True) if offer.price else "",
        "amount": offer.price.decimal() if offer.price else "",
        "currency": offer.price.currency if offer.price else "",
        "compare_at": shown(offer.compare_at)["text"] if offer.compare_at else "",
        "picture": str(variant.image_id or ""),
        "is_sellable": is_sellable,
        "few": 0 if ahead else few,
        "ahead": ahead,
    }


def _value(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _ahead(offer: _Offer) -> str:
    """Return what is said of goods that are sold before they are there; empty when they are."""
    variant = offer.shown.variant
    if not offer.is_sellable or offer.stock.in_stock > 0 or variant.is_uncounted:
        return ""
    return ships_text(variant.ships_by)


def _trail(categories: Sequence[Category], language: str) -> list[dict[str, str]]:
    if not categories:
        return []
    deepest = max(categories, key=lambda each: each.depth)
    title = in_language(deepest.titles, language, deepest.title)
    return [{"title": title, "href": category_href(deepest.path)}]


PRODUCT: Final = Source(
    of="catalogue.product",
    load=_load,
    reads=("catalogue", "prices", "shipping"),
    seconds=SECONDS,
)
