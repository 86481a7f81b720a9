"""What answers of the catalogue look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from kernel.catalogue.models import Collection, Picture, Product
from kernel.catalogue.ports import ShownPrice
from kernel.catalogue.selectors import Card, CategoryNode, PictureShown, ProductPage
from kernel.catalogue.selectors.cards import label_title
from kernel.catalogue.texts import in_language
from kernel.common.ids import public_id
from kernel.common.money import Money


def _text(**more: Any) -> Any:
    return serializers.CharField(required=False, **more)


def _texts() -> Any:
    return serializers.ListField(child=serializers.CharField(), required=False)


PriceShape: Any = inline_serializer(
    name="CataloguePrice",
    fields={
        "amount": serializers.CharField(),
        "currency": serializers.CharField(),
        "compare_at": serializers.CharField(allow_null=True),
        "lowest_recent": serializers.CharField(allow_null=True),
    },
    required=False,
    allow_null=True,
)
PictureShape: Any = inline_serializer(
    name="CataloguePicture",
    fields={
        "id": serializers.CharField(),
        "alt": serializers.CharField(allow_blank=True),
        "width": serializers.IntegerField(),
        "height": serializers.IntegerField(),
        "url": serializers.CharField(),
        "renditions": serializers.DictField(child=serializers.CharField()),
    },
    required=False,
    allow_null=True,
)
# Members are optional because a request may ask for some of them alone.
CardShape: Any = inline_serializer(
    name="CatalogueCard",
    fields={
        **{name: _text() for name in ("id", "handle", "kind", "status", "title")},
        **{name: _text(allow_blank=True) for name in ("summary", "brand")},
        "tags": _texts(),
        "labels": _texts(),
        "picture": PictureShape,
        "price": PriceShape,
        "highest_price": _text(allow_null=True),
        "has_choices": serializers.BooleanField(required=False),
        "version": serializers.IntegerField(required=False),
    },
    many=True,
)
PageShape: Any = inline_serializer(
    name="CatalogueList",
    fields={"items": CardShape, "next_cursor": serializers.CharField(allow_null=True)},
)


def amount(money: Money | None) -> str | None:
    """Return a decimal text, or None."""
    return None if money is None else money.decimal()


def price(shown: ShownPrice | None) -> dict[str, Any] | None:
    """Return a price."""
    if shown is None:
        return None
    return {
        "amount": shown.unit.decimal(),
        "currency": shown.unit.currency,
        "compare_at": amount(shown.compare_at),
        "lowest_recent": amount(shown.lowest_recent),
    }


def picture(shown: PictureShown) -> dict[str, Any]:
    """Return a picture with links."""
    return {
        "id": public_id("pic", shown.id),
        "alt": shown.alt,
        "width": shown.width,
        "height": shown.height,
        "url": shown.url(960),
        "renditions": {str(width): link for width, link in shown.urls().items()},
    }


def card(shown: Card, prices: Mapping[UUID, ShownPrice]) -> dict[str, Any]:
    """Return a product of a list, with the price that the caller gets for its lead variant."""
    own = prices.get(shown.lead_variant_id) if shown.lead_variant_id else None
    base = ShownPrice(shown.lowest, None) if shown.lowest is not None else None
    return {
        "id": shown.public_id,
        "handle": shown.handle,
        "kind": shown.kind,
        "status": shown.status,
        "title": shown.title,
        "summary": shown.summary,
        "brand": shown.brand,
        "tags": list(shown.tags),
        "labels": list(shown.labels),
        "picture": picture(shown.picture) if shown.picture else None,
        "price": price(own or base),
        "highest_price": amount(shown.highest),
        "has_choices": shown.has_choices,
        "version": shown.version,
    }


def page(
    shown: ProductPage, prices: Mapping[UUID, ShownPrice], language: str | None
) -> dict[str, Any]:
    """Return a product with everything that whoever shops may know."""
    product = shown.product
    return {
        "id": product.public_id,
        "handle": product.handle,
        "kind": product.kind,
        "title": shown.title,
        "summary": shown.summary,
        "description_html": shown.description_html,
        "seo_title": shown.seo_title,
        "seo_description": shown.seo_description,
        "brand": shown.brand,
        "unit": in_language(product.unit.names, language, product.unit.code)
        if product.unit
        else "",
        "tags": product.tags,
        "min_per_order": product.min_per_order,
        "max_per_order": product.max_per_order,
        "max_per_member": product.max_per_member,
        "step": product.step,
        "after_sale_policy": product.after_sale_policy,
        "options": _options(shown),
        "variants": _variants(shown, prices),
        "pictures": [picture(item) for item in shown.pictures],
        "categories": [
            {"path": item.path, "title": in_language(item.titles, language, item.title)}
            for item in shown.categories
        ],
        "labels": [
            {
                "code": item.code,
                "title": label_title(item, language),
                "text": in_language(item.texts, language),
                "icon": item.icon,
            }
            for item in shown.labels
        ],
        "attributes": [{"name": name, "value": value} for name, value in shown.attributes],
        "bundle": [
            {"sku": item.variant.sku, "title": str(item.variant.product), "quantity": item.quantity}
            for item in shown.bundle
        ],
    }


def staff_page(
    shown: ProductPage,
    prices: Mapping[UUID, ShownPrice],
    waiting: Sequence[Picture],
    language: str | None,
) -> dict[str, Any]:
    """Return a product with everything that staff edit, in the shop's own language."""
    product = shown.product
    own = ("title", "summary", "description_html", "seo_title", "seo_description")
    return {
        **page(shown, prices, language),
        **{name: getattr(product, name) for name in own},
        "status": product.status,
        "version": product.version,
        "i18n": product.i18n,
        "brand_id": public_id("brd", product.brand_id) if product.brand_id else None,
        "product_type_id": public_id("pty", product.product_type_id)
        if product.product_type_id
        else None,
        "unit_id": product.unit_id,
        "published_from": product.published_from,
        "published_until": product.published_until,
        "tax_class": product.tax_class,
        "freight_template": product.freight_template,
        "attribute_values": product.attributes,
        "draft": product.draft,
        "category_ids": [item.public_id for item in shown.categories],
        "label_ids": [item.public_id for item in shown.labels],
        "unfinished_pictures": [
            {
                "id": item.public_id,
                "state": item.state,
                "fault": item.fault,
                "source_url": item.source_url,
            }
            for item in waiting
        ],
    }


def _options(shown: ProductPage) -> list[dict[str, Any]]:
    return [
        {
            "id": str(option.id),
            "name": option.name,
            "values": [
                {"id": str(value.id), "name": value.name, "colour": value.colour}
                for value in option.values
            ],
        }
        for option in shown.options
    ]


def _variants(shown: ProductPage, prices: Mapping[UUID, ShownPrice]) -> list[dict[str, Any]]:
    return [
        {
            "id": item.variant.public_id,
            "sku": item.variant.sku,
            "barcode": item.variant.barcode,
            "title": item.title,
            "value_ids": [str(key) for key in item.value_ids],
            "status": item.variant.status,
            "is_default": item.variant.is_default,
            "weight_grams": item.variant.weight_grams,
            "volume_cm3": item.variant.volume_cm3,
            "image_id": public_id("pic", item.variant.image_id) if item.variant.image_id else None,
            "out_of_stock": item.variant.out_of_stock,
            "ships_by": item.variant.ships_by,
            "price": price(prices.get(item.variant.id)),
        }
        for item in shown.variants
    ]


def node(shown: CategoryNode) -> dict[str, Any]:
    """Return a category with those below it."""
    return {
        "id": shown.public_id,
        "title": shown.title,
        "path": shown.path,
        "picture": shown.picture,
        "is_shown": shown.is_shown,
        "children": [node(child) for child in shown.children],
    }


def collection(row: Collection, language: str | None) -> dict[str, Any]:
    """Return a collection."""
    return {
        "id": row.public_id,
        "handle": row.handle,
        "title": in_language(row.titles, language, row.title),
        "description_html": row.description_html,
        "kind": row.kind,
        "picture": row.picture,
        "seo_title": row.seo_title,
        "seo_description": row.seo_description,
    }


def handle_of(product: Product) -> dict[str, Any]:
    """Return what tells a product that was just changed."""
    return {
        "id": product.public_id,
        "handle": product.handle,
        "status": product.status,
        "version": product.version,
    }
