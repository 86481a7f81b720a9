"""Lists that can be narrowed down by own fields."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.pieces import NarrowForm
from kernel.fields.choices import FieldKind
from kernel.fields.models import OwnField
from kernel.fields.selectors import having, searchable_fields
from kernel.fields.values import LONGEST, NO, YES

PREFIX: Final = "own_"


class OwnFilter(NarrowForm):
    """A filter that has the searchable fields of its subject as well.

    Attributes:
        subject: what the list is of, one of `kernel.fields.choices.Subject`.
    """

    subject: ClassVar[str] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in searchable_fields(self.subject):
            self.fields[f"{PREFIX}{row.code}"] = form_field(row, is_required=False, any_label=True)

    def own(self) -> Q:
        """Return the condition that the own fields make."""
        return own_of(self.subject, self.wanted())


def own_of(subject: str, wanted: dict[str, Any]) -> Q:
    """Return the condition that the own fields of a filter make."""
    told = {
        name.removeprefix(PREFIX): _text(value)
        for name, value in wanted.items()
        if name.startswith(PREFIX)
    }
    return having(subject, told)


def form_field(row: OwnField, *, is_required: bool, any_label: bool = False) -> forms.Field:
    """Return the field of a form in which a value is typed."""
    told: dict[str, Any] = {"label": row.name, "required": is_required}
    nothing = ("", _("All") if any_label else "—")
    if row.kind == FieldKind.CHOICE:
        return forms.ChoiceField(choices=[nothing, *((each, each) for each in row.choices)], **told)
    if row.kind == FieldKind.BOOLEAN:
        return forms.ChoiceField(choices=[nothing, (YES, _("Yes")), (NO, _("No"))], **told)
    if row.kind == FieldKind.DATE:
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **told)
    if row.kind == FieldKind.NUMBER:
        return forms.CharField(
            max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **told
        )
    return forms.CharField(max_length=LONGEST, **told)


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value).strip()
