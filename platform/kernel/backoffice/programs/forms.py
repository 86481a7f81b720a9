"""Forms of API keys and webhooks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.access.offered import shelves
from kernel.backoffice.moments import MomentField
from kernel.backoffice.pieces import NarrowForm
from kernel.keys.models import ApiKey
from kernel.keys.services import MOST_A_MINUTE, USUAL_A_MINUTE, KeyDraft
from kernel.webhooks.catalogue import ALL_EVENTS, offered
from kernel.webhooks.choices import DeliveryState
from kernel.webhooks.services import EndpointDraft

_ALL: Final = ("", _("All"))


class KeyForm(forms.Form):
    """What a key may do, from where, how often and how long."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("Which program it is for, say.")
    )
    networks = forms.CharField(
        label=_("Addresses and networks it may be used from"),
        required=False,
        max_length=4_000,
        help_text=_("One to a line, such as 203.0.113.7 or 10.0.0.0/8. None for everywhere."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    a_minute = forms.IntegerField(
        label=_("Requests a minute"),
        min_value=1,
        max_value=MOST_A_MINUTE,
        initial=USUAL_A_MINUTE,
        localize=False,
    )
    expires_at = MomentField(label=_("Good until"), required=False)

    def __init__(self, offered_scopes: Collection[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scopes = []
        for number, shelf in enumerate(shelves()):
            choices = [each for each in shelf.permissions if each[0] in offered_scopes]
            if choices:
                name = f"scopes_{number}"
                self._scopes.append(name)
                self.fields[name] = forms.MultipleChoiceField(
                    label=str(shelf.label),
                    choices=choices,
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                    initial=(kwargs.get("initial") or {}).get("scopes", []),
                )

    @staticmethod
    def initial_of(row: ApiKey) -> dict[str, object]:
        """Return what a key's form begins with."""
        return {
            "name": row.name,
            "networks": "\n".join(row.networks),
            "a_minute": row.a_minute,
            "expires_at": row.expires_at,
            "scopes": row.scopes,
        }

    def plain_fields(self) -> list[forms.BoundField]:
        """Return the fields beside the scopes."""
        return [self[name] for name in ("name", "networks", "a_minute", "expires_at")]

    def scope_fields(self) -> list[forms.BoundField]:
        """Return the fields of the scopes."""
        return [self[name] for name in self._scopes]

    def draft(self) -> KeyDraft:
        """Return what was wished."""
        told = self.cleaned_data
        return KeyDraft(
            name=told["name"],
            scopes=[code for name in self._scopes for code in told[name]],
            networks=[each for each in told["networks"].split() if each],
            a_minute=told["a_minute"],
            expires_at=told["expires_at"],
        )

    def refuse(self, field: str, text: str) -> None:
        """Say which field a refusal is about."""
        self.add_error(field if field in self.fields else None, text)


class RotationForm(forms.Form):
    """How long the old text stays good."""

    hours = forms.TypedChoiceField(
        label=_("The old key stays good for"),
        coerce=int,
        choices=[
            (0, _("Not at all")),
            (1, _("One hour")),
            (24, _("One day")),
            (168, _("One week")),
        ],
        initial=24,
    )


class EndpointForm(forms.Form):
    """Who is told of what."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.CharField(
        label=_("Address"),
        max_length=2_000,
        help_text=_("It begins with https:// and is in the open internet."),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    is_for_all = forms.BooleanField(
        label=_("Everything, also what comes with later versions"), required=False
    )
    events = forms.MultipleChoiceField(
        label=_("Events"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.code, f"{each.title} ({each.code})") for each in offered()]
        cast("forms.ChoiceField", self.fields["events"]).choices = choices

    def draft(self) -> EndpointDraft:
        """Return what was wished."""
        told = self.cleaned_data
        events = [ALL_EVENTS] if told["is_for_all"] else told["events"]
        return EndpointDraft(name=told["name"], url=told["url"], events=events)


class DeliveryFilter(NarrowForm):
    """Which deliveries the list shows."""

    text = forms.CharField(required=False, max_length=100, label=_("Part of what was said"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[_ALL, *DeliveryState.choices]
    )
    event = forms.ChoiceField(required=False, label=_("Event"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [_ALL, *((each.code, str(each.title)) for each in offered())]
        cast("forms.ChoiceField", self.fields["event"]).choices = choices


class RangeForm(forms.Form):
    """What is sent again."""

    since = MomentField(label=_("From"))
    until = MomentField(label=_("Until"))
    only_failed = forms.BooleanField(
        label=_("Only what was given up"), required=False, initial=True
    )
