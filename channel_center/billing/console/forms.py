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

_SOLD_SO = [each for each in Term.choices if each[0] != Term.USAGE]
_GIGABYTE = 1_000_000_000


class AmountField(forms.CharField):
    """An amount that is nothing or more, in minor units; None where nothing is written."""

    def __init__(self, currency: str, **kwargs: Any) -> None:
        super().__init__(max_length=20, required=False, **kwargs)
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
        self, *args: Any, rows: Sequence[Row], currency: str, is_for_partners: bool, **kwargs: Any
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

    def lines(self) -> list[tuple[Row, forms.BoundField, forms.BoundField | None]]:
        """Return each offer with its fields."""
        return [
            (
                row,
                self[f"price_{row.key}"],
                self[f"least_{row.key}"] if f"least_{row.key}" in self.fields else None,
            )
            for row in self.rows
        ]

    def told(self) -> list[tuple[Row, int, int | None]]:
        """Return the offers that have a price, with it and what shops pay at least."""
        values = self.cleaned_data
        return [
            (row, minor, values.get(f"least_{row.key}"))
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
    term = forms.ChoiceField(label=gettext_lazy("Paid"), choices=_SOLD_SO)
    trial_days = forms.IntegerField(
        label=gettext_lazy("Days to try it"), min_value=0, max_value=90, initial=0
    )
    room = forms.IntegerField(
        label=gettext_lazy("Room for files, in GB"), min_value=1, max_value=100_000, required=False
    )

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zh = language.startswith("zh")
        names = [(code, each.name.zh if zh else each.name.en) for code, each in manifests().items()]
        kernel = [(code, _("Room for files")) for code in sorted(KERNEL_FEATURES)]
        self.fields["feature"].choices = [*names, *kernel]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Room belongs to files, and files are sold by their room."""
        told = super().clean() or {}
        if (told.get("feature") in KERNEL_FEATURES) != bool(told.get("room")):
            self.add_error("room", _("Say how much room there is, for files alone."))
        return told

    def limits(self) -> dict[str, int]:
        """Return what a licence allows."""
        room = self.cleaned_data["room"]
        return {"bytes": room * _GIGABYTE} if room else {}
