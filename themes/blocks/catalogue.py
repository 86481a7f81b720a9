"""Blocks that show what the shop sells."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from markupsafe import Markup

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Bound, Items, Json, Number, Settings, as_markup
from themes.resolving import path_of
from themes.searching.narrowing import NARROWING

LISTED_BY: Final = frozenset({"category", "collection", "q", "sort", "page", *NARROWING})
_ESCAPES: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


def _columns() -> Number:
    return Number(
        label=Text("列数", "Columns"),
        default=2,
        minimum=1,
        maximum=6,
        responsive=True,
        css="--columns",
    )


def _products_bound() -> Bound:
    default: Json = {
        "of": "catalogue.products",
        "category": "",
        "collection": "",
        "sort": "newest",
        "limit": 8,
    }
    return Bound(label=Text("商品", "Products"), sources=("catalogue.products",), default=default)


def _product_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    return parts.product_parts(data["products"], str(settings["title"]))


def _but_this(_settings: Settings, data: Mapping[str, Any], page: PageContext) -> Mapping[str, Any]:
    """Leave out the product whose page it stands on."""
    own = page.params.get("handle", "")
    others = [each for each in data["products"] or [] if each["handle"] != own]
    return {"d": {**data, "products": others}}


def _related(settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    handle, limit = page.params.get("handle", ""), settings["limit"]
    return {"products": Binding.to("catalogue.related", handle=handle, limit=limit)}


def _feature_more(
    _settings: Settings, data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    feature = data["feature"] or {}
    return {"description": as_markup(feature.get("description", ""))}


def _feature_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    feature = data["feature"]
    if not feature:
        return None
    return parts.box(
        parts.image_part(feature["picture"]),
        parts.product_parts(feature["products"], str(settings["title"]) or feature["title"]),
    )


def _top_categories(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"categories": Binding.to("catalogue.categories", parent="")}


def _tile_parts(_settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    cells: list[Json] = [
        parts.box(
            parts.image_part(each["picture"]),
            parts.button(each["title"], {"page": "category", "query": {"id": each["path"]}}),
        )
        for each in data["categories"] or []
    ]
    return {"kind": "grid", "columns": 3, "parts": cells}


def listing_binding(page: PageContext) -> Binding:
    """Return the wish for the products that a category or a search leads to."""
    return Binding.to(
        "catalogue.listing",
        **{name: page.params.get(name, "") for name in sorted(LISTED_BY)},
    )


def _listing(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    return {"listing": listing_binding(page)}


def _sort_labels(
    _settings: Settings, data: Mapping[str, Any], page: PageContext
) -> Mapping[str, Any]:
    return {
        "d": {"listing": data["listing"] or EMPTY_LISTING},
        "labels": {
            "": _("Best match") if page.params.get("q") else _("Newest"),
            "newest": _("Newest"),
            "sales": _("Best selling"),
            "cheapest": _("Price: low to high"),
            "dearest": _("Price: high to low"),
        },
    }


def _listing_parts(_settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    return parts.product_parts(data["listing"]["products"] if data["listing"] else [], "")


EMPTY_LISTING: Final[Mapping[str, Json]] = {
    "title": "",
    "query": "",
    "instead": {"text": "", "href": ""},
    "count": 0,
    "trail": [],
    "children": [],
    "products": [],
    "sorts": [],
}


def product_binding(page: PageContext) -> Binding:
    """Return the wish for the product of a page."""
    return Binding.to("catalogue.product", handle=page.params.get("handle", ""))


def _product(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    offers = Binding.to("promotions.labels", handle=page.params.get("handle", ""))
    return {"product": product_binding(page), "offers": offers}


def _product_more(
    _settings: Settings, data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    product = data["product"] or {}
    variants = {
        "variants": product.get("variants", []),
        "words": {
            "sold_out": _("Sold out"),
            "few": _("Only %(n)s left"),
            "none": _("Not available in this combination"),
        },
    }
    text = json.dumps(variants, ensure_ascii=False, separators=(",", ":"))
    return {
        "checkout": path_of("checkout"),
        "description": as_markup(product.get("description", "")),
        "variants": Markup(text.translate(_ESCAPES)),  # noqa: S704  what could end the element is escaped
    }


def _detail_parts(_settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    product = data["product"]
    if not product:
        return None
    pictures: list[Json] = [parts.image_part(each) for each in product["pictures"]]
    return parts.box(
        {"kind": "scroll", "parts": pictures},
        parts.text_part(product["title"], size="title"),
        parts.text_part(product["price"]["text"] if product["price"] else "", size="price"),
        {"kind": "rich", "html": str(as_markup(product["description"]))},
    )


CATEGORY_TILES: Final = Block(
    type="category.tiles",
    label=Text("分类卡片", "Category tiles"),
    template="themes/blocks/category_tiles.html",
    group="catalogue",
    icon="grid",
    settings={
        "title": parts.title(),
        "most": Number(label=Text("最多", "At most"), default=8, minimum=1, maximum=24),
        "columns": _columns(),
    },
    needs=_top_categories,
    primitives=_tile_parts,
)
CATEGORY_TREE: Final = Block(
    type="category.tree",
    label=Text("分类目录", "Category tree"),
    template="themes/blocks/category_tree.html",
    group="catalogue",
    icon="list",
    settings={"title": parts.title()},
    needs=_top_categories,
    primitives=_tile_parts,
)
PRODUCT_GRID: Final = Block(
    type="product.grid",
    label=Text("商品网格", "Product grid"),
    template="themes/blocks/product_grid.html",
    group="catalogue",
    icon="grid",
    settings={
        "title": parts.title(),
        "label": parts.label("更多文字", "Link's text"),
        "link": parts.link(),
        "columns": _columns(),
        "products": _products_bound(),
    },
    primitives=_product_parts,
)
PRODUCT_CAROUSEL: Final = Block(
    type="product.carousel",
    label=Text("商品横滑", "Product carousel"),
    template="themes/blocks/product_carousel.html",
    group="catalogue",
    icon="scroll",
    settings={
        "title": parts.title(),
        "label": parts.label("更多文字", "Link's text"),
        "link": parts.link(),
        "products": _products_bound(),
    },
    uses=frozenset({"handle"}),
    prepare=_but_this,
    primitives=_product_parts,
)
PRODUCT_RELATED: Final = Block(
    type="product.related",
    label=Text("相关商品", "Related products"),
    template="themes/blocks/product_carousel.html",
    group="catalogue",
    icon="scroll",
    settings={
        "title": parts.title(),
        "label": parts.label("更多文字", "Link's text"),
        "link": parts.link(),
        "limit": Number(label=Text("数量", "How many"), default=12, minimum=1, maximum=24),
    },
    uses=frozenset({"handle"}),
    needs=_related,
    primitives=_product_parts,
)
COLLECTION_FEATURE: Final = Block(
    type="collection.feature",
    label=Text("商品集合推荐", "Collection shown off"),
    template="themes/blocks/collection_feature.html",
    group="catalogue",
    icon="star",
    settings={
        "title": parts.title(),
        "label": parts.label("按钮文字", "Button's text"),
        "feature": Bound(
            label=Text("商品集合", "Collection"),
            sources=("catalogue.collection",),
            default={"of": "catalogue.collection", "collection": "", "limit": 4},
        ),
    },
    prepare=_feature_more,
    primitives=_feature_parts,
)
PRODUCT_LISTING: Final = Block(
    type="product.listing",
    label=Text("商品列表", "Product list"),
    template="themes/blocks/listing.html",
    group="catalogue",
    icon="list",
    settings={"columns": _columns()},
    uses=LISTED_BY,
    needs=_listing,
    prepare=_sort_labels,
    primitives=_listing_parts,
    limit=1,
)
SEARCH_BOX: Final = Block(
    type="search.box",
    label=Text("搜索框", "Search box"),
    template="themes/blocks/search_box.html",
    group="catalogue",
    icon="search",
    settings={
        "hint": parts.label("提示", "Hint"),
        "words": Items(
            label=Text("热门搜索", "Often searched for"),
            default=[],
            most=12,
            fields={"text": parts.label("词", "Word")},
        ),
    },
    uses=frozenset({"q"}),
)
PRODUCT_DETAIL: Final = Block(
    type="product.detail",
    label=Text("商品详情", "Product"),
    template="themes/blocks/product.html",
    group="catalogue",
    icon="box",
    uses=frozenset({"handle"}),
    needs=_product,
    prepare=_product_more,
    primitives=_detail_parts,
    limit=1,
)
BLOCKS: Final = (
    CATEGORY_TILES,
    CATEGORY_TREE,
    PRODUCT_GRID,
    PRODUCT_CAROUSEL,
    PRODUCT_RELATED,
    COLLECTION_FEATURE,
    PRODUCT_LISTING,
    SEARCH_BOX,
    PRODUCT_DETAIL,
)
