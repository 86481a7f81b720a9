"""Forms of the consoles of channel partners and the operator."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.common.colours import FALLBACK, is_colour
from kernel.modules.manifest import Text
from kernel.reference.currencies import CURRENCIES
from tenants.choices import HoldLevel, TenantKind, TenantState

_PLAIN = {"autocapitalize": "off", "spellcheck": "false"}


def clean_colour(text: str) -> str:
    """Return a colour in lower case.

    Raises:
        forms.ValidationError: it is none.
    """
    if not is_colour(text.lower()):
        raise forms.ValidationError(_("Write a colour like #1f6f5c."))
    return text.lower()


class OpenTenantForm(forms.Form):
    """What a new shop is to be."""

    name = forms.CharField(label=_("Name of the shop"), max_length=120)
    label = forms.RegexField(
        label=_("Address"),
        regex=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$",
        max_length=40,
        help_text=_("Small letters, digits and hyphens; the shop can get a domain of its own."),
        error_messages={"invalid": _("Use small letters, digits and hyphens only.")},
        widget=forms.TextInput(attrs=_PLAIN),
    )
    template = forms.ChoiceField(
        label=_("Start from"),
        required=False,
        help_text=_("Functions, settings, categories and sample goods; it can be taken back."),
    )
    colour = forms.CharField(
        label=_("Colour"), initial=FALLBACK, widget=forms.TextInput(attrs={"type": "color"})
    )
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    currency = forms.ChoiceField(
        label=_("Currency"),
        choices=[(code, code) for code, _scale, _zh, _en in CURRENCIES],
        initial="CNY",
    )
    zone = forms.CharField(
        label=_("Time zone"),
        initial="Asia/Shanghai",
        max_length=64,
        help_text=_("For example Asia/Shanghai or America/New_York."),
    )
    legal_entity = forms.CharField(label=_("Legal entity"), max_length=200, required=False)
    owner_name = forms.CharField(label=_("Owner's name"), max_length=80)
    owner_email = forms.EmailField(label=_("Owner's e-mail address"), max_length=254)
    owner_password = forms.CharField(
        label=_("Owner's first password"),
        max_length=200,
        required=False,
        strip=False,
        help_text=_("Left empty, one is made and shown once. The owner must change it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", **_PLAIN}),
    )

    field_groups = (
        (_("The shop"), ("name", "label", "template", "colour", "legal_entity")),
        (_("Language, money and time"), ("locale", "currency", "zone")),
        (_("The owner"), ("owner_name", "owner_email", "owner_password")),
    )

    def __init__(self, *args: Any, templates: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        empty = ("", _("An empty shop"))
        self.fields["template"].choices = [empty, *templates]  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[object, list[forms.BoundField]]]:
        """Return the fields under their headings."""
        return [(title, [self[name] for name in names]) for title, names in self.field_groups]

    def clean_colour(self) -> str:
        """Check that it is a colour."""
        return clean_colour(str(self.cleaned_data["colour"]))

    def clean_zone(self) -> str:
        """Check that it is known."""
        zone = str(self.cleaned_data["zone"]).strip()
        if zone not in zoneinfo.available_timezones():
            raise forms.ValidationError(_("This time zone is not known."))
        return zone


class ChannelForm(forms.Form):
    """What a new channel partner is to be, and its first person."""

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.RegexField(
        label=_("Short name"),
        regex=r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$",
        error_messages={"invalid": _("Use small letters, digits and hyphens only.")},
        widget=forms.TextInput(attrs=_PLAIN),
    )
    host = forms.CharField(
        label=_("Host name of its console"), max_length=253, widget=forms.TextInput(attrs=_PLAIN)
    )
    colour = forms.CharField(
        label=_("Colour"), initial="#2f5d8a", widget=forms.TextInput(attrs={"type": "color"})
    )
    support_email = forms.EmailField(label=_("E-mail address for questions"), required=False)
    person_name = forms.CharField(label=_("First person's name"), max_length=80)
    person_email = forms.EmailField(label=_("First person's e-mail address"), max_length=254)

    def clean_colour(self) -> str:
        """Check that it is a colour."""
        return clean_colour(str(self.cleaned_data["colour"]))


class HoldForm(forms.Form):
    """Why and how far a shop is held back."""

    level = forms.TypedChoiceField(
        label=_("How far"),
        coerce=lambda value: HoldLevel(int(value)),
        choices=[
            (HoldLevel.WARNED.value, HoldLevel.WARNED.label),
            (HoldLevel.READ_ONLY.value, HoldLevel.READ_ONLY.label),
            (HoldLevel.CLOSED.value, HoldLevel.CLOSED.label),
        ],
        initial=HoldLevel.CLOSED.value,
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


def _named_currencies() -> list[tuple[str, object]]:
    """Return all currencies by their names in the reader's language."""
    language = get_language()
    named = [(code, Text(zh, en).in_language(language)) for code, _scale, zh, en in CURRENCIES]
    return [("", _("All currencies")), *sorted(named, key=lambda item: item[1])]


class TenantFilter(forms.Form):
    """What the list of shops shows."""

    q = forms.CharField(label=_("Search"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *TenantState.choices]
    )
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All kinds")), *TenantKind.choices]
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        required=False,
        choices=_named_currencies,
    )
