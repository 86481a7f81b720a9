"""Blocks that show what a shop says: pictures, texts, links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Binding, Block, PageContext
from themes.fields import Choice, Image, Items, Json, Line, Number, Paragraphs, RichText, Settings
from themes.rendering import DOORS, TEMPLATE

_HERO_GOODS: Final = 3
_TONES: Final[Mapping[str, Text]] = {
    "brand": Text("品牌色", "Brand"),
    "soft": Text("浅色", "Soft"),
    "dark": Text("深色", "Dark"),
}


def _tone(default: str = "brand") -> Choice:
    return Choice(label=Text("色调", "Tone"), options=_TONES, default=default)


def _hero_level(
    _settings: Settings, _data: Mapping[str, Any], page: PageContext
) -> Mapping[str, Any]:
    return {"level": "h1" if page.template == "home" else "h2"}


def _hero_parts(settings: Settings, _data: Mapping[str, Any], page: PageContext) -> Json:
    found: Mapping[str, Any] = settings
    return parts.box(
        parts.image_part(found["image"], found["link"]),
        parts.text_part(found["title"] or page.shop.name, size="title"),
        parts.text_part(found["text"]) if found["text"] else None,
        parts.button(found["label"], found["link"]),
    )


def _carousel_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    slides: list[dict[str, Any]] = settings["slides"]  # type: ignore[assignment]
    inner = [parts.image_part(each["image"], each["link"]) for each in slides]
    return {"kind": "scroll", "parts": [each for each in inner if each]}


def _notice_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    return parts.box(parts.text_part(str(settings["text"])), direction="row")


def _rich_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    return parts.box(
        parts.text_part(str(settings["title"]), size="title") if settings["title"] else None,
        {"kind": "rich", "html": str(settings["html"])},
    )


def _icon_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    items: list[dict[str, Any]] = settings["items"]  # type: ignore[assignment]
    cells: list[Json] = [
        parts.box(
            parts.image_part(each["image"], each["link"]),
            parts.button(each["label"], each["link"]) or parts.text_part(each["label"]),
        )
        for each in items
    ]
    return {"kind": "grid", "columns": settings["columns"], "parts": cells}


def _hero_goods(settings: Settings, _page: PageContext) -> Mapping[str, Binding]:
    """Wish for the newest goods, which stand where nobody chose a picture."""
    if settings["image"]:
        return {}
    wish = Binding.to(
        "catalogue.products", category="", collection="", sort="newest", limit=_HERO_GOODS
    )
    return {"goods": wish}


HERO: Final = Block(
    type="media.hero",
    label=Text("主图", "Hero"),
    template="themes/blocks/hero.html",
    icon="image",
    version=2,
    # The layout that was the only one is the usual one now.
    migrations={1: lambda settings: settings},
    settings={
        "kicker": parts.label("小标题", "Line above"),
        "title": parts.title(),
        "text": Paragraphs(label=Text("文字", "Text"), longest=300, i18n=True),
        "label": parts.label("按钮文字", "Button"),
        "link": parts.link(),
        "image": Image(label=Text("图片", "Picture")),
        "look": Choice(
            label=Text("版式", "Layout"),
            options={
                "full": Text("文字在图片上", "Words on the picture"),
                "split": Text("图文并排", "Words beside the picture"),
            },
            default="full",
        ),
        "tone": _tone(),
        "height": Number(
            label=Text("高度", "Height"),
            default=340,
            minimum=200,
            maximum=720,
            step=20,
            unit="px",
            responsive=True,
            css="--height",
        ),
    },
    uses=frozenset({TEMPLATE}),
    needs=_hero_goods,
    prepare=_hero_level,
    primitives=_hero_parts,
)
CAROUSEL: Final = Block(
    type="media.carousel",
    label=Text("轮播图", "Carousel"),
    template="themes/blocks/carousel.html",
    icon="images",
    settings={
        "title": parts.title(),
        "slides": Items(
            label=Text("图片", "Slides"),
            default=[],
            most=10,
            fields={
                "image": Image(label=Text("图片", "Picture")),
                "title": parts.title(),
                "text": parts.label("文字", "Text", longest=120),
                "link": parts.link(),
                "tone": _tone(),
            },
        ),
        "seconds": Number(
            label=Text("自动切换秒数", "Seconds for each"),
            help=Text("0 表示不自动切换。", "0 leaves it to the visitor."),
            default=0,
            minimum=0,
            maximum=20,
        ),
    },
    primitives=_carousel_parts,
)
NOTICE_BAR: Final = Block(
    type="text.notice_bar",
    label=Text("公告栏", "Notice bar"),
    template="themes/blocks/notice_bar.html",
    icon="bell",
    settings={
        "text": Line(label=Text("文字", "Text"), longest=160, i18n=True),
        "link": parts.link(),
    },
    primitives=_notice_parts,
)
ICON_GRID: Final = Block(
    type="nav.icon_grid",
    label=Text("图标导航", "Icon grid"),
    template="themes/blocks/icon_grid.html",
    icon="grid",
    settings={
        "title": parts.title(),
        "look": Choice(
            label=Text("样式", "Look"),
            options={"nav": Text("导航", "Navigation"), "promise": Text("服务承诺", "Promises")},
            default="nav",
        ),
        "columns": Number(
            label=Text("列数", "Columns"),
            default=4,
            minimum=1,
            maximum=10,
            responsive=True,
            css="--columns",
        ),
        "items": Items(
            label=Text("图标", "Icons"),
            default=[],
            most=20,
            fields={
                "icon": parts.icon(),
                "image": Image(label=Text("图片", "Picture")),
                "label": parts.label(),
                "text": parts.label("说明", "Text", longest=80),
                "link": parts.link(),
            },
        ),
    },
    primitives=_icon_parts,
)
RICH: Final = Block(
    type="text.rich",
    label=Text("富文本", "Rich text"),
    template="themes/blocks/rich.html",
    icon="text",
    settings={
        "title": parts.title(),
        "html": RichText(label=Text("内容", "Content"), i18n=True),
    },
    primitives=_rich_parts,
)
DOORS_BLOCK: Final = Block(
    type="nav.doors",
    label=Text("功能入口", "Functions"),
    template="themes/blocks/doors.html",
    icon="door",
    settings={"title": parts.title()},
    uses=frozenset({DOORS}),
)
BLOCKS: Final = (HERO, CAROUSEL, NOTICE_BAR, ICON_GRID, RICH, DOORS_BLOCK)
