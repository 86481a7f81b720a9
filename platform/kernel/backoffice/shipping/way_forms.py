"""Forms of ways to ship."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.backoffice.countries import CountriesField
from kernel.backoffice.orders.change_forms import AmountField
from kernel.backoffice.shipping.forms import KiloField, kilos
from kernel.backoffice.stock.forms import RegionField
from kernel.common.money import Money
from kernel.inventory.models import Location
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.carriers import carrier_choices
from kernel.shipping.choices import Combining
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.nearby import Band, Nearby, nearby_of
from kernel.shipping.services import ShippingTerms
from kernel.shipping.services.methods import MOST_DISTRICTS

_LEAST_ROWS: Final = 4
_METRES: Final = 1000
_FARTHEST_KM: Final = 500


class WayForm(forms.Form):
    """What every way to ship has."""

    code = forms.SlugField(
        label=_("Short code"), max_length=40, help_text=_("Small letters, digits and hyphens.")
    )
    position = forms.IntegerField(
        label=_("Place in the list"),
        min_value=0,
        max_value=30_000,
        initial=0,
        help_text=_("The first one that reaches the buyer is chosen until he chooses."),
    )
    countries = CountriesField(
        label=_("Countries"),
        help_text=_("By name, with commas between them. Left empty, it is offered everywhere."),
    )
    is_active = forms.BooleanField(label=_("Is offered"), required=False, initial=True)

    def __init__(
        self, method: str, currency: str, *args: Any, is_new: bool = True, **options: Any
    ) -> None:
        self.method, self.currency = method, currency
        super().__init__(*args, **options)
        self.bands_shown = self._rows("km_")
        self.districts_shown = self._rows("district_")
        names = {
            f"name_{code}": forms.CharField(label=f"{_('Name')} ({name})", max_length=80)
            for code, name in settings.LANGUAGES
        }
        self.fields = {**names, **self.fields}
        if not is_new:
            del self.fields["code"]
        fee = _("For every parcel, on top") if method != FulfilmentMethod.PICKUP else _("Fee")
        self.fields["fee"] = AmountField(currency, label=fee, required=False)
        if method == FulfilmentMethod.EXPRESS:
            self._add_express()
        else:
            places = [(str(row.pk), row.name) for row in Location.objects.order_by("priority")]
            label = _("Fetched at") if method == FulfilmentMethod.PICKUP else _("Brought from")
            self.fields["location"] = forms.ChoiceField(
                label=label, required=False, choices=[("", "—"), *places]
            )
        if method == FulfilmentMethod.SAME_CITY:
            self._add_nearby()

    def _rows(self, prefix: str) -> int:
        """Return how many rows there are: those that are filled, and some to fill."""
        told = self.data if self.is_bound else self.initial
        filled = sum(name.startswith(prefix) for name in told)
        rows = filled if self.is_bound else filled + _LEAST_ROWS
        return min(max(rows, _LEAST_ROWS), MOST_DISTRICTS)

    def _add_express(self) -> None:
        self.fields["insurance"] = AmountField(
            self.currency,
            label=_("Insurance"),
            required=False,
            help_text=_("For every parcel, if the buyer wants it. Left empty, none is offered."),
        )
        rows = FreightTemplate.objects.filter(currency=self.currency).order_by("name")
        self.fields["template"] = forms.ChoiceField(
            label=_("Freight template"),
            required=False,
            choices=[("", _("None: it costs nothing")), *((str(row.pk), row.name) for row in rows)],
            help_text=_("For products that name no template of their own."),
        )
        self.fields["combining"] = forms.ChoiceField(
            label=_("Goods of several templates in one parcel"), choices=Combining.choices
        )
        self.fields["carrier"] = forms.ChoiceField(
            label=_("Who is asked for prices"),
            required=False,
            choices=carrier_choices(),
            help_text=_("When nobody answers, the freight template counts, if there is one."),
        )
        self.fields["carrier_url"] = forms.CharField(
            label=_("Address that is asked"),
            required=False,
            max_length=2000,
            help_text=_("With https://. It is told weight, size, worth and where it goes."),
        )
        self.fields["carrier_token"] = forms.CharField(
            label=_("Token for it"),
            required=False,
            max_length=500,
            help_text=_("Sealed, and never shown again. Leave it empty to keep the present one."),
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )

    def _add_nearby(self) -> None:
        for name, text in (("latitude", _("Latitude")), ("longitude", _("Longitude"))):
            self.fields[name] = forms.FloatField(label=text, required=False, localize=False)
        for number in range(self.bands_shown):
            self.fields[f"km_{number}"] = forms.DecimalField(
                label=_("Up to (km)"), required=False, min_value=0, max_value=_FARTHEST_KM,
                decimal_places=3, localize=False,
            )  # fmt: skip
            for name, text in (
                ("band_fee", _("Delivery fee")),
                ("least", _("Goods worth at least")),
                ("free", _("Free from")),
            ):
                self.fields[f"{name}_{number}"] = AmountField(
                    self.currency, label=text, required=False
                )
        for number in range(self.districts_shown):
            region = RegionField()
            region.label, region.help_text = _("District"), ""
            self.fields[f"district_{number}"] = region
            self.fields[f"away_{number}"] = forms.DecimalField(
                label=_("How far (km)"), required=False, min_value=0, max_value=_FARTHEST_KM,
                decimal_places=3, localize=False,
            )  # fmt: skip
        self.fields["included"] = KiloField(label=_("Weight included (kg)"), required=False)
        self.fields["kilo"] = AmountField(
            self.currency, label=_("Each further kilogram"), required=False
        )
        for name, field in self.fields.items():
            if name.rpartition("_")[2].isdigit():
                field.widget.attrs["aria-label"] = f"{field.label} {name.rpartition('_')[2]}"

    def bands(self) -> list[list[forms.BoundField]]:
        """Return the fields of each distance."""
        names = ("km", "band_fee", "least", "free")
        return [[self[f"{name}_{number}"] for name in names] for number in range(self.bands_shown)]

    def districts(self) -> list[list[forms.BoundField]]:
        """Return the fields of each district."""
        names = ("district", "away")
        return [
            [self[f"{name}_{number}"] for name in names] for number in range(self.districts_shown)
        ]

    def told(self, code: str = "") -> ShippingTerms:
        """Return the way as services take it."""
        given = self.cleaned_data
        template, place = given.get("template"), given.get("location")
        return ShippingTerms(
            code=code or given["code"],
            names={language: given[f"name_{language}"] for language, _name in settings.LANGUAGES},
            method=self.method,
            currency=self.currency,
            countries=given["countries"],
            template_id=UUID(template) if template else None,
            combining=given.get("combining") or Combining.FIRST_ONCE,
            fee_minor=given["fee"] or 0,
            insurance_minor=given.get("insurance") or None,
            carrier=given.get("carrier") or "",
            carrier_url=given.get("carrier_url") or "",
            carrier_token=given.get("carrier_token") or None,
            location_id=UUID(place) if place else None,
            nearby=self._nearby() if self.method == FulfilmentMethod.SAME_CITY else Nearby(),
            position=given["position"],
            is_active=given["is_active"],
        )

    def _nearby(self) -> Nearby:
        given = self.cleaned_data
        bands = [
            Band(
                up_to_m=int(given[f"km_{number}"] * _METRES),
                fee_minor=given[f"band_fee_{number}"] or 0,
                least_minor=given[f"least_{number}"] or 0,
                free_from_minor=given[f"free_{number}"],
            )
            for number in range(self.bands_shown)
            if given[f"km_{number}"]
        ]
        districts = {
            given[f"district_{number}"]: int((given[f"away_{number}"] or 0) * _METRES)
            for number in range(self.districts_shown)
            if given[f"district_{number}"]
        }
        return Nearby(
            latitude=given["latitude"],
            longitude=given["longitude"],
            bands=tuple(bands),
            districts=districts,
            included_grams=given["included"],
            kilo_minor=given["kilo"] or 0,
        )


def way_initial(row: ShippingMethod) -> dict[str, Any]:
    """Return what the form of a way begins with."""
    found: dict[str, Any] = {
        **{f"name_{code}": text for code, text in row.names.items()},
        "position": row.position,
        "countries": list(row.countries),
        "is_active": row.is_active,
        "fee": _amount(row.fee_minor, row.currency),
        "insurance": _amount(row.insurance_minor, row.currency),
        "template": str(row.template_id or ""),
        "combining": row.combining,
        "carrier": row.carrier,
        "carrier_url": row.carrier_terms.get("url", ""),
        "location": str(row.location_id or ""),
    }
    if row.method == FulfilmentMethod.SAME_CITY:
        found |= _nearby_initial(nearby_of(row.nearby), row.currency)
    return found


def _nearby_initial(nearby: Nearby, currency: str) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "latitude": nearby.latitude,
        "longitude": nearby.longitude,
        "included": kilos(nearby.included_grams),
        "kilo": _amount(nearby.kilo_minor, currency),
    }
    for number, band in enumerate(nearby.bands):
        found |= {
            f"km_{number}": kilos(band.up_to_m),
            f"band_fee_{number}": Money(band.fee_minor, currency).decimal(),
            f"least_{number}": _amount(band.least_minor, currency),
            f"free_{number}": _amount(band.free_from_minor, currency),
        }
    for number, (code, metres) in enumerate(nearby.districts.items()):
        found |= {f"district_{number}": code, f"away_{number}": kilos(metres)}
    return found


def _amount(minor: int | None, currency: str) -> str:
    return Money(minor, currency).decimal() if minor else ""
