"""Forms of the stock: lists, corrections, counts, transfers, locations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.goods import variant_name
from kernel.backoffice.pieces import NarrowForm
from kernel.catalogue.models import Variant
from kernel.inventory.choices import LocationKind, MovementKind, RoutingRule, TransferState
from kernel.inventory.models import Location, StockItem, TransferLine
from kernel.inventory.selectors import locations_for
from kernel.inventory.values import MOST_QUANTITY, Want
from kernel.members.regions import path_of, regions_named, written

VIEW, MANAGE = "stock.view", "stock.manage"
_FOREIGN: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)
_MOST_OFFERED: Final = 6


def place_field(**options: Any) -> forms.ModelChoiceField[Location]:
    """Return a field for one of the locations that somebody may use."""
    return forms.ModelChoiceField(queryset=Location.objects.none(), **options)


def offer_places(form: forms.Form, *names: str, permission: str, only_active: bool = False) -> None:
    """Let fields choose among the locations for which a permission holds."""
    rows = locations_for(permission)
    for name in names:
        field = form.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  the caller names such
        field.queryset = rows.filter(is_active=True) if only_active else rows


class StockFilter(NarrowForm):
    """Which stock a list shows."""

    text = forms.CharField(required=False, max_length=80, label=_("Name or SKU"))
    location = place_field(required=False, label=_("Location"), empty_label=_("All"))
    low = forms.ChoiceField(
        required=False, label=_("Stock"), choices=[("", _("All")), ("1", _("Little is left"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, "location", permission=VIEW)


class MovementFilter(NarrowForm):
    """Which movements a list shows."""

    text = forms.CharField(required=False, max_length=80, label=_("Name or SKU"))
    kind = forms.ChoiceField(
        required=False, label=_("Kind of movement"), choices=[("", _("All")), *MovementKind.choices]
    )
    location = place_field(required=False, label=_("Location"), empty_label=_("All"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, "location", permission=VIEW)


class TransferFilter(NarrowForm):
    """Which transfers a list shows."""

    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("All")), *TransferState.choices]
    )


class CorrectForm(forms.Form):
    """So many more or less, with the reason."""

    by = forms.IntegerField(
        label=_("By how many"),
        min_value=-MOST_QUANTITY,
        max_value=MOST_QUANTITY,
        help_text=_("With a minus in front when pieces are gone."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean_by(self) -> int:
        """Check that it changes something."""
        by = int(self.cleaned_data["by"])
        if not by:
            raise forms.ValidationError(_("Nothing would change."))
        return by


class ReceiveForm(forms.Form):
    """Goods that came in."""

    pieces = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=MOST_QUANTITY)
    reason = forms.CharField(label=_("Delivery note or remark"), max_length=200, required=False)


class LevelsForm(forms.Form):
    """What is kept back, and from when on little is left."""

    safety = forms.IntegerField(
        label=_("Kept back from sale"), min_value=0, max_value=MOST_QUANTITY
    )
    low_at = forms.IntegerField(
        label=_("Warn when so few are left"), min_value=0, max_value=MOST_QUANTITY
    )


class CountForm(forms.Form):
    """What was counted of some stock; what is left empty was not counted."""

    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, items: Sequence[StockItem], data: Any = None) -> None:
        super().__init__(data)
        self.items = items
        for item in items:
            field = forms.IntegerField(required=False, min_value=0, max_value=MOST_QUANTITY)
            field.widget.attrs["aria-label"] = f"{_('Counted')}: {variant_name(item.variant)}"
            self.fields[f"counted_{item.public_id}"] = field

    def rows(self) -> Iterator[tuple[StockItem, str, forms.BoundField]]:
        """Yield the stock with the field of each."""
        for item in self.items:
            yield item, variant_name(item.variant), self[f"counted_{item.public_id}"]

    def counted(self) -> list[Want]:
        """Return what was counted."""
        given = [(item, self.cleaned_data[f"counted_{item.public_id}"]) for item in self.items]
        return [Want(item.variant_id, number) for item, number in given if number is not None]


class TransferForm(forms.Form):
    """From where to where, and how many of each."""

    source = place_field(label=_("From"), empty_label=None)
    destination = place_field(label=_("To"), empty_label=None)
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, variants: Sequence[Variant], data: Any = None) -> None:
        super().__init__(data)
        self.variants = variants
        offer_places(self, "source", permission=MANAGE, only_active=True)
        destination = self.fields["destination"]
        destination.queryset = Location.objects.filter(is_active=True).order_by("priority", "id")  # type: ignore[attr-defined]
        for variant in variants:
            field = forms.IntegerField(required=False, min_value=0, max_value=MOST_QUANTITY)
            field.widget.attrs["aria-label"] = f"{_('Pieces')}: {variant_name(variant)}"
            self.fields[f"pieces_{variant.public_id}"] = field

    def rows(self) -> Iterator[tuple[Variant, str, forms.BoundField]]:
        """Yield what may be sent, with its name and field."""
        for variant in self.variants:
            yield variant, variant_name(variant), self[f"pieces_{variant.public_id}"]

    def wants(self) -> list[Want]:
        """Return what is sent."""
        given = [(item, self.cleaned_data[f"pieces_{item.public_id}"]) for item in self.variants]
        return [Want(item.pk, pieces) for item, pieces in given if pieces]

    def clean(self) -> dict[str, Any]:
        """Check that the goods go somewhere."""
        values = super().clean() or {}
        if values.get("source") and values.get("source") == values.get("destination"):
            self.add_error("destination", _("This is where the goods are."))
        return values


class ArrivalForm(forms.Form):
    """How many of each line arrived."""

    def __init__(self, lines: Sequence[TransferLine], data: Any = None) -> None:
        super().__init__(data)
        self.lines = lines
        for line in lines:
            field = forms.IntegerField(min_value=0, max_value=line.quantity, initial=line.quantity)
            field.widget.attrs["aria-label"] = f"{_('Arrived')}: {variant_name(line.variant)}"
            self.fields[f"arrived_{line.pk.hex}"] = field

    def rows(self) -> Iterator[tuple[TransferLine, str, forms.BoundField]]:
        """Yield the lines with the field of each."""
        for line in self.lines:
            yield line, variant_name(line.variant), self[f"arrived_{line.pk.hex}"]

    def arrived(self) -> list[Want]:
        """Return what arrived."""
        return [
            Want(line.variant_id, self.cleaned_data[f"arrived_{line.pk.hex}"])
            for line in self.lines
        ]


class RegionField(forms.CharField):
    """A region by its name, or by its code where names are not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=_("Region"),
            max_length=80,
            required=False,
            help_text=_(
                "City or district, to find what is nearest to a buyer. Outside China the "
                "country's two letters, and its part: US-NY."
            ),
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        """Show a code by its name."""
        return written(value) or value if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        """Return the code of what was named.

        Raises:
            ValidationError: there is no such region, or there are several.
        """
        text = str(super().clean(value) or "")
        if not text or path_of(text) or _FOREIGN.fullmatch(text.upper()):
            return text.upper()
        found = regions_named(text)
        if not found:
            raise forms.ValidationError(_("There is no such region."))
        # Of a city and its district of the same name, the city was named.
        if len(found) > 1 and len(found[0].code.rstrip("0")) == len(found[1].code.rstrip("0")):
            names = "、".join(written(each.code) for each in found[:_MOST_OFFERED])
            raise forms.ValidationError(_("Which one? %(names)s") % {"names": names})
        return found[0].code


class RoutingForm(forms.Form):
    """Which locations serve orders."""

    routing = forms.ChoiceField(
        label=_("What serves an order"),
        choices=RoutingRule.choices,
        help_text=_(
            "Nearest: the smallest area around the address that has everything, by the regions "
            "of the locations."
        ),
    )


class LocationForm(forms.Form):
    """The particulars of a place with stock."""

    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind"), choices=LocationKind.choices)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    region_code = RegionField()
    priority = forms.IntegerField(
        label=_("Order of use"),
        min_value=0,
        max_value=32_767,
        help_text=_("Of two places that could serve an order, the lower number does."),
    )
    is_active = forms.BooleanField(label=_("Serves orders"), required=False)


class NewLocationForm(LocationForm):
    """A place that is not there yet."""

    code = forms.SlugField(
        label=_("Short code"), max_length=40, help_text=_("Small letters, digits and hyphens.")
    )
    field_order = ("name", "code", "kind", "region_code", "address", "priority", "is_active")
