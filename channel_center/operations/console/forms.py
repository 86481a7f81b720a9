"""Forms of the operator's pages about the fleet."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from channel_center.operations.choices import AnnouncedTo, Urgency
from tenants.choices import LIVING, TenantState


class FleetFilter(forms.Form):
    """What the list of the fleet shows."""

    q = forms.CharField(label=_("Search"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All states")),
            *((str(code), label) for code, label in TenantState.choices if code in LIVING),
        ],
    )
    ring = forms.ChoiceField(
        label=_("Ring"),
        required=False,
        choices=[("", _("All rings")), *((str(each), str(each)) for each in range(10))],
    )
    behind = forms.BooleanField(label=_("Behind the release"), required=False)


class AnnouncementForm(forms.Form):
    """What shall be announced."""

    text_zh = forms.CharField(
        label=_("Text in Chinese"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    text_en = forms.CharField(
        label=_("Text in English"), max_length=400, widget=forms.Textarea(attrs={"rows": 2})
    )
    audience = forms.ChoiceField(label=_("For"), choices=AnnouncedTo.choices)
    urgency = forms.ChoiceField(label=_("Kind"), choices=Urgency.choices)
    hours = forms.IntegerField(
        label=_("Shown for so many hours"), min_value=1, max_value=1440, initial=24
    )
