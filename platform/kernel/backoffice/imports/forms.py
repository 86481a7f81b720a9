"""Forms of the import wizard."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.dataio.choices import ImportKind
from kernel.dataio.models import Import
from kernel.dataio.resources import LONGEST_OPTION, Option, Resource
from kernel.dataio.sayings import LABELS

FIELDS: Final[dict[str, str | Promise]] = {
    name: LABELS[name]
    for name in (
        *("title", "handle", "description_html", "summary", "brand", "tags", "categories"),
        *("published", "option1", "option2", "option3", "sku", "barcode", "price", "compare_at"),
        *("weight_grams", "volume_cm3", "freight_template", "stock", "pictures"),
    )
}


class UploadForm(forms.Form):
    """A file of products."""

    file = forms.FileField(
        label=_("File (CSV or XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    kind = forms.ChoiceField(
        label=_("Where it comes from"),
        required=False,
        choices=[("", _("Find it out")), *ImportKind.choices],
    )


class RowsUploadForm(forms.Form):
    """A file of anything but products."""

    file = forms.FileField(
        label=_("File (CSV or XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )


class RowsForm(forms.Form):
    """Which column of a file holds what, and what is said once for all its rows."""

    def __init__(self, row: Import, resource: Resource, data: QueryDict | None = None) -> None:
        initial = {f"column_{code}": column for code, column in row.mapping.items()}
        initial |= {f"option_{code}": text for code, text in row.options.items()}
        super().__init__(data, initial=initial)
        self._columns, self._options = resource.columns_for(), resource.options
        named = [("", _("Not in the file")), *((name, name) for name in row.columns if name)]
        for column in self._columns:
            self.fields[f"column_{column.code}"] = forms.ChoiceField(
                label=str(column.label), choices=named, required=False, help_text=str(column.help)
            )
        for option in self._options:
            self.fields[f"option_{option.code}"] = _option_field(option)

    def columns(self) -> list[forms.BoundField]:
        """Return the fields that say which column holds what."""
        return [self[f"column_{each.code}"] for each in self._columns]

    def options(self) -> list[forms.BoundField]:
        """Return the fields that hold for all rows."""
        return [self[f"option_{each.code}"] for each in self._options]

    def mapping(self) -> dict[str, str]:
        """Return the column of each field."""
        return self._given("column_", [each.code for each in self._columns])

    def options_told(self) -> dict[str, str]:
        """Return what holds for all rows."""
        return self._given("option_", [each.code for each in self._options])

    def _given(self, prefix: str, codes: list[str]) -> dict[str, str]:
        told = {code: str(self.cleaned_data[f"{prefix}{code}"]) for code in codes}
        return {code: text for code, text in told.items() if text}


def _option_field(option: Option) -> forms.Field:
    if option.choices is None:
        return forms.CharField(
            label=str(option.label),
            help_text=str(option.help),
            required=False,
            max_length=LONGEST_OPTION,
        )
    nothing = ("", option.empty or _("None"))
    return forms.ChoiceField(
        label=str(option.label),
        help_text=str(option.help),
        required=False,
        choices=[nothing, *option.choices()],
    )


class ChoiceForm(forms.Form):
    """How a file is read, and what becomes of its products."""

    publish = forms.BooleanField(
        label=_("Put new products on sale"),
        required=False,
        help_text=_("Without it they become drafts."),
    )
    with_stock = forms.BooleanField(label=_("Take the stock over"), required=False)

    def __init__(self, row: Import, data: QueryDict | None = None) -> None:
        initial = {"publish": row.publish, "with_stock": row.with_stock}
        initial |= {f"column_{name}": column for name, column in row.mapping.items()}
        super().__init__(data, initial=initial)
        self.is_mapped = row.kind == ImportKind.GENERIC
        if self.is_mapped:
            columns = [("", _("Not in the file")), *((name, name) for name in row.columns if name)]
            for name, label in FIELDS.items():
                self.fields[f"column_{name}"] = forms.ChoiceField(
                    label=str(label), choices=columns, required=name == "title"
                )

    def columns(self) -> list[forms.BoundField]:
        """Return the fields that say which column holds what."""
        return [self[f"column_{name}"] for name in FIELDS] if self.is_mapped else []

    def mapping(self) -> dict[str, str] | None:
        """Return the column of each field; None for a file of a known origin."""
        if not self.is_mapped:
            return None
        given = {name: self.cleaned_data[f"column_{name}"] for name in FIELDS}
        return {name: column for name, column in given.items() if column}
