"""Makes a brand's one colour usable: readable text on it, and a shade readable on white.

Source of contrast: WCAG 2.2, relative luminance and success criterion 1.4.3.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

FALLBACK: Final = "#1f6f5c"
READABLE: Final = 4.5
"""The least contrast of text and ground, a ratio."""

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}\Z")
_WHITE: Final = (255, 255, 255)
_INK: Final = (23, 26, 31)
_KNEE: Final = 0.04045

Rgb: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours that pages are drawn with, each ``#rrggbb``.

    Attributes:
        brand: as chosen.
        on_brand: text on it.
        text: the brand darkened until it can be read on white.
        hover: the brand under a pointer.
        soft, line: faint grounds and borders of the same hue.
    """

    brand: str
    on_brand: str
    text: str
    hover: str
    soft: str
    line: str


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour ``#rrggbb``."""
    return _HEX.match(text) is not None


def palette(colour: str) -> Palette:
    """Return the palette of a brand's colour; of a neutral one when it is malformed."""
    brand = _read(colour if is_colour(colour) else FALLBACK)
    on_brand = _WHITE if contrast(brand, _WHITE) >= contrast(brand, _INK) else _INK
    text = brand
    while contrast(text, _WHITE) < READABLE:
        text = _mix(text, (0, 0, 0), 0.08)
    return Palette(
        brand=_write(brand),
        on_brand=_write(on_brand),
        text=_write(text),
        hover=_write(_mix(brand, (0, 0, 0) if on_brand == _WHITE else _WHITE, 0.14)),
        soft=_write(_mix(brand, _WHITE, 0.92)),
        line=_write(_mix(brand, _WHITE, 0.72)),
    )


def palette_css(colour: str) -> str:
    """Return a style sheet that holds a palette as custom properties."""
    found = palette(colour)
    return (
        f":root{{--brand:{found.brand};--on-brand:{found.on_brand};--brand-text:{found.text};"
        f"--brand-hover:{found.hover};--brand-soft:{found.soft};--brand-line:{found.line}}}\n"
    )


def mark_svg(name: str, colour: str) -> str:
    """Return a square picture with the first letter of a name on its colour."""
    found = palette(colour)
    letter = first_letter(name)
    safe = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(letter, letter)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<rect width="64" height="64" rx="15" fill="{found.brand}"/>'
        '<text x="32" y="33" dy=".35em" text-anchor="middle" font-size="34" font-weight="600"'
        " font-family=\"system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif\""
        f' fill="{found.on_brand}">{safe}</text></svg>'
    )


def first_letter(name: str) -> str:
    """Return what stands for a name in a small square."""
    return name.strip()[:1].upper() or "·"


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Rgb) -> float:
    parts = [
        part / 12.92 if part <= _KNEE else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _read(text: str) -> Rgb:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _write(colour: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
