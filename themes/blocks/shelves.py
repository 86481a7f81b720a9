"""Blocks with several rows of goods, and with what buyers say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Bound, Items, Json, Number, Settings, Switch

_NEWEST: Final[Json] = {
    "of": "catalogue.products",
    "category": "",
    "collection": "",
    "sort": "newest",
    "limit": 8,
}


def _products() -> Bound:
    return Bound(label=Text("商品", "Products"), sources=("catalogue.products",), default=_NEWEST)


def _columns(default: int = 2) -> Number:
    return Number(
        label=Text("列数", "Columns"),
        default=default,
        minimum=1,
        maximum=6,
        responsive=True,
        css="--columns",
    )


def _tab_wishes(settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    tabs: list[dict[str, Any]] = settings["tabs"]  # type: ignore[assignment]
    return {f"tab{n}": Binding.to(**each["products"]) for n, each in enumerate(tabs)}


def _tabs(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Mapping[str, Any]:
    tabs: list[dict[str, Any]] = settings["tabs"]  # type: ignore[assignment]
    filled = [
        {"label": each["label"], "products": data[f"tab{n}"]}
        for n, each in enumerate(tabs)
        if each["label"] and data[f"tab{n}"]
    ]
    return {"tabs": filled}


def _tab_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    tabs: list[dict[str, Any]] = settings["tabs"]  # type: ignore[assignment]
    rows = [
        parts.product_parts(data[f"tab{n}"], each["label"])
        for n, each in enumerate(tabs)
        if data[f"tab{n}"]
    ]
    heading = str(settings["title"])
    return parts.box(parts.text_part(heading, size="title") if heading else None, *rows)


def _flow_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    return parts.product_parts(data["products"], str(settings["title"]))


def _praise(settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    wish = Binding.to(
        "reviews.latest",
        least=settings["least"],
        pictured=settings["pictured"],
        limit=settings["most"],
    )
    return {"reviews": wish}


def _praise_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    cells: list[Json] = [
        parts.box(
            parts.text_part(f"{each['stars']['face']} {each['author']}"),
            parts.text_part(each["text"]),
        )
        for each in data["reviews"] or []
    ]
    heading = str(settings["title"])
    if not cells:
        return None
    return parts.box(
        parts.text_part(heading, size="title") if heading else None,
        {"kind": "scroll", "parts": cells},
    )


TABS: Final = Block(
    type="product.tabs",
    label=Text("商品分组", "Products by tabs"),
    template="themes/blocks/product_tabs.html",
    group="catalogue",
    icon="tabs",
    settings={
        "title": parts.title(),
        "tabs": Items(
            label=Text("分组", "Tabs"),
            default=[],
            most=6,
            fields={"label": parts.label("名称", "Name"), "products": _products()},
        ),
        "columns": _columns(),
    },
    needs=_tab_wishes,
    prepare=_tabs,
    primitives=_tab_parts,
)
WATERFALL: Final = Block(
    type="product.waterfall",
    label=Text("商品瀑布流", "Waterfall of products"),
    template="themes/blocks/product_waterfall.html",
    group="catalogue",
    icon="waterfall",
    settings={
        "title": parts.title(),
        "label": parts.label("更多文字", "Link's text"),
        "link": parts.link(),
        "columns": _columns(),
        "products": _products(),
    },
    primitives=_flow_parts,
)
PRAISE: Final = Block(
    type="review.wall",
    label=Text("买家评价", "What buyers say"),
    template="themes/blocks/review_wall.html",
    group="catalogue",
    icon="star",
    settings={
        "title": parts.title(),
        "most": Number(label=Text("最多", "At most"), default=6, minimum=1, maximum=12),
        "least": Number(label=Text("最低星级", "Stars at least"), default=4, minimum=1, maximum=5),
        "pictured": Switch(label=Text("只显示有图评价", "Only those with pictures")),
    },
    needs=_praise,
    primitives=_praise_parts,
)
BLOCKS: Final = (TABS, WATERFALL, PRAISE)
