"""The block that says where a shop is and when it is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Block, PageContext
from themes.fields import Image, Json, Line, Paragraphs, Settings


def _info_parts(settings: Settings, _data: Mapping[str, Any], page: PageContext) -> Json:
    found: Mapping[str, Any] = settings
    lines = (found["text"], found["address"], found["hours"], found["phone"])
    return parts.box(
        parts.image_part(found["image"]),
        parts.text_part(found["title"] or page.shop.name, size="title"),
        *(parts.text_part(each) for each in lines if each),
        parts.button(found["label"], found["map"]),
    )


INFO: Final = Block(
    type="shop.info",
    label=Text("门店信息", "About the shop"),
    template="themes/blocks/shop_info.html",
    icon="pin",
    settings={
        "title": parts.title(),
        "text": Paragraphs(label=Text("介绍", "Text"), longest=400, i18n=True),
        "image": Image(label=Text("图片", "Picture")),
        "address": Line(label=Text("地址", "Address"), longest=160, i18n=True),
        "hours": Line(label=Text("营业时间", "Opening hours"), longest=120, i18n=True),
        "phone": Line(label=Text("电话", "Telephone"), longest=40),
        "label": parts.label("按钮文字", "Button"),
        "map": parts.link(),
    },
    primitives=_info_parts,
)
BLOCKS: Final = (INFO,)
