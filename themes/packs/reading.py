"""The packs that come along: what they are called, their colours, their pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from kernel.modules.manifest import Text
from themes.brand import theme_sheet
from themes.fields import Json
from themes.packs.errors import UnknownPack, UnknownPalette

FOLDER: Final = Path(__file__).parent / "data"
_HEADINGS: Final = {
    "sans": "inherit",
    "serif": 'Georgia, "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", SimSun, serif',
}


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours of a pack.

    Attributes:
        brand: colour of what can be tapped.
        ground: colour of the page.
        sunk: colour of what lies deeper than the page.
    """

    code: str
    name: Text
    brand: str
    ground: str
    sunk: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A theme for a trade.

    Attributes:
        cover: name of the picture that shows it.
        look: roundness of corners and buttons, kind of headings.
    """

    code: str
    name: Text
    summary: Text
    cover: str
    look: Mapping[str, str]
    palettes: tuple[Palette, ...]

    def palette(self, code: str = "") -> Palette:
        """Return a palette; the first without a code.

        Raises:
            UnknownPalette: the pack has none of this name.
        """
        if not code:
            return self.palettes[0]
        found = next((each for each in self.palettes if each.code == code), None)
        if found is None:
            raise UnknownPalette
        return found


@cache
def packs() -> tuple[Pack, ...]:
    """Return all packs in the order in which they are offered."""
    found = (_read(path) for path in sorted(FOLDER.glob("*/pack.json")))
    order = ("fashion", "fresh", "beauty", "electronics", "local", "knowledge")
    return tuple(sorted(found, key=lambda pack: order.index(pack.code)))


def pack_with(code: str) -> Pack:
    """Return a pack.

    Raises:
        UnknownPack: there is none of this name.
    """
    found = next((each for each in packs() if each.code == code), None)
    if found is None:
        raise UnknownPack
    return found


@cache
def documents_of(code: str) -> Mapping[str, Json]:
    """Return the documents of a pack by the page or group that they are for.

    Raises:
        UnknownPack: there is none of this name.
    """
    folder = FOLDER / pack_with(code).code / "pages"
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.json"))
    }


def sheet_of_pack(pack: Pack, palette: Palette) -> str:
    """Return a pack's colours and forms as a style sheet: those of the ground by day only."""
    own = {
        "--r": pack.look["radius"],
        "--pill": pack.look["pill"],
        "--heading": _HEADINGS[pack.look["heading"]],
    }
    forms = ";".join(f"{name}:{value}" for name, value in own.items())
    ground = f"--ground:{palette.ground};--sunk:{palette.sunk}"
    return (
        f"{theme_sheet(palette.brand)}:root{{{forms}}}\n"
        f"@media (prefers-color-scheme:light){{:root{{{ground}}}}}\n"
    )


def _read(path: Path) -> Pack:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Pack(
        code=told["code"],
        name=_text(told["name"]),
        summary=_text(told["summary"]),
        cover=told["cover"],
        look=told["look"],
        palettes=tuple(
            Palette(**{**each, "name": _text(each["name"])}) for each in told["palettes"]
        ),
    )


def _text(told: Mapping[str, str]) -> Text:
    return Text(told["zh-hans"], told["en"])
