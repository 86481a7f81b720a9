"""Forms of reward modes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.rewards.composing.services import own_codes
from kernel.rewards.packs.loading import codes, pack
from kernel.rewards.policy.laws import jurisdictions, law
from kernel.rewards.policy.texts import worded


class AskForm(forms.Form):
    """Where a mode is to run, and why."""

    jurisdictions = forms.MultipleChoiceField(
        label=_("Where the shop trades"), widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(label=_("Reason"), max_length=500)
    others = forms.MultipleChoiceField(
        label=_("Modes that run with it"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )  # fmt: skip

    def __init__(self, code: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [
            (one, f"{one} · {worded(pack(one).names)}")
            for one in [*codes(), *own_codes()]
            if one != code
        ]
        self.fields["others"].choices = others  # type: ignore[attr-defined]
        offered = [(code, worded(law(code).names)) for code in jurisdictions()]
        self.fields["jurisdictions"].choices = offered  # type: ignore[attr-defined]


class OpinionForm(forms.Form):
    """A lawyer's opinion."""

    author = forms.CharField(label=_("Who wrote it"), max_length=120)
    file = forms.FileField(label=_("Opinion (PDF)"))
