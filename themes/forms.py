"""Django forms as plain values, so that a block draws them like any other data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django import forms
from django.forms.boundfield import BoundField

from themes.fields import Json

_NOTHING: Final[Mapping[str, Json]] = {
    "text": "",
    "notice": "",
    "facts": None,
    "tabs": None,
    "agreement": None,
    "providers": [],
    "side": None,
    "again": "",
    "other": None,
    "is_dangerous": False,
}
"""What may stand around a form's fields."""


def as_inputs(
    form: forms.Form, *, title: str, label: str, action: str, hidden: Mapping[str, str]
) -> dict[str, Json]:
    """Return a form as blocks draw it.

    The label stands on its button; hidden values go along with what is filled in.
    """
    return {
        **_NOTHING,
        "title": title,
        "label": label,
        "action": action,
        "hidden": dict(hidden),
        "errors": [str(error) for error in form.non_field_errors()],
        "fields": field_inputs(form),
    }


def field_inputs(form: forms.Form) -> list[Json]:
    """Return the fields of a form as blocks draw them."""
    return [_field(bound) for bound in form]


def link_beside(text: str, href: str, label: str) -> Json:
    """Return the way to another page that stands under a form."""
    return {"text": text, "href": href, "label": label}


def _field(bound: BoundField) -> Json:
    widget = bound.field.widget
    value = bound.value()
    is_secret = isinstance(widget, forms.PasswordInput)
    options: list[Json] = [
        [str(key), str(label)] for key, label in getattr(bound.field, "choices", ())
    ]
    return {
        "id": bound.auto_id,
        "name": bound.html_name,
        "kind": _kind(widget),
        "label": str(bound.label),
        "help": str(bound.help_text or ""),
        "value": "" if value is None or is_secret else str(value),
        "errors": [str(error) for error in bound.errors],
        "required": bound.field.required,
        "longest": getattr(bound.field, "max_length", None),
        "autocomplete": str(widget.attrs.get("autocomplete", "")),
        "inputmode": str(widget.attrs.get("inputmode", "")),
        "options": options,
    }


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.Textarea):
        return "textarea"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    return str(getattr(widget, "input_type", "text"))
