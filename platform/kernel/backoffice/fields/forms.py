"""Forms of own fields."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields.choices import FieldKind, Subject
from kernel.fields.forms import form_field
from kernel.fields.models import OwnField
from kernel.fields.services import Told

_LONGEST = 20_000


class FieldForm(forms.Form):
    """What a field is called, and how it is used."""

    name = forms.CharField(label=_("Name"), max_length=80)
    choices = forms.CharField(
        label=_("Texts to choose from"),
        required=False,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One on each line, for fields of the kind “One of a list”."),
    )
    is_required = forms.BooleanField(label=_("Must be filled in"), required=False)
    is_searchable = forms.BooleanField(label=_("Lists can be narrowed down by it"), required=False)
    is_asked = forms.BooleanField(
        label=_("Buyers see it"),
        required=False,
        help_text=_(
            "They fill it in in their account and at checkout; of products it stands on the page."
        ),
    )
    position = forms.IntegerField(label=_("Place in the order"), min_value=0, max_value=999)

    def told(self) -> Told:
        """Return what is said of the field."""
        found = self.cleaned_data
        return Told(
            name=found["name"],
            choices=found["choices"].splitlines(),
            is_required=found["is_required"],
            is_searchable=found["is_searchable"],
            is_asked=found["is_asked"],
            position=found["position"],
        )


class NewFieldForm(FieldForm):
    """The same for a field that is made up now."""

    field_order = ("subject", "name", "code", "kind")

    subject = forms.ChoiceField(label=_("Of"), choices=Subject.choices)
    code = forms.CharField(
        label=_("Short code"),
        max_length=40,
        help_text=_("For files and programs: small letters, digits and _."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=FieldKind.choices)


class ValuesForm(forms.Form):
    """What stands in the fields of one thing."""

    def __init__(self, rows: list[OwnField], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in rows:
            self.fields[row.code] = form_field(row, is_required=row.is_required)
