"""Attributes: what a product type asks for, and whether values fit it.

A schema is a list of ``{"code", "kind", "names", "required", "choices", "unit"}``.
Kinds: text, number, choice, colour, boolean, date, file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import SuspiciousFileOperation
from django.utils.translation import gettext as _

from kernel.catalogue.errors import InvalidAttributes, InvalidProduct
from kernel.catalogue.texts import checked_names, checked_text
from kernel.tenancy.storage import checked_name

MOST_ATTRIBUTES: Final = 100
MOST_CHOICES: Final = 200
_LONGEST: Final = 1000
_MOST_DIGITS: Final = 15
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_KNOWN: Final = frozenset({"code", "kind", "names", "required", "choices", "unit"})


def checked_schema(value: object) -> list[dict[str, object]]:
    """Return a schema as it is stored.

    Raises:
        InvalidProduct: it is none; the field names the place.
    """
    if not isinstance(value, (list, tuple)) or len(value) > MOST_ATTRIBUTES:
        raise InvalidProduct(_("At most 100 attributes are expected."), field="schema")
    schema = [_checked_entry(entry, number) for number, entry in enumerate(value)]
    codes = [entry["code"] for entry in schema]
    if len(set(codes)) < len(codes):
        raise InvalidProduct(_("Two attributes have the same code."), field="schema")
    return schema


def checked_attributes(
    schema: Sequence[Mapping[str, Any]], value: object, *, complete: bool
) -> dict[str, object]:
    """Return attributes as they are stored; what is empty is left out.

    Args:
        schema: of the product type; empty takes nothing.
        value: values by code.
        complete: whether required ones must be there.

    Raises:
        InvalidAttributes: some do not fit; nothing else is returned.
    """
    if not isinstance(value, Mapping):
        raise InvalidAttributes(invalid={})
    entries = {entry["code"]: entry for entry in schema}
    invalid = {str(code)[:40]: _("Not known.") for code in value if code not in entries}
    found: dict[str, object] = {}
    for code, entry in entries.items():
        given = value.get(code)
        if given is None or given == "":
            if complete and entry.get("required"):
                invalid[code] = _("This is needed.")
            continue
        try:
            found[code] = _KINDS[entry["kind"]](given, entry)
        except (InvalidProduct, ValueError, TypeError):
            invalid[code] = _("Does not fit.")
    if invalid:
        raise InvalidAttributes(invalid=invalid)
    return found


def _checked_entry(entry: object, number: int) -> dict[str, object]:
    place = f"schema.{number}"
    if not isinstance(entry, Mapping) or not set(entry) <= _KNOWN:
        raise InvalidProduct(field=place)
    code, kind = entry.get("code"), entry.get("kind")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise InvalidProduct(field=f"{place}.code")
    if kind not in _KINDS:
        raise InvalidProduct(field=f"{place}.kind")
    choices = entry.get("choices") or []
    if not isinstance(choices, (list, tuple)) or len(choices) > MOST_CHOICES:
        raise InvalidProduct(field=f"{place}.choices")
    if kind == "choice" and not choices:
        raise InvalidProduct(_("This is needed."), field=f"{place}.choices")
    return {
        "code": code,
        "kind": kind,
        "names": checked_names(entry.get("names") or {}, field=f"{place}.names"),
        "required": bool(entry.get("required")),
        "choices": [
            checked_text(item, field=f"{place}.choices", longest=80, needed=True)
            for item in choices
        ],
        "unit": checked_text(entry.get("unit") or "", field=f"{place}.unit", longest=20),
    }


def _text(value: object, entry: Mapping[str, Any]) -> object:
    return checked_text(value, field=entry["code"], longest=_LONGEST)


def _number(value: object, entry: Mapping[str, Any]) -> object:
    if isinstance(value, bool):
        raise TypeError
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError from None
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError
    return format(number.normalize(), "f")


def _choice(value: object, entry: Mapping[str, Any]) -> object:
    if value not in entry["choices"]:
        raise ValueError
    return value


def _colour(value: object, entry: Mapping[str, Any]) -> object:
    text = str(value).strip().lower()
    if not _COLOUR.fullmatch(text):
        raise ValueError
    return text


def _boolean(value: object, entry: Mapping[str, Any]) -> object:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _date(value: object, entry: Mapping[str, Any]) -> object:
    return date.fromisoformat(str(value)).isoformat()


def _file(value: object, entry: Mapping[str, Any]) -> object:
    try:
        return checked_name(checked_text(value, field=entry["code"], longest=300))
    except SuspiciousFileOperation:
        raise ValueError from None


_KINDS: Final[Mapping[str, Callable[[object, Mapping[str, Any]], object]]] = {
    "text": _text,
    "number": _number,
    "choice": _choice,
    "colour": _colour,
    "boolean": _boolean,
    "date": _date,
    "file": _file,
}
