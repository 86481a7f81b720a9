"""Forms of freight templates: the particulars, one line of regions, the calculator."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.orders.change_forms import AmountField
from kernel.backoffice.stock.forms import RegionField
from kernel.common.money import Money
from kernel.shipping.checks import LARGEST_UNITS
from kernel.shipping.choices import FreeMatch, Measure
from kernel.shipping.counting import Load
from kernel.shipping.places import EVERYWHERE
from kernel.shipping.rules import Free, Rule

GRAMS: Final = 1000
UNITS: Final[dict[str, str | Promise]] = {
    Measure.PIECE: _("pieces"),
    Measure.WEIGHT: _("kg"),
    Measure.VOLUME: _("cm³"),
}


class KiloField(forms.DecimalField):
    """A weight in kilograms, kept in grams."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=0,
            max_value=LARGEST_UNITS // GRAMS,
            decimal_places=3,
            localize=False,
            **options,
        )

    def clean(self, value: Any) -> int | None:
        """Return it in grams."""
        found = super().clean(value)
        return None if found is None else int(found * GRAMS)


def kilos(grams: int | None) -> str:
    """Return a weight as people write it."""
    return "" if grams is None else f"{(Decimal(grams) / GRAMS).normalize():f}"


def unit_field(measure: str, **options: Any) -> forms.Field:
    """Return a field for how much a price covers."""
    if measure == Measure.WEIGHT:
        return KiloField(**options)
    return forms.IntegerField(min_value=0, max_value=LARGEST_UNITS, localize=False, **options)


def unit_text(measure: str, units: int) -> str:
    """Return how much a price covers, as a field shows it."""
    return kilos(units) if measure == Measure.WEIGHT else str(units)


class TemplateForm(forms.Form):
    """Name and measure."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Buyers see it where goods of several templates lie in one parcel."),
    )
    measure = forms.ChoiceField(label=_("Counted by"), choices=Measure.choices)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NewTemplateForm(TemplateForm):
    """A template that is not there yet; its regions come afterwards."""

    code = forms.SlugField(
        label=_("Short code"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens. Files of products name it; it stays."),
    )
    field_order = ("name", "code", "measure")


class PriceForm(forms.Form):
    """What a line of regions pays."""

    def __init__(self, measure: str, currency: str, *args: Any, **options: Any) -> None:
        self.measure, self.currency = measure, currency
        super().__init__(*args, **options)
        unit = UNITS[measure]
        self.fields["first"] = unit_field(measure, label=_("First (%(unit)s)") % {"unit": unit})
        self.fields["first_price"] = self._money(_("cost"))
        self.fields["more"] = unit_field(
            measure, label=_("Each further (%(unit)s)") % {"unit": unit}, required=False
        )
        self.fields["more_price"] = self._money(_("cost"))
        self.fields["free_amount"] = self._money(_("Goods worth at least"))
        self.fields["free_pieces"] = forms.IntegerField(
            label=_("Pieces, at least"), min_value=1, required=False, localize=False
        )
        self.fields["free_kilos"] = KiloField(label=_("Weight in kg, at most"), required=False)
        self.fields["free_match"] = forms.ChoiceField(
            label=_("Free when this holds"), choices=FreeMatch.choices
        )
        self.fields["surcharge"] = self._money(
            _("Surcharge for remote regions"),
            help_text=_("Once for a parcel, also when the delivery is free."),
        )

    def _money(self, label: Any, **options: Any) -> AmountField:
        return AmountField(self.currency, label=label, required=False, **options)

    def told(self, regions: tuple[str, ...]) -> Rule:
        """Return the line as services take it."""
        given = self.cleaned_data
        return Rule(
            regions=regions,
            first=given["first"] or 0,
            first_minor=given["first_price"] or 0,
            more=given["more"] or 0,
            more_minor=given["more_price"] or 0,
            surcharge_minor=given["surcharge"] or 0,
            free=Free(
                amount_minor=given["free_amount"],
                pieces=given["free_pieces"],
                grams=given["free_kilos"],
                match=given["free_match"],
            ),
        )


class LineForm(PriceForm):
    """A line of regions: what they pay, or that nothing is brought there."""

    delivers = forms.ChoiceField(
        label=_("These regions"),
        choices=[("yes", _("are served")), ("no", _("are not served"))],
        widget=forms.RadioSelect,
    )
    # Chosen beside the form, see `RegionPicking`; what is wrong with them is told here.
    regions = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["first"].required = False
        for code, name in settings.LANGUAGES:
            self.fields[f"reason_{code}"] = forms.CharField(
                label=f"{_('Why not')} ({name})", max_length=200, required=False
            )

    def reasons(self) -> list[forms.BoundField]:
        """Return the fields for reasons."""
        return [self[f"reason_{code}"] for code, _name in settings.LANGUAGES]

    def told(self, regions: tuple[str, ...]) -> Rule:
        """Return the line as services take it."""
        given = self.cleaned_data
        if given["delivers"] == "yes":
            return super().told(regions)
        texts = {code: given[f"reason_{code}"] for code, _name in settings.LANGUAGES}
        kept = {code: text for code, text in texts.items() if text}
        return Rule(regions=regions, delivers=False, reasons=kept)


def line_initial(rule: Rule, measure: str, currency: str) -> dict[str, Any]:
    """Return what the form of a line begins with."""

    def amount(minor: int | None) -> str:
        return Money(minor, currency).decimal() if minor else ""

    return {
        "delivers": "yes" if rule.delivers else "no",
        "first": unit_text(measure, rule.first),
        "first_price": amount(rule.first_minor),
        "more": unit_text(measure, rule.more) if rule.more else "",
        "more_price": amount(rule.more_minor),
        "surcharge": amount(rule.surcharge_minor),
        "free_amount": amount(rule.free.amount_minor),
        "free_pieces": rule.free.pieces,
        "free_kilos": kilos(rule.free.grams),
        "free_match": rule.free.match,
        **{f"reason_{code}": text for code, text in rule.reasons.items()},
    }


_USUAL_FIRST: Final[dict[str, int]] = {
    Measure.PIECE: 1,
    Measure.WEIGHT: GRAMS,
    Measure.VOLUME: GRAMS,
}


def new_line(measure: str, regions: tuple[str, ...] = (EVERYWHERE,)) -> Rule:
    """Return what a new line begins with."""
    return Rule(regions, first=_USUAL_FIRST[measure])


RULE_FIELDS: Final = {
    "first_minor": "first_price",
    "more_minor": "more_price",
    "surcharge_minor": "surcharge",
    "free.amount_minor": "free_amount",
    "free.pieces": "free_pieces",
    "free.grams": "free_kilos",
    "free.match": "free_match",
}
"""Which field of a line each refusal is about."""


class CalculatorForm(forms.Form):
    """A parcel, to try a template with."""

    region = RegionField()
    pieces = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=100_000, initial=1)
    weight = KiloField(label=_("Weight in kg"), required=False)
    volume = forms.IntegerField(
        label=_("Volume (cm³)"), min_value=0, max_value=LARGEST_UNITS, required=False
    )

    def __init__(self, currency: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        region = cast("forms.CharField", self.fields["region"])
        region.help_text = _("City or district; outside China the country's two letters.")
        self.fields["worth"] = AmountField(currency, label=_("Worth"), required=False)

    def load(self) -> Load:
        """Return the parcel."""
        given = self.cleaned_data
        return Load(
            key=0,
            pieces=given["pieces"],
            grams=given["weight"] or 0,
            cm3=given["volume"] or 0,
            worth_minor=given["worth"] or 0,
        )
