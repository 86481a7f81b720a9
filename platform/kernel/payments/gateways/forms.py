"""Checks what was filled into a bind form against the form's schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from kernel.payments.gateways.contract import Json

_LONGEST: Final = 4000
_SHOWN: Final = 4
# Of a shorter secret four characters would be too large a part.
_SHORTEST_SHOWN: Final = 12


def fields_of(schema: Json) -> dict[str, dict[str, Any]]:
    """Return the fields of a form, in their order."""
    fields = schema["properties"]
    assert isinstance(fields, Mapping)  # noqa: S101  every bind form is an object
    return dict(sorted(fields.items(), key=lambda item: item[1].get("x-order", 0)))


def secret_names(schema: Json) -> frozenset[str]:
    """Return the names of the fields that are never shown again."""
    return frozenset(name for name, field in fields_of(schema).items() if field.get("x-secret"))


def faults_in(schema: Json, values: Mapping[str, object]) -> dict[str, str]:
    """Return a sentence for each field that cannot be used."""
    fields = fields_of(schema)
    required = schema.get("required", [])
    faults = {name[:64]: _("There is no such field.") for name in values if name not in fields}
    for name, field in fields.items():
        value = values.get(name)
        if value in (None, ""):
            if isinstance(required, list) and name in required:
                faults[name] = _("This field is needed.")
        elif fault := _fault(field, value):
            faults[name] = fault
    return faults


def hint_of(secret: str) -> str:
    """Return the end of a secret, by which people tell it from another."""
    return secret[-_SHOWN:] if len(secret) >= _SHORTEST_SHOWN else ""


def _fault(field: Mapping[str, Any], value: object) -> str:
    kind = field.get("type", "string")
    if kind == "integer":
        return _integer_fault(field, value)
    if kind == "boolean":
        return "" if isinstance(value, bool) else _("Yes or no is expected.")
    return _text_fault(field, value) if isinstance(value, str) else _("Text is expected.")


def _text_fault(field: Mapping[str, Any], value: str) -> str:
    if len(value) > field.get("maxLength", _LONGEST):
        return _("The text is too long.")
    if "enum" in field and value not in field["enum"]:
        return _("Choose one of the values offered.")
    if "pattern" in field and re.fullmatch(field["pattern"], value) is None:
        return _("This does not look right. Please copy it again.")
    return ""


def _integer_fault(field: Mapping[str, Any], value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return _("A whole number is expected.")
    if not field.get("minimum", value) <= value <= field.get("maximum", value):
        return _("The number is out of bounds.")
    return ""
