"""Forms of the tenant's console."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.common.colours import is_colour
from tenants.choices import DomainKind


class BrandForm(forms.Form):
    """What visitors see."""

    name = forms.CharField(label=_("Name"), max_length=120)
    colour = forms.CharField(
        label=_("Colour"),
        help_text=_("Used for buttons and links. Text on it stays readable by itself."),
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    support_email = forms.EmailField(
        label=_("E-mail address for questions"), max_length=254, required=False
    )

    def clean_colour(self) -> str:
        """Check that it is a colour."""
        colour = str(self.cleaned_data["colour"]).lower()
        if not is_colour(colour):
            raise forms.ValidationError(_("Write a colour like #1f6f5c."))
        return colour


class DomainForm(forms.Form):
    """A host name to add."""

    domain = forms.CharField(
        label=_("Host name"),
        max_length=253,
        help_text=_("For example shop.example.com, without https://."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(label=_("Shows"), choices=DomainKind.choices)
