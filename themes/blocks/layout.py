"""Blocks that arrange others, and those that lie above the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Block, PageContext, Slot
from themes.fields import Choice, Colour, Image, Items, Json, Number, Paragraphs, Settings, Switch
from themes.rendering import TEMPLATE

_SLOTS: Final = ("a", "b", "c")


def _popup(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Mapping[str, Any]:
    """Return the name under which a browser remembers it: what says something else opens again."""
    said = json.dumps(settings, sort_keys=True, default=str)
    return {"key": sha256(said.encode()).hexdigest()[:12]}


def _popup_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    found: Mapping[str, Any] = settings
    return parts.box(
        parts.image_part(found["image"], found["link"]),
        parts.text_part(found["title"], size="title") if found["title"] else None,
        parts.text_part(found["text"]) if found["text"] else None,
        parts.button(found["label"], found["link"]),
    )


def _frame(_settings: Settings, _data: Mapping[str, Any], page: PageContext) -> Mapping[str, Any]:
    """Return a name for the version of what is shown, so that a browser may keep it."""
    said = sha256(str(_settings["html"]).encode()).hexdigest()[:12]
    return {"place": page.template or "frame", "version": said}


COLUMNS: Final = Block(
    type="layout.columns",
    label=Text("分栏", "Columns"),
    template="themes/blocks/columns.html",
    group="layout",
    icon="columns",
    settings={
        "look": Choice(
            label=Text("比例", "Shares"),
            options={
                "halves": Text("两等分", "Two alike"),
                "left": Text("左宽右窄", "Wide on the left"),
                "right": Text("左窄右宽", "Wide on the right"),
                "thirds": Text("三等分", "Three alike"),
            },
            default="halves",
        ),
        "gap": Number(
            label=Text("间距", "Gap"),
            default=24,
            minimum=0,
            maximum=96,
            step=4,
            unit="px",
            responsive=True,
            css="--between",
        ),
        "turned": Switch(
            label=Text("手机上倒序", "In reverse on telephones"),
            help=Text("在手机上把最后一栏放在最前。", "The last column comes first there."),
        ),
    },
    slots={
        name: Slot(Text(f"第 {n} 栏", f"Column {n}"), most=10) for n, name in enumerate(_SLOTS, 1)
    },
)
SPACER: Final = Block(
    type="layout.spacer",
    label=Text("留白", "Space"),
    template="themes/blocks/spacer.html",
    group="layout",
    icon="spacer",
    settings={
        "height": Number(
            label=Text("高度", "Height"),
            default=32,
            minimum=0,
            maximum=240,
            step=4,
            unit="px",
            responsive=True,
            css="--height",
        )
    },
)
DIVIDER: Final = Block(
    type="layout.divider",
    label=Text("分割线", "Divider"),
    template="themes/blocks/divider.html",
    group="layout",
    icon="divider",
    settings={
        "look": Choice(
            label=Text("样式", "Look"),
            options={
                "line": Text("实线", "Line"),
                "dashes": Text("虚线", "Dashes"),
                "dots": Text("圆点", "Dots"),
                "words": Text("文字", "Words"),
            },
            default="line",
        ),
        "text": parts.label("文字", "Words", longest=40),
        "colour": Colour(label=Text("颜色", "Colour"), css="--rule"),
    },
)
FLOATING: Final = Block(
    type="nav.floating",
    label=Text("悬浮按钮", "Floating buttons"),
    template="themes/blocks/floating.html",
    group="layout",
    icon="floating",
    settings={
        "side": Choice(
            label=Text("位置", "Side"),
            options={"right": Text("右侧", "Right"), "left": Text("左侧", "Left")},
            default="right",
        ),
        "items": Items(
            label=Text("按钮", "Buttons"),
            default=[],
            most=4,
            fields={"icon": parts.icon("chat"), "label": parts.label(), "link": parts.link()},
        ),
        "top": Switch(label=Text("返回顶部", "Back to the top"), default=True),
    },
    limit=1,
)
POPUP: Final = Block(
    type="layout.popup",
    label=Text("弹窗", "Pop-up"),
    template="themes/blocks/popup.html",
    group="layout",
    icon="popup",
    settings={
        "image": Image(label=Text("图片", "Picture")),
        "title": parts.title(),
        "text": Paragraphs(label=Text("文字", "Text"), longest=400, i18n=True),
        "label": parts.label("按钮文字", "Button"),
        "link": parts.link(),
        "seconds": Number(
            label=Text("几秒后弹出", "Seconds before it opens"), default=3, minimum=0, maximum=60
        ),
        "days": Number(
            label=Text("几天内不再弹出", "Days before it opens again"),
            default=7,
            minimum=1,
            maximum=90,
        ),
    },
    prepare=_popup,
    primitives=_popup_parts,
    limit=1,
)
HTML: Final = Block(
    type="core.html",
    label=Text("自定义代码", "Own HTML"),
    template="themes/blocks/html.html",
    group="layout",
    icon="code",
    settings={
        "title": parts.title(zh="名称", en="Name"),
        "html": Paragraphs(
            label=Text("代码", "Code"),
            help=Text(
                "在隔离的框架中运行，接触不到店铺页面和访客信息。",
                "Runs in a frame of its own, without access to the page or to who visits it.",
            ),
            longest=20_000,
        ),
        "height": Number(
            label=Text("高度", "Height"),
            default=320,
            minimum=40,
            maximum=1600,
            step=20,
            unit="px",
            responsive=True,
            css="--height",
        ),
    },
    uses=frozenset({TEMPLATE}),
    prepare=_frame,
)
BLOCKS: Final = (COLUMNS, SPACER, DIVIDER, FLOATING, POPUP, HTML)
