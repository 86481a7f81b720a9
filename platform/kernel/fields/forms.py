"""Fields of forms in which own fields are filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields.choices import FieldKind
from kernel.fields.models import OwnField
from kernel.fields.values import LONGEST, NO, YES, Unfit, checked


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


class AnswersForm(forms.Form):
    """What buyers are asked for; its fields are called by code, behind its prefix."""

    def __init__(self, rows: Sequence[OwnField], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            self.fields[row.code] = form_field(row, is_required=row.is_required)

    def clean(self) -> dict[str, Any]:
        """Check each value as it would be kept."""
        given: dict[str, Any] = super().clean() or {}
        for row in self.rows:
            if row.code in given:
                try:
                    given[row.code] = checked(row, given[row.code])
                except Unfit as fault:
                    self.add_error(row.code, str(fault))
        return given

    def answers(self) -> Mapping[str, str]:
        """Return what was filled in, by code; without what cannot be kept."""
        codes = [row.code for row in self.rows]
        return {code: self.cleaned_data[code] for code in codes if code in self.cleaned_data}
