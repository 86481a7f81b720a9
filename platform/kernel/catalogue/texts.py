"""Texts as the catalogue takes them: names, addresses, descriptions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import nh3
from django.utils.translation import gettext as _

from kernel.catalogue.errors import InvalidProduct
from kernel.i18n import languages

LONGEST_NAME: Final = 200
LONGEST_HANDLE: Final = 200
LONGEST_HTML: Final = 200_000
LONGEST_TAG: Final = 80
MOST_TAGS: Final = 100
LANGUAGES: Final = frozenset(languages.NAMES)

# Editors and spreadsheets leave these behind; nobody typed them.
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_JOINERS: Final = "\u200c\u200d"
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
_NOT_IN_HANDLE: Final = re.compile(r"[^\w]+|_+")

_TAGS: Final = {
    *("a", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em"),
    *("figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p"),
    *("pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr"),
    *("u", "ul"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height", "loading"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}


def checked_text(value: object, *, field: str, longest: int, needed: bool = False) -> str:
    """Return a text of one line as it is stored.

    Raises:
        InvalidProduct: no text, too long, empty though needed, or with control
            characters.
    """
    text = _clean(value, field=field, longest=longest)
    if needed and not text:
        raise _invalid(field, _("This is needed."))
    if any(_is_hidden(letter) for letter in text):
        raise _invalid(field, _("This holds characters that cannot be shown."))
    return text


def checked_html(value: object, *, field: str) -> str:
    """Return a description with what is safe to show in it, and nothing else.

    Raises:
        InvalidProduct: no text, or too long.
    """
    text = _clean(value, field=field, longest=LONGEST_HTML)
    clean = nh3.clean(
        text.replace("\x00", ""),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
    )
    return clean.strip()


def checked_tags(value: object) -> list[str]:
    """Return tags, each once, in their order.

    Raises:
        InvalidProduct: not a list of short texts, or too many.
    """
    if not isinstance(value, (list, tuple)) or len(value) > MOST_TAGS:
        raise _invalid("tags", _("At most 100 tags are expected."))
    tags = [checked_text(item, field="tags", longest=LONGEST_TAG) for item in value]
    return list(dict.fromkeys(tag for tag in tags if tag))


def checked_translations(
    value: object, *, field: str, longest: Mapping[str, int]
) -> dict[str, dict[str, str]]:
    """Return texts by language and name; names that end in ``_html`` are cleaned as HTML.

    Args:
        value: ``{"en": {"title": "…"}}``.
        field: what a refusal names.
        longest: the names that may occur, and how long each may be.

    Raises:
        InvalidProduct: of another form, or a language or name that is not known.
    """
    if not isinstance(value, Mapping):
        raise _invalid(field, _("Texts by language are expected."))
    found: dict[str, dict[str, str]] = {}
    for language, texts in value.items():
        if language not in LANGUAGES or not isinstance(texts, Mapping):
            raise _invalid(field, _("Texts by language are expected."))
        if unknown := set(texts) - set(longest):
            raise _invalid(f"{field}.{language}.{min(map(str, unknown))[:40]}", "")
        found[language] = {
            name: checked_html(text, field=f"{field}.{language}.{name}")
            if name.endswith("_html")
            else checked_text(text, field=f"{field}.{language}.{name}", longest=longest[name])
            for name, text in texts.items()
        }
    return found


def checked_names(value: object, *, field: str) -> dict[str, str]:
    """Return one short text per language.

    Raises:
        InvalidProduct: of another form.
    """
    if not isinstance(value, Mapping) or not set(value) <= LANGUAGES:
        raise _invalid(field, _("Texts by language are expected."))
    return {
        language: checked_text(text, field=f"{field}.{language}", longest=LONGEST_NAME)
        for language, text in value.items()
    }


def handle_of(text: str) -> str:
    """Return what an address is made of: letters of any script and digits, with hyphens."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return _NOT_IN_HANDLE.sub("-", plain).strip("-")[:LONGEST_HANDLE].strip("-")


def checked_handle(value: object, *, field: str = "handle", longest: int = LONGEST_HANDLE) -> str:
    """Return a handle that is one already.

    Raises:
        InvalidProduct: empty, too long, or with anything but letters, digits and hyphens.
    """
    text = checked_text(value, field=field, longest=longest, needed=True)
    if text != handle_of(text):
        raise _invalid(field, _("Only small letters, digits and single hyphens are expected."))
    return text


def in_language(texts: Mapping[str, str], language: str | None, default: str = "") -> str:
    """Return a text in a language, or in what stands in for it, else the default."""
    return languages.in_language(texts, language) or default


def translated(
    i18n: Mapping[str, Mapping[str, str]], language: str | None, name: str, default: str
) -> str:
    """Return a text of a row in a language, or in what stands in for it; else the row's own."""
    if not i18n:
        return default
    texts = {code: told[name] for code, told in i18n.items() if told.get(name)}
    return languages.in_language(texts, language) or default


def _clean(value: object, *, field: str, longest: int) -> str:
    if not isinstance(value, str):
        raise _invalid(field, _("A text is expected."))
    # Before anything that takes time in proportion to the length.
    if len(value) > longest * 4:
        raise _too_long(field, longest)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _invalid(field, _("This holds characters that cannot be shown.")) from None
    text = unicodedata.normalize("NFC", value).translate(_INVISIBLE).strip()
    if len(text) > longest:
        raise _too_long(field, longest)
    return text


def _is_hidden(letter: str) -> bool:
    return letter not in _JOINERS and unicodedata.category(letter) in _REFUSED


def _too_long(field: str, longest: int) -> InvalidProduct:
    text = _("At most %(longest)d characters are expected.") % {"longest": longest}
    return _invalid(field, text)


def _invalid(field: str, text: str) -> InvalidProduct:
    return InvalidProduct(text, field=field)
