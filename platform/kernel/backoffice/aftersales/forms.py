"""Forms of the after-sales desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.aftersales.choices import CaseKind, CaseState, Reason, Verdict
from kernel.aftersales.models import CaseLine
from kernel.aftersales.selectors import TASKS
from kernel.aftersales.services.telling import LONGEST_TEXT
from kernel.backoffice.pieces import NarrowForm
from kernel.common.money import InvalidAmount, Money
from kernel.inventory.models import Location

_ALL: Final = ("", _("All"))


class CaseFilter(NarrowForm):
    """Which cases the list shows."""

    text = forms.CharField(
        required=False, max_length=80, label=_("Case, order, recipient or tracking number")
    )
    task = forms.ChoiceField(required=False, label=_("To do"), choices=[_ALL, *TASKS])
    state = forms.ChoiceField(required=False, label=_("State"), choices=[_ALL, *CaseState.choices])
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=[_ALL, *CaseKind.choices])
    reason = forms.ChoiceField(required=False, label=_("Reason"), choices=[_ALL, *Reason.choices])


def _text(label: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_TEXT,
        help_text=_("The buyer reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AmountField(forms.CharField):
    """An amount in the currency of a case; its value is in minor units."""

    def __init__(self, currency: str, minor: int, **options: Any) -> None:
        self.currency = currency
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        initial = Money(minor, currency).decimal()
        super().__init__(max_length=24, widget=widget, initial=initial, **options)

    def clean(self, value: Any) -> Any:
        """Read the amount.

        Raises:
            ValidationError: it cannot be read.
        """
        text = super().clean(value)
        try:
            minor = Money.parse(text or "0", self.currency).minor
        except InvalidAmount as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        if minor < 0:
            raise forms.ValidationError(_("An amount is expected that is not negative."))
        return minor


class ApprovalForm(forms.Form):
    """What is granted beside what was asked for."""

    text = _text(_("Message to the buyer"))

    def __init__(
        self, *args: Any, currency: str, freight: int | None, address: dict[str, str] | None
    ) -> None:
        super().__init__(*args)
        if freight is not None:
            self.fields["freight"] = AmountField(
                currency, freight, label=_("Freight that goes back as well"), required=False
            )
        if address is not None:
            for name, label, longest in _ADDRESS:
                self.fields[name] = forms.CharField(
                    label=label, max_length=longest, initial=address.get(name, "")
                )

    def address(self) -> dict[str, str]:
        """Return where the goods are sent back to."""
        names = [name for name, _label, _longest in _ADDRESS if name in self.fields]
        return {name: self.cleaned_data[name] for name in names}


_ADDRESS: Final = (
    ("name", _("Recipient of returns"), 80),
    ("phone", _("Telephone"), 20),
    ("line", _("Address for returns"), 300),
)


class AddressForm(forms.Form):
    """Where buyers send goods back to."""

    name = forms.CharField(label=_ADDRESS[0][1], max_length=80)
    phone = forms.CharField(label=_ADDRESS[1][1], max_length=20)
    line = forms.CharField(label=_ADDRESS[2][1], max_length=300)


class AmountsForm(forms.Form):
    """How much goes back for each line, and of the freight."""

    def __init__(
        self, lines: Sequence[CaseLine], currency: str, freight: int, *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.lines = lines
        for each in lines:
            self.fields[_name("amount", each)] = AmountField(
                currency, each.refund_minor, label=title_of(each)
            )
        self.fields["freight"] = AmountField(currency, freight, label=_("Freight"), required=False)

    def amounts(self) -> dict[UUID, int]:
        """Return the amounts by order line."""
        return {each.line_id: self.cleaned_data[_name("amount", each)] for each in self.lines}


class OfferForm(AmountsForm):
    """Another settlement."""

    kind = forms.ChoiceField(
        label=_("Instead"),
        choices=[
            (CaseKind.REFUND_ONLY, _("Money, and the buyer sends nothing back")),
            (CaseKind.RETURN_REFUND, _("Money once the goods are back")),
            (CaseKind.EXCHANGE, _("The same goods once more, for those that come back")),
        ],
    )
    text = _text(_("Message to the buyer"))


class VerdictForm(AmountsForm):
    """How a dispute is decided."""

    verdict = forms.ChoiceField(label=_("Decision"), choices=Verdict.choices)
    text = _text(_("Grounds"), required=True)


class TextForm(forms.Form):
    """What is said to the buyer; needed."""

    text = _text(_("Reason"), required=True)


class InspectionForm(forms.Form):
    """What came back as it should."""

    text = _text(_("Message to the buyer"))

    def __init__(self, lines: Sequence[CaseLine], *args: Any) -> None:
        super().__init__(*args)
        self.lines = [each for each in lines if each.shipped_quantity]
        places = Location.objects.filter(is_active=True).order_by("priority", "id")
        for each in self.lines:
            most = each.shipped_quantity
            self.fields[_name("accepted", each)] = forms.IntegerField(
                label=title_of(each), min_value=0, max_value=most, initial=most, localize=False
            )
            self.fields[_name("restock", each)] = forms.BooleanField(
                label=_("Back on the shelf"), required=False, initial=True
            )
        self.fields["location"] = forms.ModelChoiceField(
            label=_("Shelf"), queryset=places, required=False, empty_label=_("The first one")
        )

    def rows(self) -> list[tuple[CaseLine, forms.BoundField, forms.BoundField]]:
        """Return the lines with their fields."""
        return [(e, self[_name("accepted", e)], self[_name("restock", e)]) for e in self.lines]

    def accepted(self) -> dict[UUID, int]:
        """Return how many were accepted, by order line."""
        return {e.line_id: self.cleaned_data[_name("accepted", e)] for e in self.lines}

    def restocked(self) -> list[UUID]:
        """Return the order lines whose pieces go back on the shelf."""
        return [e.line_id for e in self.lines if self.cleaned_data[_name("restock", e)]]


class ReplacementForm(forms.Form):
    """How what is sent instead travels."""

    carrier = forms.CharField(label=_("Carrier"), max_length=60, required=False)
    tracking = forms.CharField(
        label=_("Tracking number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )


def title_of(each: CaseLine) -> str:
    """Return what a line is called, with how many of it are meant."""
    kept = each.line.snapshot
    words = [str(kept.get(name, "")) for name in ("title", "variant")]
    return f"{' · '.join(word for word in words if word)} × {each.quantity}"


def _name(what: str, each: CaseLine) -> str:
    return f"{what}_{each.line.public_id}"
