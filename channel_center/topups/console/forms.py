"""Forms of top-ups."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channel_center.billing.models import Wallet
from channel_center.topups.choices import Method
from channel_center.topups.models import Receiver
from kernel.common.money import InvalidAmount, Money

_PLAIN = {"autocapitalize": "off", "spellcheck": "false", "autocomplete": "off"}


def minor_of(text: str, currency: str) -> int:
    """Return an amount in minor units.

    Raises:
        forms.ValidationError: it is none, or not above zero.
    """
    try:
        minor = Money.parse(text.strip(), currency).minor
    except InvalidAmount as error:
        raise forms.ValidationError(_("Write an amount like 100.00.")) from error
    if minor <= 0:
        raise forms.ValidationError(_("The amount must be more than zero."))
    return minor


class TopUpForm(forms.Form):
    """How much, and how."""

    amount = forms.CharField(label=_("Amount"), max_length=20)
    method = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    reference = forms.CharField(
        label=_("Reference of the transfer"),
        max_length=80,
        required=False,
        help_text=_("For a transfer: the number or text by which your bank knows it."),
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def __init__(self, *args: Any, wallet: Wallet, receiver: Receiver, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._wallet = wallet
        open_ways = {Method.STRIPE: receiver.has_stripe, Method.BANK: bool(receiver.bank)}
        ways = [(str(way), way.label) for way, is_open in open_ways.items() if is_open]
        field = self.fields["method"]
        field.choices = ways  # type: ignore[attr-defined]  # a choice field
        field.initial = ways[0][0] if ways else None
        self.fields["amount"].help_text = self._wallet.currency

    def clean_amount(self) -> int:
        """Return the amount in minor units."""
        return minor_of(self.cleaned_data["amount"], self._wallet.currency)

    def clean(self) -> dict[str, Any]:
        """Want a reference for transfers."""
        told = super().clean() or self.cleaned_data
        if told.get("method") == Method.BANK and not told.get("reference", "").strip():
            self.add_error("reference", _("Tell us by which reference we find the transfer."))
        return told


class ReceiverForm(forms.Form):
    """How one is paid in advance."""

    bank = forms.CharField(
        label=_("Account for transfers"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Holder, bank and number, as payers shall read it; empty for no transfers."),
    )
    least = forms.CharField(label=_("Least amount of a top-up"), max_length=20, initial="1.00")
    restricted_key = forms.CharField(
        label=_("Restricted or secret key of Stripe"),
        required=False,
        max_length=260,
        widget=forms.PasswordInput(attrs=_PLAIN),
        help_text=_("Leave all three empty to keep the keys that are there."),
    )
    publishable_key = forms.CharField(
        label=_("Publishable key of Stripe"),
        required=False,
        max_length=260,
        widget=forms.TextInput(attrs=_PLAIN),
    )
    webhook_secret = forms.CharField(
        label=_("Signing secret of the webhook"),
        required=False,
        max_length=260,
        widget=forms.PasswordInput(attrs=_PLAIN),
    )

    def clean_least(self) -> int:
        """Return the amount in minor units of the usual currency."""
        return minor_of(self.cleaned_data["least"], "CNY")

    def keys(self) -> dict[str, str] | None:
        """Return the keys that were told; None to keep those that are there."""
        names = ("restricted_key", "publishable_key", "webhook_secret")
        told = {name: self.cleaned_data.get(name, "").strip() for name in names}
        return told if any(told.values()) else None
