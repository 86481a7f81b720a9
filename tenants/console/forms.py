"""Forms of the tenant's console."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.choices import DomainKind


class DomainForm(forms.Form):
    """A host name to add."""

    domain = forms.CharField(
        label=_("Host name"),
        max_length=253,
        help_text=_("For example shop.example.com, without https://."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("Shows"), choices=DomainKind.choices)
