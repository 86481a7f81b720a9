"""Kinds of pages: their parameters, what stands in their heads, who may keep them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from kernel.i18n.languages import in_language
from themes.contract import Binding, PageContext
from themes.errors import DuplicateBlock
from themes.fields import Json, Settings
from themes.names import template_in

Cleaner: TypeAlias = Callable[[str], str]
"""Returns a parameter in its one form, empty when it is none."""

_SLUG: Final = re.compile(r"[\w][\w./-]{0,999}\Z")
_LONGEST_TEXT: Final = 80
_LONGEST_CHOICE: Final = 600
_PRICE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?\Z")
_HIGHEST: Final = 9_999


@dataclass(frozen=True, slots=True)
class Head:
    """What search engines and browsers learn of a page.

    Attributes:
        canonical: path and query without what changes nothing.
        structured: documents of schema.org.
        image: address of a picture for previews.
    """

    title: str = ""
    description: str = ""
    canonical: str = ""
    image: str = ""
    is_indexed: bool = True
    structured: tuple[Mapping[str, Json], ...] = ()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The page moved."""

    path: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no such page."""


Facts: TypeAlias = Head | Elsewhere | Nothing
Wishes: TypeAlias = Callable[[PageContext], Mapping[str, Binding]]
MakeHead: TypeAlias = Callable[[PageContext, Mapping[str, Any]], Facts]


def _no_wishes(_page: PageContext) -> Mapping[str, Binding]:
    return {}


def _plain_head(_page: PageContext, _data: Mapping[str, Any]) -> Facts:
    return Head(is_indexed=False)


@dataclass(frozen=True, kw_only=True)
class PageKind:
    """A kind of page.

    Attributes:
        is_private: drawn for one viewer, never kept.
        is_kept: whether the whole page is kept; fragments are in any case.
        params: parameters by name, with what brings each into its one form.
    """

    template: str
    is_private: bool = False
    is_kept: bool = True
    params: Mapping[str, Cleaner] = field(default_factory=dict)
    needs: Wishes = _no_wishes
    head: MakeHead = _plain_head


def with_settings(head: Head, settings: Settings, language: str) -> Head:
    """Return what search engines are told with what the page's document says of it."""
    if not settings:
        return head
    texts = settings.get("i18n")
    own = in_language(texts, language) if isinstance(texts, dict) else None
    told = {**settings, **(own if isinstance(own, dict) else {})}
    title = str(told.get("seo_title") or told.get("title") or head.title)
    description = str(told.get("seo_description") or head.description)
    is_indexed = head.is_indexed and not told.get("noindex")
    return replace(head, title=title, description=description, is_indexed=is_indexed)


_kinds: dict[str, PageKind] = {}


def forget_all() -> None:
    """Begin with no kinds of pages."""
    _kinds.clear()


def register_kind(kind: PageKind) -> None:
    """Make a kind of page known.

    Raises:
        DuplicateBlock: another one has its name.
    """
    if kind.template in _kinds:
        raise DuplicateBlock(f"two pages are called {kind.template!r}")
    _kinds[kind.template] = kind


def kind_of(template: str) -> PageKind:
    """Return the kind of a page by the name of its document.

    Raises:
        KeyError: there is none of this name.
    """
    kind = _kinds[template_in(template)]
    # Of a kind of which there are many pages, each has a document of its own.
    return kind if kind.template == template else replace(kind, template=template)


def cleaned(kind: PageKind, given: Mapping[str, str]) -> dict[str, str]:
    """Return the page's own parameters, each in its one form; others mean nothing."""
    found = {name: clean(given.get(name, "")) for name, clean in kind.params.items()}
    return {name: value for name, value in found.items() if value}


def slug(text: str) -> str:
    """Return a handle or a path of slugs."""
    return text if _SLUG.match(text) and ".." not in text else ""


def words(text: str) -> str:
    """Return what somebody searches for, in single spaces."""
    return " ".join(text.replace("\x00", "").split())[:_LONGEST_TEXT]


def one_line(text: str) -> str:
    """Return values that were chosen, as an address holds them."""
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST_CHOICE]


def price(text: str) -> str:
    """Return an amount without a sign."""
    return text.strip() if _PRICE.match(text.strip()) else ""


def page_number(text: str) -> str:
    """Return the number of a page; empty for the first."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_HIGHEST)):
        return ""
    return str(int(text)) if 1 < int(text) <= _HIGHEST else ""


def one_of(*allowed: str) -> Cleaner:
    """Return a cleaner that takes these words only."""
    return lambda text: text if text in allowed else ""
