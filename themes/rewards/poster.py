"""A picture to send on: the shop's name, an invitation and a code to scan."""

from __future__ import annotations

from html import escape
from typing import Final

import segno
from django.utils.translation import gettext as _

_WIDTH: Final = 600
_CODE: Final = 320
_LONGEST_NAME: Final = 24


def poster(link: str, *, shop: str, code: str, colour: str) -> str:
    """Return an SVG with a link as a QR code.

    Args:
        link: what the code leads to.
        shop: name of the shop.
        code: the invitation code, for whoever types.
        colour: of the shop, as ``#rrggbb``.
    """
    drawn = segno.make(link, error="m", micro=False)
    modules, _height = drawn.symbol_size(border=2)
    image = drawn.svg_inline(border=2, scale=_CODE / modules, dark="#111111", light="#ffffff")
    at = (_WIDTH - _CODE) // 2
    name = escape(shop[:_LONGEST_NAME])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} 800" '
        f'role="img" font-family="system-ui, sans-serif" text-anchor="middle">'
        f'<rect width="{_WIDTH}" height="800" fill="{escape(colour)}"/>'
        f'<rect x="40" y="40" width="{_WIDTH - 80}" height="720" rx="28" fill="#ffffff"/>'
        f'<text x="300" y="130" font-size="40" font-weight="700" fill="#111111">{name}</text>'
        f'<text x="300" y="185" font-size="24" fill="#555555">'
        f"{escape(_('A friend invites you'))}</text>"
        f'<g transform="translate({at} 225)">{image}</g>'
        f'<text x="300" y="610" font-size="22" fill="#555555">'
        f"{escape(_('Scan to open an account'))}</text>"
        f'<text x="300" y="690" font-size="44" font-weight="700" letter-spacing="6" '
        f'fill="#111111">{escape(code)}</text></svg>'
    )
