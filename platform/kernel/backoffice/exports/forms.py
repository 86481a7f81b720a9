"""Forms of files that are made of lists."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.dataio.choices import ExportEvery, ExportFormat
from kernel.dataio.exporting import ExportKind, headings_of

_HOURS = [(hour, f"{hour:02d}:00") for hour in range(24)]


class FileForm(forms.Form):
    """Which columns, and as what."""

    column = forms.MultipleChoiceField(label=_("Columns"), widget=forms.CheckboxSelectMultiple)
    file_format = forms.ChoiceField(
        label=_("As"), choices=ExportFormat.choices, initial=ExportFormat.XLSX
    )

    def __init__(self, kind: ExportKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = headings_of(kind)
        field = self.fields["column"]
        field.choices = columns  # type: ignore[attr-defined]  # `fields` knows no kinds of fields
        field.initial = [code for code, _heading in columns]


class PlanForm(FileForm):
    """The same, again and again."""

    every = forms.ChoiceField(label=_("How often"), choices=ExportEvery.choices)
    hour = forms.TypedChoiceField(label=_("At"), coerce=int, choices=_HOURS, initial=6)
