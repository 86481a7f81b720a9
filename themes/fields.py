"""Types of settings: each checks a value, describes itself, and says what templates get.

A setting holds data, never code: no expression, no HTML but the cleaned subset of
`RichText`, no style but what a typed field writes.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Final, TypeAlias

import nh3
from markupsafe import Markup
from typing_extensions import override

from kernel.modules.manifest import Text
from themes.names import LONGEST_HANDLE, is_handle

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Settings: TypeAlias = dict[str, Json]

_COLOUR: Final = re.compile(r"#[0-9a-f]{6}(?:[0-9a-f]{2})?\Z")
_TOKEN: Final = re.compile(r"@[a-z][a-z-]{0,31}\Z")
_ASSET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,199}\Z")
_FORM_CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SLUG: Final = re.compile(r"[\w@][\w@./-]{0,199}\Z")
_HREF: Final = re.compile(
    r"(?:https?://|mailto:|tel:|/(?!/)|#)[^\s\x00-\x1f<>\"\\]*\Z", re.IGNORECASE
)
_LONGEST_HREF: Final = 2_000
_LONGEST_ID: Final = 200
_RICH_TAGS: Final = frozenset(
    {
        *("p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "a", "img"),
        *("strong", "em", "b", "i", "u", "s", "table", "thead", "tbody", "tr", "th", "td"),
    }
)
_RICH_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "img": {"src", "alt", "width", "height"},
    "th": {"colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
}


_NO_TEXT: Final = Text("", "")


class InvalidSetting(ValueError):
    """A value that its field refuses; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Field(ABC):
    """One setting of a block.

    Attributes:
        responsive: may differ by width of the screen.
        i18n: may differ by language.
        css: custom property that carries the value into style sheets.
        when: other settings and the values with which this one counts.
    """

    label: Text
    default: Json = None
    help: Text = _NO_TEXT
    responsive: bool = False
    i18n: bool = False
    css: str = ""
    when: Mapping[str, tuple[Json, ...]] = field(default_factory=dict)

    widget: ClassVar[str] = ""

    @abstractmethod
    def clean(self, value: Json) -> Json:
        """Return the value as it is stored.

        Raises:
            InvalidSetting: it is not one of this field's.
        """

    @abstractmethod
    def shape(self) -> dict[str, Json]:
        """Return the JSON Schema of a value."""

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the setting, with what an editor needs of it."""
        found: dict[str, Json] = {
            **self.shape(),
            "title": self.label.en,
            "x-title": {"zh-hans": self.label.zh, "en": self.label.en},
            "x-widget": self.widget,
            "default": self.default,
        }
        if self.help.en:
            found["x-help"] = {"zh-hans": self.help.zh, "en": self.help.en}
        for name in ("responsive", "i18n"):
            if getattr(self, name):
                found[f"x-{name}"] = True
        if self.when:
            found["x-when"] = {key: list(values) for key, values in self.when.items()}
        return found

    def css_value(self, value: Json) -> str:
        """Return the value as CSS writes it; only fields with ``css`` are asked."""
        raise NotImplementedError(f"{type(self).__name__} has no form in CSS")


@dataclass(frozen=True, kw_only=True)
class Line(Field):
    """A text of one line."""

    default: Json = ""
    longest: int = 120
    widget: ClassVar[str] = "text"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, str):
            raise InvalidSetting("must be a text")
        if len(value) > self.longest:
            raise InvalidSetting(f"at most {self.longest} characters")
        if any(ord(sign) < ord(" ") and sign not in "\n\t" for sign in value):
            raise InvalidSetting("holds control characters")
        return value

    @override
    def shape(self) -> dict[str, Json]:
        return {"type": "string", "maxLength": self.longest}


@dataclass(frozen=True, kw_only=True)
class Paragraphs(Line):
    """A text of several lines, drawn as text."""

    longest: int = 2_000
    widget: ClassVar[str] = "textarea"


@dataclass(frozen=True, kw_only=True)
class RichText(Field):
    """A small subset of HTML, cleaned whenever it is taken in."""

    default: Json = ""
    longest: int = 50_000
    widget: ClassVar[str] = "richtext"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, str) or len(value) > self.longest:
            raise InvalidSetting(f"must be a text of at most {self.longest} characters")
        return clean_html(value)

    @override
    def shape(self) -> dict[str, Json]:
        return {"type": "string", "maxLength": self.longest}


@dataclass(frozen=True, kw_only=True)
class Switch(Field):
    """Yes or no."""

    default: Json = False
    widget: ClassVar[str] = "switch"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, bool):
            raise InvalidSetting("must be true or false")
        return value

    @override
    def shape(self) -> dict[str, Json]:
        return {"type": "boolean"}


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number between bounds, in a unit of CSS or none."""

    minimum: int
    maximum: int
    step: int = 1
    unit: str = ""
    widget: ClassVar[str] = "range"

    @override
    def clean(self, value: Json) -> Json:
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidSetting("must be a whole number")
        if not self.minimum <= value <= self.maximum or (value - self.minimum) % self.step:
            raise InvalidSetting(f"must be from {self.minimum} to {self.maximum}")
        return value

    @override
    def shape(self) -> dict[str, Json]:
        found: dict[str, Json] = {
            "type": "integer",
            "minimum": self.minimum,
            "maximum": self.maximum,
        }
        if self.unit:
            found["x-unit"] = self.unit
        if self.step > 1:
            found["x-step"] = self.step
        return found

    @override
    def css_value(self, value: Json) -> str:
        return f"{value}{self.unit}"


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few values."""

    options: Mapping[str, Text]
    widget: ClassVar[str] = "choice"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, str) or value not in self.options:
            raise InvalidSetting(f"must be one of {', '.join(self.options)}")
        return value

    @override
    def shape(self) -> dict[str, Json]:
        titles: dict[str, Json] = {
            value: {"zh-hans": text.zh, "en": text.en} for value, text in self.options.items()
        }
        return {"type": "string", "enum": list(self.options), "x-options": titles}


@dataclass(frozen=True, kw_only=True)
class Colour(Field):
    """``#rrggbb``, ``#rrggbbaa`` or a token of the theme, ``@brand``; empty for none."""

    default: Json = ""
    widget: ClassVar[str] = "colour"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, str):
            raise InvalidSetting("must be a colour")
        found = value.lower()
        if found and not _COLOUR.match(found) and not _TOKEN.match(found):
            raise InvalidSetting("must be #rrggbb, #rrggbbaa or @token")
        return found

    @override
    def shape(self) -> dict[str, Json]:
        return {
            "type": "string",
            "pattern": "^(#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?|@[a-z][a-z-]{0,31})?$",
        }

    @override
    def css_value(self, value: Json) -> str:
        text = str(value)
        return f"var(--{text[1:]})" if text.startswith("@") else text


@dataclass(frozen=True, kw_only=True)
class Image(Field):
    """A picture of the shop's own files, or none."""

    widget: ClassVar[str] = "image"

    @override
    def clean(self, value: Json) -> Json:
        if value is None:
            return None
        found = _object(value, {"asset", "alt", "focus"})
        asset, alt, focus = found.get("asset"), found.get("alt", ""), found.get("focus", [0.5, 0.5])
        if not isinstance(asset, str) or not _ASSET.match(asset) or ".." in asset:
            raise InvalidSetting("asset must name a file of the shop")
        if not isinstance(alt, str) or len(alt) > Line(label=self.label).longest:
            raise InvalidSetting("alt must be a short text")
        if (
            not isinstance(focus, list)
            or len(focus) != len(("x", "y"))
            or not all(isinstance(part, int | float) and 0 <= part <= 1 for part in focus)
        ):
            raise InvalidSetting("focus must be two shares from 0 to 1")
        return {"asset": asset, "alt": alt, "focus": focus}

    @override
    def shape(self) -> dict[str, Json]:
        return {
            "type": ["object", "null"],
            "properties": {
                "asset": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_./-]{0,199}$"},
                "alt": {"type": "string", "maxLength": 120},
                "focus": {
                    "type": "array",
                    "items": {"type": "number", "minimum": 0, "maximum": 1},
                    "minItems": 2,
                    "maxItems": 2,
                },
            },
            "required": ["asset"],
            "additionalProperties": False,
        }


@dataclass(frozen=True, kw_only=True)
class Video(Image):
    """A film of the shop's own files, or none."""

    widget: ClassVar[str] = "video"


_WITHOUT_ID: Final = ("home", "categories", "cart", "orders", "member")
LINK_KINDS: Final = (
    *_WITHOUT_ID,
    *("product", "category", "collection", "search", "page", "module", "url"),
)


@dataclass(frozen=True, kw_only=True)
class Link(Field):
    """Where a tap leads: a thing of the shop, or an address; no client has to read addresses."""

    widget: ClassVar[str] = "link"

    @override
    def clean(self, value: Json) -> Json:
        if value is None:
            return None
        found = _object(value, {"to", "id", "href"})
        kind = found.get("to")
        if kind not in LINK_KINDS:
            raise InvalidSetting(f"to must be one of {', '.join(LINK_KINDS)}")
        if kind in _WITHOUT_ID:
            return {"to": kind}
        name, pattern, longest = (
            ("id", _SLUG, 200) if kind != "url" else ("href", _HREF, _LONGEST_HREF)
        )
        target = found.get(name, "")
        if not isinstance(target, str) or len(target) > longest or not pattern.match(target):
            raise InvalidSetting(f"{name} is no target of a link")
        return {"to": kind, name: target}

    @override
    def shape(self) -> dict[str, Json]:
        return {
            "type": ["object", "null"],
            "properties": {
                "to": {"type": "string", "enum": list(LINK_KINDS)},
                "id": {"type": "string", "maxLength": 200},
                "href": {"type": "string", "maxLength": _LONGEST_HREF},
            },
            "required": ["to"],
            "additionalProperties": False,
        }


@dataclass(frozen=True, kw_only=True)
class PartName(Field):
    """The handle of a reusable part of the shop, or none."""

    default: Json = ""
    widget: ClassVar[str] = "part"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, str) or (value and not is_handle(value)):
            raise InvalidSetting("must name a reusable part")
        return value

    @override
    def shape(self) -> dict[str, Json]:
        return {"type": "string", "maxLength": LONGEST_HANDLE}


@dataclass(frozen=True, kw_only=True)
class FormCode(Field):
    """The short name of a form of the shop, or none."""

    default: Json = ""
    widget: ClassVar[str] = "form"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, str) or (value and not _FORM_CODE.fullmatch(value)):
            raise InvalidSetting("must name a form")
        return value

    @override
    def shape(self) -> dict[str, Json]:
        return {"type": "string", "maxLength": 40}


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """A date and time with its zone, or none."""

    widget: ClassVar[str] = "datetime"

    @override
    def clean(self, value: Json) -> Json:
        if value is None:
            return None
        read_moment(value)
        return value

    @override
    def shape(self) -> dict[str, Json]:
        return {"type": ["string", "null"], "format": "date-time"}


@dataclass(frozen=True, kw_only=True)
class Items(Field):
    """A list of small objects."""

    fields: Mapping[str, Field]
    most: int = 20
    widget: ClassVar[str] = "list"

    @override
    def clean(self, value: Json) -> Json:
        if not isinstance(value, list) or len(value) > self.most:
            raise InvalidSetting(f"must be a list of at most {self.most}")
        return [self._clean_item(item) for item in value]

    def _clean_item(self, item: Json) -> Json:
        found = _object(item, {*self.fields, "i18n"})
        cleaned: dict[str, Json] = {
            name: each.clean(found.get(name, each.default)) for name, each in self.fields.items()
        }
        if "i18n" in found:
            cleaned["i18n"] = clean_translations(found["i18n"], self.fields)
        return cleaned

    @override
    def shape(self) -> dict[str, Json]:
        properties: dict[str, Json] = {name: each.schema() for name, each in self.fields.items()}
        properties["i18n"] = {"type": "object"}
        return {
            "type": "array",
            "maxItems": self.most,
            "items": {"type": "object", "properties": properties, "additionalProperties": False},
        }


@dataclass(frozen=True, kw_only=True)
class Bound(Field):
    """Data that the block shows: a source and its parameters."""

    sources: tuple[str, ...]
    widget: ClassVar[str] = "source"

    @override
    def clean(self, value: Json) -> Json:
        from themes.sources import source_of

        if not isinstance(value, dict) or value.get("of") not in self.sources:
            raise InvalidSetting(f"of must be one of {', '.join(self.sources)}")
        of = str(value["of"])
        params = {name: each for name, each in value.items() if name != "of"}
        return {"of": of, **source_of(of).clean(params)}

    @override
    def shape(self) -> dict[str, Json]:
        return {
            "type": "object",
            "properties": {"of": {"type": "string", "enum": list(self.sources)}},
            "required": ["of"],
            "x-source": list(self.sources),
        }


def clean_html(text: str) -> str:
    """Return HTML without anything but the subset that descriptions may use."""
    return nh3.clean(
        text,
        tags=set(_RICH_TAGS),
        attributes=_RICH_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
        attribute_filter=_whole_address,
    )


def _whole_address(_tag: str, name: str, value: str) -> str | None:
    """Return what an attribute may say; an address says where it is, from whichever page."""
    return value if name not in {"href", "src"} or _HREF.match(value) else None


def as_markup(text: str) -> Markup:
    """Return cleaned HTML in a form that templates draw as it is."""
    return Markup(clean_html(text))  # noqa: S704  cleaned in this very line


def clean_translations(value: Json, fields: Mapping[str, Field]) -> dict[str, Json]:
    """Return texts by language, each checked by its field.

    Raises:
        InvalidSetting: a setting is unknown, or is the same in every language.
    """
    if not isinstance(value, dict):
        raise InvalidSetting("i18n must be an object of languages")
    cleaned: dict[str, Json] = {}
    for language, texts in value.items():
        if not isinstance(texts, dict):
            raise InvalidSetting(f"{language} must be an object of settings")
        for name in texts:
            if name not in fields or not fields[name].i18n:
                raise InvalidSetting(f"{name} is the same in every language")
        cleaned[language] = {name: fields[name].clean(text) for name, text in texts.items()}
    return cleaned


def read_moment(value: Json) -> datetime:
    """Return a moment that was stored as text.

    Raises:
        InvalidSetting: no ISO 8601 date and time with a zone.
    """
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise InvalidSetting("must be a date and time") from error
    if found.tzinfo is None:
        raise InvalidSetting("must name its time zone")
    return found


def _object(value: Json, allowed: set[str]) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise InvalidSetting("must be an object")
    if unknown := set(value) - allowed:
        raise InvalidSetting(f"unknown: {', '.join(sorted(unknown))}")
    return value
