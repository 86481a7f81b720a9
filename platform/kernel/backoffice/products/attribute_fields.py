"""Fields for the attributes that a product's type asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.catalogue.models import ProductType
from kernel.catalogue.texts import in_language
from kernel.common.errors import DomainError

PREFIX: Final = "attribute_"
_LONGEST: Final = 1000
_YES, _NO = "yes", "no"


def schema_of(type_id: str) -> Sequence[Mapping[str, Any]]:
    """Return what a product type asks for; nothing for none."""
    try:
        row = ProductType.objects.filter(pk=UUID(type_id)).first()
    except ValueError:
        row = None
    return row.schema if row is not None else ()


def attribute_fields(schema: Sequence[Mapping[str, Any]]) -> dict[str, forms.Field]:
    """Return a field for each attribute. Files are given over the API and stay as they are."""
    return {
        f"{PREFIX}{entry['code']}": _field(entry) for entry in schema if entry["kind"] != "file"
    }


def attribute_initial(attributes: Mapping[str, Any]) -> dict[str, object]:
    """Return what the fields begin with."""
    shown = {True: _YES, False: _NO}
    return {
        f"{PREFIX}{code}": shown[value] if isinstance(value, bool) else value
        for code, value in attributes.items()
    }


def attributes_told(
    schema: Sequence[Mapping[str, Any]], given: Mapping[str, Any], known: Mapping[str, object]
) -> dict[str, object]:
    """Return attributes as the catalogue takes them; what is empty is left out."""
    found: dict[str, object] = {}
    for entry in schema:
        code, kind = str(entry["code"]), entry["kind"]
        value = known.get(code) if kind == "file" else given.get(f"{PREFIX}{code}")
        if value not in {None, ""}:
            found[code] = value == _YES if kind == "boolean" else str(value)
    return found


def refuse_attributes(form: forms.Form, refusal: DomainError) -> bool:
    """Show what does not fit at its fields; False when the refusal is about something else."""
    invalid = refusal.fields.get("invalid")
    if not isinstance(invalid, Mapping):
        return False
    for code, text in invalid.items():
        field = f"{PREFIX}{code}"
        form.add_error(field if field in form.fields else None, str(text))
    return True


def _field(entry: Mapping[str, Any]) -> forms.Field:
    name = in_language(entry["names"], get_language(), entry["code"])
    label = f"{name} ({entry['unit']})" if entry["unit"] else name
    about: dict[str, Any] = {"label": label, "required": False}
    if entry["required"]:
        about["help_text"] = _("Needed before it goes on sale.")
    kind = entry["kind"]
    if kind == "choice":
        choices = [("", "—"), *((choice, choice) for choice in entry["choices"])]
        return forms.ChoiceField(choices=choices, **about)
    if kind == "boolean":
        return forms.ChoiceField(choices=[("", "—"), (_YES, _("Yes")), (_NO, _("No"))], **about)
    if kind == "date":
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(widget=picker, **about)
    attrs = {"number": {"inputmode": "decimal"}, "colour": {"placeholder": "#1f6f5c"}}
    widget = forms.TextInput(attrs=attrs.get(kind, {}))
    return forms.CharField(max_length=_LONGEST, widget=widget, **about)
