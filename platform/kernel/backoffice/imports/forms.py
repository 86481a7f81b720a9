"""Forms of the import wizard."""

from __future__ import annotations

from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.dataio.choices import ImportKind
from kernel.dataio.models import Import
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
