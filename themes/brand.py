"""A shop's colour as style sheet and as pictures for home screens."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import Final

from kernel.common.colours import contrast, palette, palette_css

SIZES: Final = (180, 192, 512)
"""Pixels of the icons that telephones ask for."""

_NIGHT: Final = (23, 26, 31)
_READABLE: Final = 4.5
_SEEN: Final = 2.2
"""The least contrast of a button and the ground at night."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def theme_sheet(colour: str, accent: str = "") -> str:
    """Return the shop's colours as custom properties, by day and by night."""
    found = palette(colour)
    text = _read(found.brand)
    while contrast(text, _NIGHT) < _READABLE + 1:
        text = _towards(text, (255, 255, 255), 0.1)
    soft = _towards(_NIGHT, _read(found.brand), 0.22)
    line = _towards(_NIGHT, _read(found.brand), 0.45)
    by_night = palette(_write(_seen_by_night(_read(found.brand))))
    return (
        palette_css(colour)
        + f":root{{--accent:{palette(accent or colour).brand}}}\n"
        + "@media (prefers-color-scheme:dark){:root{"
        + f"--brand:{by_night.brand};--on-brand:{by_night.on_brand};--brand-hover:{by_night.hover};"
        + f"--brand-text:{_write(text)};--brand-soft:{_write(soft)};--brand-line:{_write(line)}"
        + "}}\n"
    )


@lru_cache(maxsize=512)
def icon_png(colour: str, size: int) -> bytes:
    """Return a square PNG: a shopping bag on the shop's colour, whole inside a circle."""
    found = palette(colour)
    ground, ink = bytes(_read(found.brand)), bytes(_read(found.on_brand))
    rows = bytearray()
    for y in range(size):
        rows.append(0)
        runs = _bag_runs((y + 0.5) / size)
        row = bytearray(ground * size)
        for start, end, is_ink in runs:
            first, last = round(start * size), round(end * size)
            row[first * 3 : last * 3] = (ink if is_ink else ground) * (last - first)
        rows += row
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts)


def _bag_runs(y: float) -> list[tuple[float, float, bool]]:
    """Return what one row of the bag consists of, in shares of the width."""
    runs: list[tuple[float, float, bool]] = []
    top, bottom, middle, outer, inner = 0.42, 0.74, 0.42, 0.13, 0.085
    if middle - outer <= y < top:
        wide = (outer**2 - (y - middle) ** 2) ** 0.5
        runs.append((0.5 - wide, 0.5 + wide, True))
        if abs(y - middle) < inner:
            narrow = (inner**2 - (y - middle) ** 2) ** 0.5
            runs.append((0.5 - narrow, 0.5 + narrow, False))
    if top <= y < bottom:
        half = 0.2 + 0.03 * (y - top) / (bottom - top)
        runs.append((0.5 - half, 0.5 + half, True))
    return runs


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def _read(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _write(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _seen_by_night(brand: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return a brand's colour, lighter where its buttons would sink into the dark."""
    while contrast(brand, _NIGHT) < _SEEN:
        brand = _towards(brand, (255, 255, 255), 0.06)
    return brand


def _towards(
    one: tuple[int, int, int], other: tuple[int, int, int], share: float
) -> tuple[int, int, int]:
    red, green, blue = (round(a * (1 - share) + b * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
