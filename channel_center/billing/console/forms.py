"""Forms of what is sold, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channel_center.billing.choices import Term
from channel_center.billing.selectors import Row
from kernel.common.money import InvalidAmount, Money
from kernel.modules.ports import KERNEL_FEATURES
from kernel.modules.registry import manifests
from kernel.quotas.meters import meters

_GIGABYTE = 1_000_000_000
FILES = "media"


class AmountField(forms.CharField):
    """An amount that is nothing or more, in minor units; None where nothing is written."""

    def __init__(self, currency: str, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(max_length=20, required=required, **kwargs)
        self._currency = currency
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "size": 10}

    def clean(self, value: Any) -> Any:
        """Return minor units."""
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            minor = Money.parse(text, self._currency).minor
        except InvalidAmount as error:
            raise forms.ValidationError(_("Write an amount like 100.00.")) from error
        if minor < 0:
            raise forms.ValidationError(_("The amount must be more than zero."))
        return minor


class PricesForm(forms.Form):
    """One price for each offer; what is left empty costs what it costs above."""

    def __init__(
        self,
        *args: Any,
        rows: Sequence[Row],
        currency: str,
        is_for_partners: bool,
        may_lose: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            initial = "" if row.asked is None else Money(row.asked, currency).decimal()
            self.fields[f"price_{row.key}"] = AmountField(
                currency, label=f"{row.name}: {_('Price')}", initial=initial
            )
            if is_for_partners:
                least = "" if row.least is None else Money(row.least, currency).decimal()
                self.fields[f"least_{row.key}"] = AmountField(
                    currency, label=f"{row.name}: {_('Least that shops pay')}", initial=least
                )

            if may_lose:
                self.fields[f"lose_{row.key}"] = forms.BooleanField(
                    label=f"{row.name}: {_('May cost less than you pay')}",
                    required=False,
                    initial=row.may_lose,
                )

    def lines(self) -> list[tuple[Row, forms.BoundField, forms.BoundField | None, Any]]:
        """Return each offer with its fields."""
        return [
            (row, self[f"price_{row.key}"], self._field("least", row), self._field("lose", row))
            for row in self.rows
        ]

    def _field(self, name: str, row: Row) -> forms.BoundField | None:
        key = f"{name}_{row.key}"
        return self[key] if key in self.fields else None

    def told(self) -> list[tuple[Row, int, int | None, bool]]:
        """Return the offers with a price: it, what shops pay at least, whether it may lose."""
        values = self.cleaned_data
        return [
            (row, minor, values.get(f"least_{row.key}"), bool(values.get(f"lose_{row.key}")))
            for row in self.rows
            if (minor := values[f"price_{row.key}"]) is not None
        ]


class ProductForm(forms.Form):
    """A function that is put on sale, in one edition for one term."""

    feature = forms.ChoiceField(label=gettext_lazy("Function"))
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    edition = forms.SlugField(
        label=gettext_lazy("Edition"),
        max_length=32,
        initial="standard",
        help_text=gettext_lazy("A short word, like standard or large; a later one has more."),
    )
    term = forms.ChoiceField(label=gettext_lazy("Paid"), choices=Term.choices)
    trial_days = forms.IntegerField(
        label=gettext_lazy("Days to try it"), min_value=0, max_value=90, initial=0
    )
    room = forms.IntegerField(
        label=gettext_lazy("Room for files, in GB"), min_value=1, max_value=100_000, required=False
    )

    included = forms.IntegerField(
        label=gettext_lazy("Included in each period"),
        min_value=0,
        max_value=10**9,
        required=False,
        help_text=gettext_lazy(
            "By use: so many orders, messages, people or GB cost nothing; "
            "the price is for one more."
        ),
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zh = language.startswith("zh")
        names = [(code, each.name.zh if zh else each.name.en) for code, each in manifests().items()]
        kernel = [(meter.code, meter.label) for meter in meters() if meter.code in KERNEL_FEATURES]
        self.fields["feature"].choices = [*names, *kernel]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Room belongs to files; what is paid by use is something that is counted."""
        told = super().clean() or {}
        feature, by_use = told.get("feature"), told.get("term") == Term.USAGE
        if told.get("room") and feature != FILES:
            self.add_error("room", _("Say how much room there is, for files alone."))
        if feature == FILES and not told.get("room"):
            self.add_error("room", _("Say how much room there is, for files alone."))
        if by_use and feature not in KERNEL_FEATURES:
            self.add_error("term", _("Only what is counted is paid by use."))
        if by_use and told.get("trial_days"):
            self.add_error("trial_days", _("What is paid by use is not tried."))
        if feature in KERNEL_FEATURES and feature != FILES and told.get("included") is None:
            self.add_error("included", _("Say how much is included."))
        if told.get("included") is not None and feature not in KERNEL_FEATURES:
            self.add_error("included", _("Only of what is counted something is included."))
        return told

    @property
    def meter(self) -> str:
        """What is counted of an offer by use; empty for others."""
        told = self.cleaned_data
        return str(told["feature"]) if told["term"] == Term.USAGE else ""

    def limits(self) -> dict[str, int]:
        """Return what a licence allows."""
        told = self.cleaned_data
        limits = {"bytes": told["room"] * _GIGABYTE} if told["room"] else {}
        if told["included"] is not None:
            unit = _GIGABYTE if told["feature"] == FILES else 1
            limits["soft"] = told["included"] * unit
        return limits


class GiftForm(forms.Form):
    """Credit that is given, and runs out."""

    days = forms.IntegerField(
        label=gettext_lazy("Runs out after days"), min_value=1, max_value=3650, initial=365
    )
    note = forms.CharField(label=gettext_lazy("For what"), max_length=300, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    field_order = ("amount", "days", "note", "key")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = f"{_('Amount')} ({currency})"
        self.fields["amount"] = AmountField(currency, required=True, label=label)
        self.order_fields(self.field_order)

    def clean_amount(self) -> int:
        """Want more than nothing."""
        minor: int | None = self.cleaned_data["amount"]
        if not minor:
            raise forms.ValidationError(_("The amount must be more than zero."))
        return minor


class LimitForm(forms.Form):
    """How far a balance may go below zero, and when somebody is told."""

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["limit"] = AmountField(
            currency,
            required=True,
            label=f"{_('Buys on account up to')} ({currency})",
            help_text=_(
                "So far the balance may go below zero; what comes in pays it first. "
                "What you collect yourself counts towards it, too."
            ),
        )
        self.fields["low"] = AmountField(
            currency, required=True, label=f"{_('Counts as low below')} ({currency})"
        )


class BillerForm(forms.Form):
    """In whose name a seller writes invoices."""

    legal_name = forms.CharField(
        label=gettext_lazy("Name on invoices"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Of the company; empty for the name of your console."),
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    tax_number = forms.CharField(label=gettext_lazy("Tax number"), max_length=60, required=False)
    bank = forms.CharField(
        label=gettext_lazy("Bank account"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Stands at the end of invoices."),
    )
    prefix = forms.RegexField(  # type: ignore[assignment]  # the class takes fields away
        r"^[A-Za-z0-9]{1,12}$",
        label=gettext_lazy("Numbers begin with"),
        max_length=12,
        initial="INV",
        error_messages={"invalid": gettext_lazy("Letters and digits alone, at most twelve.")},
    )
    tax_percent = forms.DecimalField(
        label=gettext_lazy("Tax in the prices, in percent"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        initial=0,
        help_text=gettext_lazy("Prices hold it already; it is stated on invoices."),
    )

    def told(self) -> dict[str, Any]:
        """Return what was written, the tax in hundredths of a percent."""
        told = dict(self.cleaned_data)
        told["tax_basis_points"] = int(told.pop("tax_percent") * 100)
        return told
