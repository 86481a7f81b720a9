"""Forms of what is sold, and for how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from channel_center.billing.choices import Term
from channel_center.billing.selectors import Row
from channel_center.billing.tiers import MOST_TIERS, MOST_UNITS, Tiers
from kernel.common.money import InvalidAmount, Money

_TIERS = 3
"""So many steps of a price a page has room for at least."""


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
            if row.offer.term == Term.USAGE:
                self._add_tiers(row, currency)

    def _add_tiers(self, row: Row, currency: str) -> None:
        """Add the fields of what each unit costs above so many of them."""
        known = [*row.asked_tiers, *[(None, None)] * _TIERS]
        for place, (above, minor) in enumerate(known[: _shown(row)]):
            self.fields[f"above_{row.key}_{place}"] = forms.IntegerField(
                label=f"{row.name}: {_('Above so many units')}",
                min_value=1,
                max_value=MOST_UNITS,
                required=False,
                initial=above,
            )
            self.fields[f"each_{row.key}_{place}"] = AmountField(
                currency,
                label=f"{row.name}: {_('each costs')}",
                initial="" if minor is None else Money(minor, currency).decimal(),
            )

    def clean(self) -> dict[str, Any]:
        """Want both halves of a tier, in rising order."""
        told = super().clean() or {}
        for row in self.rows:
            tiers = self._tiers(row)
            for place, (above, minor) in enumerate(tiers):
                if (above is None) != (minor is None):
                    name = "each" if minor is None else "above"
                    self.add_error(f"{name}_{row.key}_{place}", _("Write both, or neither."))
            limits = [above for above, minor in tiers if above is not None]
            if limits != sorted(set(limits)):
                self.add_error(f"above_{row.key}_0", _("The numbers must rise."))
        return told

    def _tiers(self, row: Row) -> list[tuple[int | None, int | None]]:
        get = self.cleaned_data.get
        return [
            (get(f"above_{row.key}_{place}"), get(f"each_{row.key}_{place}"))
            for place in range(_shown(row))
        ]

    def lines(self) -> list[dict[str, Any]]:
        """Return each offer with its fields."""
        return [
            {
                "row": row,
                "price": self[f"price_{row.key}"],
                "least": self._field("least", row),
                "lose": self._field("lose", row),
                "tiers": [
                    (self[f"above_{row.key}_{place}"], self[f"each_{row.key}_{place}"])
                    for place in range(_shown(row))
                ],
            }
            for row in self.rows
        ]

    def _field(self, name: str, row: Row) -> forms.BoundField | None:
        key = f"{name}_{row.key}"
        return self[key] if key in self.fields else None

    def told(self) -> list[tuple[Row, int, int | None, bool, Tiers]]:
        """Return the offers with a price: it, the least for shops, whether it may lose, tiers."""
        values = self.cleaned_data
        return [
            (
                row,
                minor,
                values.get(f"least_{row.key}"),
                bool(values.get(f"lose_{row.key}")),
                tuple((a, m) for a, m in self._tiers(row) if a is not None and m is not None),
            )
            for row in self.rows
            if (minor := values[f"price_{row.key}"]) is not None
        ]


def _shown(row: Row) -> int:
    """Return how many tiers a page has room for: what there is, and one more."""
    if row.offer.term != Term.USAGE:
        return 0
    return min(max(_TIERS, len(row.asked_tiers) + 1), MOST_TIERS)


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
