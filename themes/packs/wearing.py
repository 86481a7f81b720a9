"""Which theme the pages of a shop wear: the chosen one, or one that somebody tries on.

What was chosen is known to every process with the tenant itself, so no page asks for it,
and everything that was drawn in another theme is stale from the commit on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final
from urllib.parse import quote, urlencode

from kernel.common.colours import palette
from kernel.tenancy.context import current_tenant, current_tenant_or_none
from kernel.tenancy.signing import BadSignature, dumps, loads
from themes.brand import theme_sheet
from themes.packs.errors import UnknownPack, UnknownPalette
from themes.packs.reading import Pack, Palette, pack_with, sheet_of_pack

PARAMETER: Final = "__theme"
"""The query's parameter that lets who has a fresh link look at another theme."""

_SALT: Final = "themes.packs.trying"
_HOURS: Final = timedelta(hours=2)
_PLAIN: Final = "-"
_tried: ContextVar[str | None] = ContextVar("tried_theme", default=None)


@dataclass(frozen=True, slots=True)
class Theme:
    """A pack in one of its palettes; ``pack`` is None for the plain pages of every shop."""

    pack: Pack | None = None
    palette: Palette | None = None

    @property
    def code(self) -> str:
        """How it is written down: ``pack:palette``; empty for the plain pages."""
        return f"{self.pack.code}:{self.palette.code}" if self.pack and self.palette else ""


@cache
def theme_with(code: str) -> Theme:
    """Return a theme.

    Raises:
        UnknownPack: nothing that is installed is called so.
        UnknownPalette: the pack has no such palette.
    """
    if not code:
        return Theme()
    name, _colon, colours = code.partition(":")
    pack = pack_with(name)
    return Theme(pack, pack.palette(colours))


def worn() -> Theme:
    """Return the theme of the pages that are drawn now; one that is gone counts as none."""
    tried = _tried.get()
    tenant = current_tenant_or_none()
    code = tried if tried is not None else tenant.offers.theme if tenant else ""
    with suppress(UnknownPack, UnknownPalette):
        return theme_with(code)
    return Theme()


def worn_pack() -> str:
    """Return the code of the pack whose pages are worn; empty for the plain ones."""
    found = worn().pack
    return found.code if found else ""


def is_tried() -> bool:
    """Tell whether the pages that are drawn now are tried on by one person."""
    return _tried.get() is not None


def tried() -> Theme | None:
    """Return the theme that is tried on; None on pages that everybody sees."""
    return None if _tried.get() is None else worn()


@contextmanager
def trying(code: str) -> Iterator[None]:
    """Draw pages in another theme inside the block."""
    before = _tried.set(code)
    try:
        yield
    finally:
        _tried.reset(before)


def trial(code: str) -> str:
    """Return what opens a shop's pages in a theme for two hours."""
    return dumps(theme_with(code).code or _PLAIN, salt=_SALT)


def trial_in(text: str) -> str | None:
    """Return the theme that a link lets somebody try on; None when it holds no more."""
    try:
        code = str(loads(text, salt=_SALT, max_age=_HOURS))
        return theme_with("" if code == _PLAIN else code).code
    except (BadSignature, UnknownPack, UnknownPalette):
        return None


def trial_path(path: str, code: str) -> str:
    """Return the address of a page in a theme that is tried on."""
    return f"{path}?{urlencode({PARAMETER: trial(code)})}"


def colours_address() -> str:
    """Return where the colours of the pages are that are drawn now."""
    brand, code = current_tenant().brand, worn().code
    version = f"{brand.colour[1:]}{brand.accent[1:]}"
    return f"/theme.css?v={version}" + (f"&theme={quote(code)}" if code else "")


def colours_sheet(code: str) -> str:
    """Return the colours of a theme, of the shop's brand without one.

    Raises:
        UnknownPack: nothing that is installed is called so.
        UnknownPalette: the pack has no such palette.
    """
    theme = theme_with(code)
    if theme.pack and theme.palette:
        return sheet_of_pack(theme.pack, theme.palette)
    brand = current_tenant().brand
    return theme_sheet(brand.colour, brand.accent)


def brand_colour() -> str:
    """Return the colour of what can be tapped, as clients without style sheets take it."""
    found = worn().palette
    return palette(found.brand if found else current_tenant().brand.colour).brand
