"""Forms of the pages of templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channel_center.console.selectors import find_tenants
from channel_center.snapshots.services.templates import Particulars
from kernel.access.models import Staff
from kernel.snapshots.registry import parts
from tenants.choices import LIVING


class TemplateForm(forms.Form):
    """What is said of a template."""

    name = forms.CharField(label=_("Name"), max_length=120)
    industry = forms.CharField(
        label=_("Industry"),
        max_length=80,
        required=False,
        help_text=_("For people who choose: Fashion, Fresh food, Beauty."),
    )
    summary = forms.CharField(
        label=_("In a sentence"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_shared = forms.BooleanField(label=_("Partners below may open shops from it"), required=False)

    def particulars(self) -> Particulars:
        """Return what was said."""
        return Particulars(**self.cleaned_data)


class TakeForm(forms.Form):
    """From which shop a version is taken, and what of it."""

    shop = forms.ChoiceField(label=_("From the shop"))
    parts = forms.MultipleChoiceField(label=_("What is taken"), widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("What is new"), max_length=500, required=False)

    def __init__(self, *args: Any, person: Staff, **options: Any) -> None:
        super().__init__(*args, **options)
        shops = find_tenants(person).filter(state__in=LIVING)
        self.shops = {row.public_id: row.pk for row in shops}
        choices = [(row.public_id, row.name) for row in shops]
        self.fields["shop"].choices = choices  # type: ignore[attr-defined]
        self.fields["parts"].choices = [(part.code, part.label) for part in parts()]  # type: ignore[attr-defined]
        self.fields["parts"].initial = [part.code for part in parts()]
