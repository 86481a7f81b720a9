"""Blocks about searching."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.blocks.catalogue import LISTED_BY, listing_binding
from themes.contract import Binding, Block, PageContext
from themes.fields import Json, Settings
from themes.resolving import path_of


def _listing(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    return {"listing": listing_binding(page)}


def _filters(_settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Mapping[str, Any]:
    return {"d": {"filters": (data["listing"] or {}).get("filters")}}


def _hot_words(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"words": Binding.to("search.hot_words")}


def _history(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"words": Binding.to("search.history")}


def _clearing(
    _settings: Settings, _data: Mapping[str, Any], _page: PageContext
) -> Mapping[str, Any]:
    return {"clear": path_of("search-clear")}


def _word_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    buttons = [
        parts.button(text, {"page": "search", "query": {"id": text}})
        for text in data["words"] or []
    ]
    heading = parts.text_part(str(settings["title"]), size="title") if settings["title"] else None
    return parts.box(heading, parts.box(*buttons, direction="row"))


FILTERS: Final = Block(
    type="product.filters",
    label=Text("商品筛选", "Product filters"),
    template="themes/blocks/product_filters.html",
    group="catalogue",
    icon="list",
    uses=LISTED_BY,
    needs=_listing,
    prepare=_filters,
    limit=1,
)
HOT_WORDS: Final = Block(
    type="search.hot_words",
    label=Text("热门搜索", "Popular searches"),
    template="themes/blocks/search_hot_words.html",
    group="catalogue",
    icon="search",
    settings={"title": parts.title()},
    uses=frozenset({"q"}),
    needs=_hot_words,
    primitives=_word_parts,
)
HISTORY: Final = Block(
    type="search.history",
    label=Text("搜索历史", "Past searches"),
    template="themes/blocks/search_history.html",
    group="catalogue",
    icon="clock",
    settings={"title": parts.title()},
    uses=frozenset({"q"}),
    vary="member",
    needs=_history,
    prepare=_clearing,
    primitives=_word_parts,
    limit=1,
)
BLOCKS: Final = (FILTERS, HOT_WORDS, HISTORY)
