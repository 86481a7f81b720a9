"""Forms about moves and archives."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.account.second import SecondForm
from tenants.services.requests import SHORTEST_PASSPHRASE

_PLAIN = {"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}


class AskForm(forms.Form):
    """Where a shop shall go."""

    address = forms.CharField(
        label=_("Address of the new provider's console"),
        max_length=300,
        help_text=_("The new provider tells you. For example partner.example.com."),
        widget=forms.TextInput(attrs={"inputmode": "url", **_PLAIN}),
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Both providers read it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OwnerAskForm(AskForm, SecondForm):
    """The same from the owner, who proves who he is at once."""

    field_order = ("address", "reason", "code", "answer")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs.pop("autofocus", None)


class ConfirmForm(SecondForm):
    """The owner's word, with the second factor."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["code"].widget.attrs.pop("autofocus", None)


class ReasonForm(forms.Form):
    """Why somebody refuses."""

    reason = forms.CharField(
        label=_("Reason for refusing"),
        max_length=300,
        help_text=_("The shop and its provider read it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ArchiveForm(forms.Form):
    """What opens an archive."""

    passphrase = forms.CharField(
        label=_("Passphrase"),
        min_length=SHORTEST_PASSPHRASE,
        max_length=200,
        strip=False,
        help_text=_(
            "At least 12 characters. The file opens with it alone, and nobody here can find it "
            "out again: keep it well."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Passphrase once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Check that it is the same."""
        if self.cleaned_data["again"] != self.cleaned_data.get("passphrase"):
            raise forms.ValidationError(_("This is not the same passphrase."))
        return str(self.cleaned_data["again"])
