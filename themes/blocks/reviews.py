"""Blocks about reviews."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Json, Settings


def score_binding(page: PageContext) -> Binding:
    """Return the wish for what the reviews of a page's product come to."""
    return Binding.to("reviews.summary", handle=page.params.get("handle", ""))


def _summary(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    return {"score": score_binding(page)}


def _list(_settings: Settings, page: PageContext) -> Mapping[str, Binding]:
    wanted = {name: page.params.get(name, "") for name in ("handle", "stars", "page")}
    return {"list": Binding.to("reviews.list", **wanted)}


def _summary_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    score = data["score"]
    if not score or not score["count"]:
        return None
    return parts.box(
        parts.text_part(str(settings["title"]), size="title") if settings["title"] else None,
        parts.text_part(f"{score['average']} {score['stars']['face']} ({score['count']})"),
    )


def _list_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    found = data["list"]
    if not found or not found["reviews"]:
        return None
    cells: list[Json] = [
        parts.box(
            parts.text_part(f"{each['stars']['face']} {each['author']}"),
            parts.text_part(each["text"]),
        )
        for each in found["reviews"]
    ]
    return parts.box(
        parts.text_part(str(settings["title"]), size="title") if settings["title"] else None, *cells
    )


SUMMARY: Final = Block(
    type="review.summary",
    label=Text("评价汇总", "What reviews come to"),
    template="themes/blocks/review_summary.html",
    group="catalogue",
    icon="star",
    settings={"title": parts.title()},
    uses=frozenset({"handle"}),
    needs=_summary,
    primitives=_summary_parts,
    limit=1,
)
LIST: Final = Block(
    type="review.list",
    label=Text("评价列表", "Reviews"),
    template="themes/blocks/review_list.html",
    group="catalogue",
    icon="list",
    settings={"title": parts.title()},
    uses=frozenset({"handle", "stars", "page"}),
    needs=_list,
    primitives=_list_parts,
    limit=1,
)
FORM: Final = Block(
    type="review.form",
    label=Text("写评价", "Review what arrived"),
    template="themes/blocks/review_form.html",
    group="member",
    icon="star",
    vary="member",
    limit=1,
)
BLOCKS: Final = (SUMMARY, LIST, FORM)
