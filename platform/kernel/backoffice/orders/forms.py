"""Forms of the order desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.fields.filters import OwnFilter
from kernel.fields.choices import Subject
from kernel.inventory.models import Location
from kernel.orders.choices import FulfilmentMethod, FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.models import OrderLine
from kernel.payments.choices import Verdict

_CARRIED = (FulfilmentMethod.EXPRESS, FulfilmentMethod.SAME_CITY)


def _any_of(choices: Sequence[tuple[str, Any]], label: Any) -> list[tuple[str, Any]]:
    return [("", label), *choices]


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(required=False, label=label, widget=widget)


class OrderFilter(OwnFilter):
    """Which orders a list shows."""

    subject = Subject.ORDER

    text = forms.CharField(
        required=False, max_length=80, label=_("Order number, recipient or telephone")
    )
    status = forms.ChoiceField(
        required=False, label=_("Status"), choices=_any_of(OrderStatus.choices, _("All"))
    )
    payment_status = forms.ChoiceField(
        required=False, label=_("Payment"), choices=_any_of(PaymentStatus.choices, _("All"))
    )
    fulfilment_status = forms.ChoiceField(
        required=False, label=_("Shipping"), choices=_any_of(FulfilmentStatus.choices, _("All"))
    )
    tag = forms.CharField(required=False, max_length=40, label=_("Tag"))
    since = _day(_("From"))
    until = _day(_("Until"))


class TrackingForm(forms.Form):
    """How a parcel travels, told again."""

    carrier = forms.CharField(label=_("Carrier"), max_length=60)
    tracking = forms.CharField(
        label=_("Tracking number"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )


class ProofForm(forms.Form):
    """What shows that a parcel arrived."""

    name = forms.CharField(label=_("Handed to"), max_length=80, required=False)


class CodeForm(forms.Form):
    """What a buyer says who fetches an order."""

    code = forms.CharField(
        label=_("Pickup code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
        ),
    )


class ShipForm(forms.Form):
    """One parcel: how much of each open line, and how it travels."""

    carrier = forms.CharField(label=_("Carrier"), max_length=60, required=False)
    tracking = forms.CharField(
        label=_("Tracking number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )
    location = forms.ModelChoiceField(
        label=_("Leaves from"),
        queryset=Location.objects.none(),
        required=False,
        empty_label=_("By the order's stock"),
    )

    def __init__(self, lines: Sequence[OrderLine], method: str, *args: Any) -> None:
        super().__init__(*args)
        self.open_lines = [line for line in lines if line.open_quantity]
        places = Location.objects.filter(is_active=True).order_by("priority", "id")
        self.fields["location"].queryset = places  # type: ignore[attr-defined]
        if len(places) < 2:  # noqa: PLR2004  nothing to choose from
            del self.fields["location"]
        for name in ("carrier", "tracking"):
            self.fields[name].required = method in _CARRIED
        for line in self.open_lines:
            self.fields[_name(line)] = forms.IntegerField(
                label=str(line.snapshot.get("title", "")),
                min_value=0,
                max_value=line.open_quantity,
                initial=line.open_quantity,
            )

    def rows(self) -> list[tuple[OrderLine, forms.BoundField]]:
        """Return the open lines with the field of each."""
        return [(line, self[_name(line)]) for line in self.open_lines]

    def quantities(self) -> dict[UUID, int]:
        """Return how much of each line leaves; lines of nothing are left out."""
        given = {line.pk: int(self.cleaned_data[_name(line)]) for line in self.open_lines}
        return {key: quantity for key, quantity in given.items() if quantity}

    def clean(self) -> dict[str, Any]:
        """Check that something is in the parcel."""
        values = super().clean() or {}
        given = [values.get(_name(line)) for line in self.open_lines]
        if not any(given) and None not in given:
            self.add_error(None, _("Nothing would be in this parcel."))
        return values


def _name(line: OrderLine) -> str:
    return f"quantity_{line.public_id}"


class ReasonForm(forms.Form):
    """Why an order is cancelled."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("The buyer reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = forms.CharField(
        label=_("Note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReviewForm(forms.Form):
    """What somebody found on the account."""

    verdict = forms.ChoiceField(
        label=_("Has the money come?"),
        choices=[(Verdict.CONFIRM, _("Yes, it is there")), (Verdict.REJECT, _("No, reject it"))],
    )
    received = forms.CharField(
        label=_("Amount on the account"),
        max_length=24,
        required=False,
        help_text=_("Type it in as you see it there."),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    reference = forms.CharField(label=_("The bank's reference"), max_length=120, required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        """Check that a confirmation names the amount."""
        values = super().clean() or {}
        if values.get("verdict") == Verdict.CONFIRM and not values.get("received"):
            self.add_error("received", _("This is needed."))
        return values


class SheetForm(forms.Form):
    """A spreadsheet of parcels."""

    file = forms.FileField(
        label=_("Spreadsheet (CSV or XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )


class TagsForm(forms.Form):
    """By what colleagues find an order again."""

    tags = forms.CharField(
        label=_("Tags"), max_length=900, required=False, help_text=_("With commas between them.")
    )

    def names(self) -> list[str]:
        """Return the tags that were given."""
        text = self.cleaned_data["tags"].replace("，", ",")
        return [name.strip() for name in text.split(",") if name.strip()]
