"""Blocks of pictures and films: a picture with spots, a mosaic, a gallery, a video."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.blocks import parts
from themes.contract import Block, PageContext
from themes.fields import Choice, Image, Items, Json, Number, Settings, Switch, Video


def _place(zh: str, en: str, css: str) -> Number:
    return Number(label=Text(zh, en), default=50, minimum=0, maximum=100, step=1, unit="%", css=css)


def _hotspot_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    found: Mapping[str, Any] = settings
    return parts.box(
        parts.text_part(found["title"], size="title") if found["title"] else None,
        parts.image_part(found["image"]),
        *(parts.button(each["label"], each["link"]) for each in found["spots"]),
    )


def _cells(settings: Settings, name: str) -> list[Json]:
    items: list[dict[str, Any]] = settings[name]  # type: ignore[assignment]
    return [
        parts.box(
            parts.image_part(each["image"], each["link"]),
            parts.text_part(each["title"]) if each["title"] else None,
        )
        for each in items
    ]


def _mosaic_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    grid: Json = {"kind": "grid", "columns": 2, "parts": _cells(settings, "items")}
    heading = str(settings["title"])
    return parts.box(parts.text_part(heading, size="title") if heading else None, grid)


def _video_parts(settings: Settings, _data: Mapping[str, Any], _page: PageContext) -> Json:
    found: Mapping[str, Any] = settings
    if not found["video"]:
        return None
    poster = found["poster"]
    return parts.box(
        parts.text_part(found["title"], size="title") if found["title"] else None,
        {
            "kind": "video",
            "url": found["video"]["url"],
            "poster": poster["url"] if poster else "",
        },
    )


HOTSPOT: Final = Block(
    type="media.hotspot",
    label=Text("热区图", "Picture with spots"),
    template="themes/blocks/hotspot.html",
    icon="target",
    settings={
        "title": parts.title(),
        "image": Image(label=Text("图片", "Picture")),
        "spots": Items(
            label=Text("热点", "Spots"),
            default=[],
            most=12,
            fields={
                "x": _place("离左边", "From the left", "--x"),
                "y": _place("离上边", "From the top", "--y"),
                "label": parts.label("名称", "Name"),
                "text": parts.label("说明", "Text", longest=80),
                "link": parts.link(),
            },
        ),
    },
    primitives=_hotspot_parts,
)
MOSAIC: Final = Block(
    type="media.mosaic",
    label=Text("图片魔方", "Mosaic of pictures"),
    template="themes/blocks/mosaic.html",
    icon="mosaic",
    settings={
        "title": parts.title(),
        "look": Choice(
            label=Text("排列", "Arrangement"),
            options={
                "left": Text("左大右小", "Large on the left"),
                "right": Text("右大左小", "Large on the right"),
                "row": Text("一行等宽", "One row"),
                "quilt": Text("拼布", "Quilt"),
            },
            default="left",
        ),
        "items": Items(
            label=Text("图片", "Pictures"),
            default=[],
            most=8,
            fields={
                "image": Image(label=Text("图片", "Picture")),
                "title": parts.title(),
                "text": parts.label("文字", "Text", longest=80),
                "link": parts.link(),
            },
        ),
        "height": Number(
            label=Text("行高", "Height of a row"),
            default=180,
            minimum=80,
            maximum=480,
            step=10,
            unit="px",
            responsive=True,
            css="--row",
        ),
    },
    primitives=_mosaic_parts,
)
GALLERY: Final = Block(
    type="media.gallery",
    label=Text("相册", "Gallery"),
    template="themes/blocks/gallery.html",
    icon="images",
    settings={
        "title": parts.title(),
        "look": Choice(
            label=Text("样式", "Look"),
            options={"grid": Text("网格", "Grid"), "rail": Text("横滑", "Row that scrolls")},
            default="grid",
        ),
        "columns": Number(
            label=Text("列数", "Columns"),
            default=2,
            minimum=1,
            maximum=6,
            responsive=True,
            css="--columns",
        ),
        "items": Items(
            label=Text("图片", "Pictures"),
            default=[],
            most=24,
            fields={
                "image": Image(label=Text("图片", "Picture")),
                "title": parts.label("说明", "Caption", longest=80),
                "link": parts.link(),
            },
        ),
    },
    primitives=_mosaic_parts,
)
VIDEO: Final = Block(
    type="media.video",
    label=Text("视频", "Video"),
    template="themes/blocks/video.html",
    icon="play",
    settings={
        "title": parts.title(),
        "text": parts.label("文字", "Text", longest=200),
        "video": Video(label=Text("视频", "Video")),
        "poster": Image(label=Text("封面", "Cover")),
        "shape": Choice(
            label=Text("比例", "Shape"),
            options={
                "wide": Text("16:9", "16:9"),
                "square": Text("1:1", "1:1"),
                "tall": Text("9:16", "9:16"),
            },
            default="wide",
        ),
        "plays": Switch(
            label=Text("静音自动循环播放", "Play by itself, silent"),
            help=Text(
                "减少动态效果的访客不会自动播放。", "Not for visitors who ask for less motion."
            ),
        ),
    },
    primitives=_video_parts,
)
BLOCKS: Final = (HOTSPOT, MOSAIC, GALLERY, VIDEO)
