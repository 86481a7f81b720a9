"""Blocks about coupons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Json, Number, Settings


def _wall(_settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    return {"coupons": Binding.to("coupons.wall")}


def _first(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Mapping[str, Any]:
    most = settings["most"]
    assert isinstance(most, int)  # noqa: S101  a number's setting
    return {"coupons": (data["coupons"] or [])[:most]}


def _wall_parts(settings: Settings, data: Mapping[str, Any], _page: PageContext) -> Json:
    cells: list[Json] = [
        parts.box(
            parts.text_part(each["face"], size="title"),
            parts.text_part(each["name"]),
            parts.text_part(each["rule"]),
        )
        for each in data["coupons"] or []
    ]
    return parts.box(
        parts.text_part(str(settings["title"]), size="title") if settings["title"] else None, *cells
    )


WALL: Final = Block(
    type="coupon.wall",
    label=Text("领券中心", "Coupons to take"),
    template="themes/blocks/coupon_wall.html",
    group="marketing",
    icon="tag",
    settings={
        "title": parts.title(),
        "most": Number(label=Text("最多", "At most"), default=60, minimum=1, maximum=60),
    },
    vary="member",
    needs=_wall,
    prepare=_first,
    primitives=_wall_parts,
)
MINE: Final = Block(
    type="member.coupons",
    label=Text("我的优惠券", "My coupons"),
    template="themes/blocks/my_coupons.html",
    group="member",
    icon="tag",
    vary="member",
    limit=1,
)
BLOCKS: Final = (WALL, MINE)
