"""Drawings in SVG: read strictly, and written anew with what draws and nothing else.

What could act is refused rather than taken out: whoever put it there meant it, and a
drawing that lost half of itself helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _

from kernel.media.errors import InvalidAsset
from kernel.media.limits import LARGEST_DRAWING

MOST_ELEMENTS: Final = 20_000
DEEPEST: Final = 60
_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_DRAWS: Final = frozenset(
    {
        *("svg", "g", "defs", "symbol", "use", "title", "desc", "switch", "style", "path", "rect"),
        *("circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "textPath"),
        *("linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "marker"),
        *("filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite"),
        *("feConvolveMatrix", "feDiffuseLighting", "feDisplacementMap", "feDistantLight"),
        *("feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR"),
        *("feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight"),
        *("feSpecularLighting", "feSpotLight", "feTile", "feTurbulence"),
    }
)
_ACTS: Final = frozenset(
    {
        *("script", "foreignobject", "iframe", "object", "embed", "audio", "video", "canvas"),
        *("a", "animate", "animatemotion", "animatetransform", "set", "handler", "listener"),
        *("image", "feimage"),
    }
)
_ACTIVE_TEXT: Final = re.compile(
    r"javascript:|vbscript:|data:|@import|expression\s*\(|behaviou?r\s*:|-moz-binding",
    re.IGNORECASE,
)
_FOREIGN_URL: Final = re.compile(r"url\(\s*['\"]?\s*(?!#)[^)\s]", re.IGNORECASE)
_LENGTH: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:px)?\s*\Z")


def clean_drawing(content: bytes) -> tuple[bytes, int, int]:
    """Return a drawing that can only draw, and its size in pixels; 0 where it says none.

    Raises:
        InvalidAsset: no SVG, too large or deep, or with something that acts: scripts,
            handlers, links, entities, or anything from elsewhere.
    """
    if len(content) > LARGEST_DRAWING:
        raise InvalidAsset(_("A drawing may have at most 1 MB."), reason="too_large")
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)
    except (expat.ExpatError, ValueError):
        raise InvalidAsset(_("The drawing is damaged."), reason="damaged") from None
    return reader.result()


class _Reader:
    """Writes what may stand in a drawing while it is read."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="\n")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype
        self._out: list[str] = []
        self._open: list[str] = []
        self._skipping = 0
        self._elements = 0
        self._size = (0, 0)
        # A drawing that shows parts which show parts grows without end.
        self._shown: set[str] = set()
        self._showing: set[str] = set()
        self._ids: list[str] = []

    def result(self) -> tuple[bytes, int, int]:
        if not self._elements:
            raise InvalidAsset(_("The drawing is damaged."), reason="damaged")
        if self._shown & self._showing:
            raise InvalidAsset(_("The drawing has too many parts."), reason="bomb")
        return "".join(self._out).encode(), *self._size

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _line, plain = name.rpartition("\n")
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) + self._skipping >= DEEPEST:
            raise InvalidAsset(_("The drawing has too many parts."), reason="bomb")
        if plain.lower() in _ACTS:
            raise _active(plain)
        # Their values are looked at although they are left out with it.
        kept = list(_kept(attributes))
        if self._skipping or space != _NAMESPACE or plain not in _DRAWS:
            if self._elements == 1:
                raise InvalidAsset(_("The drawing is damaged."), reason="damaged")
            self._skipping += 1
            return
        if (plain == "svg") != (not self._open) and not self._open:
            raise InvalidAsset(_("The drawing is damaged."), reason="damaged")
        if not self._open:
            self._size = _size(attributes)
            kept = [("xmlns", _NAMESPACE), *kept]
        self._open.append(plain)
        self._ids.append(attributes.get("id", ""))
        if plain == "use":
            self._shown.update(value[1:] for key, value in kept if key == "href")
            self._showing.update(filter(None, self._ids))
        self._out.append(f"<{plain}{''.join(f' {n}={quoteattr(v)}' for n, v in kept)}>")

    def _end(self, name: str) -> None:
        if self._skipping:
            self._skipping -= 1
            return
        self._ids.pop()
        self._out.append(f"</{self._open.pop()}>")

    def _text(self, text: str) -> None:
        if self._skipping:
            return
        if self._open and self._open[-1] == "style":
            _check_value("style", text)
        self._out.append(escape(text))

    def _refuse_doctype(self, *_unused: object) -> None:
        raise _active("DOCTYPE")


def _kept(attributes: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in attributes.items():
        space, _line, plain = name.rpartition("\n")
        if plain.lower().startswith("on"):
            raise _active(plain)
        if plain == "href":
            if not value.startswith("#"):
                raise _active(plain)
            yield "href", value
        elif plain == "base" or space == _XLINK:
            continue
        else:
            _check_value(plain, value)
            if not space:
                yield plain, value


def _check_value(name: str, value: str) -> None:
    plain = value.replace("\\", "").replace("/*", "").replace("\x00", "")
    spaceless = "".join(plain.split())
    if _ACTIVE_TEXT.search(spaceless) or _FOREIGN_URL.search(plain) or "\\" in value:
        raise _active(name)


def _size(attributes: dict[str, str]) -> tuple[int, int]:
    width, height = (_LENGTH.match(attributes.get(each, "")) for each in ("width", "height"))
    if width and height:
        return _whole(width[1]), _whole(height[1])
    parts = attributes.get("viewBox", "").replace(",", " ").split()
    numbers = [_LENGTH.match(part) for part in parts[2:4]]
    found = [_whole(each[1]) for each in numbers if each]
    return (found[0], found[1]) if len(found) == len(("width", "height")) else (0, 0)


def _whole(text: str) -> int:
    return min(round(float(text)), 100_000)


def _active(what: str) -> InvalidAsset:
    text = _("The drawing holds “%(what)s”, which could act. Save it as a plain SVG.")
    return InvalidAsset(text % {"what": what[:40]}, reason="active", what=what[:40])
