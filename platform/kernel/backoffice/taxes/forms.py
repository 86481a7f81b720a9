"""Forms about taxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, cast

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.countries import CountriesField, RegionsField
from kernel.backoffice.pieces import NarrowForm
from kernel.orders.taxes import WHOLE
from kernel.taxes.book import EXEMPT
from kernel.taxes.choices import ExemptionState, FreightTax, Rounding
from kernel.taxes.models import TaxRate, TaxZone
from kernel.taxes.providers import provider_choices
from kernel.taxes.selectors import class_choices
from kernel.taxes.services import Policy, RateTerms, ZoneTerms

_SPARE: Final = 3
_PERCENT: Final = 100


class PolicyForm(forms.Form):
    """How the shop taxes its orders."""

    is_on = forms.BooleanField(label=_("Orders are taxed"), required=False)
    home = forms.CharField(
        label=_("Country of the shop"),
        max_length=2,
        required=False,
        help_text=_("Two letters: CN, GB. It counts until the buyer has said where to."),
    )
    rounding = forms.ChoiceField(label=_("Rounding"), choices=Rounding.choices)
    freight = forms.ChoiceField(label=_("Tax on shipping"), choices=FreightTax.choices)
    freight_class = forms.ChoiceField(
        label=_("Tax class of shipping"),
        help_text=_("Counts when shipping has a tax class of its own."),
    )
    provider = forms.ChoiceField(label=_("Where rates come from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "freight_class", class_choices(get_language() or ""))
        _choices(self, "provider", provider_choices())

    def told(self) -> Policy:
        """Return the choices."""
        return Policy(**self.cleaned_data)


class ClassForm(forms.Form):
    """A tax class."""

    code = forms.SlugField(
        label=_("Short code"),
        max_length=40,
        help_text=_("Products and imports name it: reduced, food."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, name in settings.LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(
                label=f"{_('Name')} ({name})", max_length=80, required=False
            )

    def names(self) -> dict[str, str]:
        """Return the names, by language."""
        return {code: self.cleaned_data[f"name_{code}"] for code, _name in settings.LANGUAGES}


class ZoneForm(forms.Form):
    """Places with the same taxes, and their rates."""

    name = forms.CharField(label=_("Name"), max_length=80)
    code = forms.SlugField(label=_("Short code"), max_length=40)
    countries = CountriesField(
        label=_("Countries"),
        help_text=_("By name, with commas between them. Empty: the rest of the world."),
    )
    regions = RegionsField(
        label=_("Regions"),
        help_text=_("Parts of one country, by name or by how their codes begin: 上海市, 44."),
    )
    is_included = forms.BooleanField(label=_("Prices include tax"), required=False)

    def __init__(self, *args: Any, rows: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [pair for pair in class_choices(get_language() or "") if pair[0] != EXEMPT]
        self.rows = rows + _SPARE
        for number in range(self.rows):
            fields: dict[str, forms.Field] = {
                "class": forms.ChoiceField(
                    label=_("Tax class"), required=False, choices=[("", "—"), *known]
                ),
                **{
                    f"name_{code}": forms.CharField(
                        label=f"{_('Name')} ({name})", max_length=80, required=False
                    )
                    for code, name in settings.LANGUAGES
                },
                "percent": forms.DecimalField(
                    label=_("Percent"),
                    max_digits=7,
                    decimal_places=4,
                    min_value=Decimal(0),
                    max_value=Decimal(100),
                    required=False,
                ),
                "compound": forms.BooleanField(label=_("On top of the one before"), required=False),
            }
            for part, field in fields.items():
                field.widget.attrs["aria-label"] = str(field.label)
                self.fields[f"rate_{number}_{part}"] = field

    def rates(self) -> Iterator[list[forms.BoundField]]:
        """Yield the fields of each rate."""
        for number in range(self.rows):
            yield [self[name] for name in self.fields if name.startswith(f"rate_{number}_")]

    def heads(self) -> list[Any]:
        """Return what stands above the fields of rates."""
        return [field.label for field in next(self.rates())]

    def _further_names(self, number: int, tax_class: str) -> dict[str, str]:
        """Return translations that the form does not show, as long as the rate is the same."""
        if self.initial.get(f"rate_{number}_class") != tax_class:
            return {}
        prefix = f"rate_{number}_name_"
        told = {key: str(text) for key, text in self.initial.items() if key.startswith(prefix)}
        return {key.removeprefix(prefix): text for key, text in told.items()}

    def told(self, position: int) -> ZoneTerms:
        """Return the zone as services take it; rows without a class are not taken."""
        given = self.cleaned_data
        rates = []
        for number in range(self.rows):
            own = {part: given.get(f"rate_{number}_{part}") for part in ("class", "percent")}
            if not own["class"]:
                continue
            names = {code: given[f"rate_{number}_name_{code}"] for code, _n in settings.LANGUAGES}
            names = {**self._further_names(number, str(own["class"])), **names}
            rates.append(
                RateTerms(
                    tax_class=str(own["class"]),
                    names=names,
                    ppm=int((own["percent"] or Decimal(0)) * WHOLE / _PERCENT),
                    is_compound=bool(given[f"rate_{number}_compound"]),
                )
            )
        return ZoneTerms(
            code=given["code"],
            name=given["name"],
            countries=given["countries"],
            regions=given["regions"],
            is_included=given["is_included"],
            position=position,
            rates=rates,
        )


class ExemptionFilter(NarrowForm):
    """Which exemptions a list shows."""

    text = forms.CharField(required=False, max_length=100, label=_("Name or number"))
    state = forms.ChoiceField(
        required=False, label=_("State"), choices=[("", _("All")), *ExemptionState.choices]
    )


class DecisionForm(forms.Form):
    """What becomes of an exemption."""

    valid_until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(label=_("Reason, for the member"), max_length=300, required=False)


def zone_initial(zone: TaxZone, rates: Sequence[TaxRate]) -> dict[str, Any]:
    """Return a zone as its form shows it."""
    found: dict[str, Any] = {
        "name": zone.name,
        "code": zone.code,
        "countries": list(zone.countries),
        "regions": list(zone.regions),
        "is_included": zone.is_included,
    }
    for number, rate in enumerate(rates):
        found |= {
            f"rate_{number}_class": rate.tax_class,
            f"rate_{number}_percent": f"{Decimal(rate.ppm) * _PERCENT / WHOLE:f}",
            f"rate_{number}_compound": rate.is_compound,
            **{f"rate_{number}_name_{code}": name for code, name in rate.names.items()},
        }
    return found


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    cast("forms.ChoiceField", form.fields[name]).choices = choices
