"""Forms by which balances leave."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from secrets import token_hex
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.ledger.models import Asset
from kernel.wallet.models import PayoutAccount
from kernel.wallet.services.accounts import LONGEST, PARTICULARS

_MOST_DIGITS: Final = 18


def password_field() -> forms.CharField:
    """Return the field for the payment password; what was typed is never shown again."""
    attrs = {"autocomplete": "off", "inputmode": "numeric"}
    return forms.CharField(
        label=_("Payment password"), max_length=40, widget=forms.PasswordInput(attrs=attrs)
    )


class AccountForm(forms.Form):
    """The particulars of an account."""

    def __init__(self, channel: str, data: Any = None) -> None:
        super().__init__(data)
        for each in PARTICULARS[channel]:
            self.fields[each.name] = forms.CharField(
                label=str(each.label), max_length=LONGEST, required=each.is_needed
            )
            self.fields[each.name].widget.attrs["autocomplete"] = "off"


class LeavingForm(forms.Form):
    """An amount, and the payment password where one is asked for."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount"), min_value=Decimal(0), max_digits=_MOST_DIGITS, localize=False
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, asset: Asset, data: Any = None, *, asks_password: bool) -> None:
        super().__init__(data, initial={"key": token_hex(16)})
        self.asset = asset
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        if asks_password:
            self.fields["password"] = password_field()

    def clean_amount(self) -> int:
        """Return the amount in units of the asset."""
        units = self.cleaned_data["amount"].scaleb(self.asset.scale)
        if not units or units != units.to_integral_value():
            text = _("More than nothing, with at most %(places)s decimal places.")
            raise forms.ValidationError(text % {"places": self.asset.scale})
        return int(units)


class WithdrawalForm(LeavingForm):
    """How much is paid out, and where to."""

    account = forms.ChoiceField(label=gettext_lazy("To"))
    field_order = ("amount", "account", "password", "key")

    def __init__(
        self,
        asset: Asset,
        accounts: Sequence[PayoutAccount],
        data: Any = None,
        *,
        asks_password: bool,
    ) -> None:
        super().__init__(asset, data, asks_password=asks_password)
        if asks_password:
            # One that is left out is refused where it is proven, so that the page stays.
            self.fields["password"].required = False
        field: Any = self.fields["account"]
        field.choices = [
            (row.public_id, f"{row.get_channel_display()} · {row.hint}") for row in accounts
        ]


class TransferForm(LeavingForm):
    """How much is given, and to whom."""

    recipient = forms.CharField(
        label=gettext_lazy("Telephone number or e-mail address of the member"), max_length=254
    )
    note = forms.CharField(label=gettext_lazy("A few words"), max_length=100, required=False)
    field_order = ("recipient", "amount", "note", "password", "key")
