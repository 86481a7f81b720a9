"""Settings that several blocks have, and simple parts for clients that know no blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.fields import Choice, Field, Json, Line, Link

ICONS: Final[Mapping[str, Text]] = {
    "home": Text("首页", "Home"),
    "grid": Text("分类", "Categories"),
    "cart": Text("购物车", "Cart"),
    "user": Text("我的", "Person"),
    "truck": Text("配送", "Delivery"),
    "return": Text("退换", "Returns"),
    "shield": Text("保障", "Protection"),
    "chat": Text("客服", "Chat"),
    "star": Text("精选", "Star"),
    "tag": Text("优惠", "Tag"),
    "gift": Text("礼物", "Gift"),
    "calendar": Text("签到", "Calendar"),
    "clock": Text("限时", "Clock"),
    "heart": Text("喜欢", "Heart"),
    "leaf": Text("新鲜", "Leaf"),
    "box": Text("商品", "Box"),
    "pin": Text("门店", "Place"),
    "wallet": Text("钱包", "Wallet"),
}


def title(default: str = "", *, zh: str = "标题", en: str = "Title") -> Line:
    """Return the setting of a heading."""
    return Line(label=Text(zh, en), default=default, longest=80, i18n=True)


def label(zh: str = "文字", en: str = "Label", *, longest: int = 40) -> Line:
    """Return the setting of a short text on something to tap."""
    return Line(label=Text(zh, en), longest=longest, i18n=True)


def link() -> Link:
    """Return the setting of where a tap leads."""
    return Link(label=Text("链接", "Link"))


def icon(default: str = "star") -> Choice:
    """Return the setting of a drawn sign."""
    return Choice(label=Text("图标", "Icon"), options=ICONS, default=default)


def text_part(text: str, *, size: str = "body") -> Json:
    """Return a simple part with a text."""
    return {"kind": "text", "text": text, "size": size}


def box(*parts: Json, direction: str = "column") -> Json:
    """Return a simple part that holds others; parts that are None are left out."""
    return {"kind": "box", "direction": direction, "parts": [each for each in parts if each]}


def button(text: str, target: Mapping[str, Any] | None) -> Json:
    """Return a simple part to tap, or None without a target."""
    return {"kind": "button", "text": text, "link": dict(target)} if target and text else None


def image_part(picture: Mapping[str, Any] | None, link_to: Mapping[str, Any] | None = None) -> Json:
    """Return a simple part with a picture, or None without one."""
    if not picture:
        return None
    return {
        "kind": "image",
        "url": picture["url"],
        "alt": picture.get("alt", ""),
        "link": dict(link_to) if link_to else None,
    }


def product_parts(products: list[dict[str, Any]] | None, heading: str) -> Json:
    """Return the simple parts of a row of products."""
    cards: list[Json] = [
        box(
            image_part(each["picture"]),
            text_part(each["title"]),
            text_part(each["price"]["text"] if each["price"] else "", size="price"),
        )
        for each in products or []
    ]
    grid: Json = {"kind": "grid", "columns": 2, "parts": cards}
    return box(text_part(heading, size="title") if heading else None, grid)


Fields = Mapping[str, Field]
