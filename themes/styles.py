"""Style sheets of blocks: sent only with pages on which they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from themes.contract import Block
from themes.fields import Image, Items, Json

FOLDER: Final = Path(__file__).parent / "styles"
_MIDDLE: Final = [0.5, 0.5]


@cache
def style_of(block_type: str) -> str:
    """Return the style sheet of a block; empty when the shop's own is all that it needs."""
    path = FOLDER / f"{block_type}.css"
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""


def styles_of(block_types: Iterable[str]) -> list[str]:
    """Return the sheets of some blocks, each once."""
    return [text for each in sorted(set(block_types)) if (text := style_of(each))]


def own_rules(block_id: str, kind: Block, settings: Mapping[str, Json]) -> Iterator[str]:
    """Return the style of a block's pictures and of the items of its lists.

    A picture keeps what matters of it in sight however it is cut.
    """
    for name, each in kind.settings.items():
        value = settings.get(name)
        if isinstance(each, Image):
            yield from _focus(f"#{block_id} img", value)
        elif isinstance(each, Items) and isinstance(value, list):
            for number, item in enumerate(value, start=1):
                if isinstance(item, dict):
                    yield from _item(f"#{block_id} li:nth-child({number})", each, item)


def _item(place: str, kind: Items, item: Mapping[str, Json]) -> Iterator[str]:
    told = [f"{f.css}:{f.css_value(item[name])}" for name, f in kind.fields.items() if f.css]
    if told:
        yield f"{place}{{{';'.join(told)}}}"
    for name, each in kind.fields.items():
        if isinstance(each, Image):
            yield from _focus(f"{place} img", item.get(name))


def _focus(place: str, value: Json) -> Iterator[str]:
    found = value.get("focus") if isinstance(value, dict) else None
    if isinstance(found, list) and found != _MIDDLE:
        across, down = (f"{round(100 * float(str(share)))}%" for share in found)
        yield f"{place}{{object-position:{across} {down}}}"
