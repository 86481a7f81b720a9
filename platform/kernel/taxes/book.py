"""What a shop taxes, and how; kept by each process, see `kernel.common.books`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.common.books import Book as Kept
from kernel.i18n.languages import in_any
from kernel.orders.taxes import RateShare
from kernel.taxes.choices import ExemptionState, FreightTax, Rounding
from kernel.taxes.models import Exemption, TaxClass, TaxPolicy, TaxRate, TaxZone

STANDARD: Final = "standard"
EXEMPT: Final = "exempt"
"""Goods that nobody taxes anywhere; imports name them so."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate; see `TaxRate`."""

    code: str
    names: Mapping[str, str]
    ppm: int
    is_compound: bool


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone with its rates, by tax class."""

    code: str
    countries: frozenset[str]
    regions: tuple[str, ...]
    is_included: bool
    rates: Mapping[str, tuple[Rate, ...]]

    def shares(self, tax_class: str, language: str, *, exempt: str = "") -> tuple[RateShare, ...]:
        """Return the rates for goods of a class, in a buyer's language, without amounts.

        A class that the zone has no rates for is not taxed there.
        """
        rates = self.rates.get(tax_class, ())
        return tuple(
            RateShare(
                code=rate.code,
                name=in_any(rate.names, language),
                ppm=rate.ppm,
                is_compound=rate.is_compound,
                is_included=self.is_included,
                exempt=exempt,
            )
            for rate in rates
        )


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that a quote needs; see `TaxPolicy`."""

    is_on: bool = False
    rounding: str = Rounding.LINE
    freight: str = FreightTax.GOODS
    freight_class: str = STANDARD
    home: str = ""
    provider: str = ""
    zones: tuple[Zone, ...] = ()
    classes: frozenset[str] = frozenset()
    has_exemptions: bool = False

    def zone_for(self, address: Mapping[str, str]) -> Zone | None:
        """Return the zone of an address: the smallest region, then the country, then the rest.

        Without an address it is the home country's.
        """
        country = (address.get("country", "") or self.home).upper()
        region = address.get("region_code", "")
        best: tuple[int, Zone] | None = None
        for zone in self.zones:
            rank = _rank(zone, country, region)
            if rank is not None and (best is None or rank > best[0]):
                best = rank, zone
        return best[1] if best else None

    def class_of(self, code: str) -> str:
        """Return a tax class that the shop knows."""
        return code if code in self.classes else STANDARD


def current_book() -> Book:
    """Return what the current tenant taxes; no statement unless it has changed."""
    return _KEPT.current()


def renew() -> None:
    """Have every process read it anew once this transaction is committed."""
    _KEPT.renew()


def prices_include_tax(address: Mapping[str, str] | None = None) -> bool:
    """Tell whether prices hold taxes for an address; without one, in the home country."""
    book = current_book()
    zone = book.zone_for(address or {}) if book.is_on else None
    return zone is not None and zone.is_included and bool(zone.rates)


def _rank(zone: Zone, country: str, region: str) -> int | None:
    if not zone.countries:
        return 0
    if country not in zone.countries:
        return None
    if not zone.regions:
        return 1
    fitting = [len(each) for each in zone.regions if region.startswith(each)]
    return 1 + max(fitting) if fitting else None


def _read() -> Book:
    row = TaxPolicy.objects.filter(pk=1).first()
    if row is None or not row.is_on:
        return Book()
    rates: dict[UUID, dict[str, list[TaxRate]]] = {}
    for rate in TaxRate.objects.order_by("zone_id", "tax_class", "position"):
        own = rates.setdefault(rate.zone_id, {}).setdefault(rate.tax_class, [])
        own.append(rate)
    zones = tuple(
        Zone(
            code=zone.code,
            countries=frozenset(zone.countries),
            regions=tuple(zone.regions),
            is_included=zone.is_included,
            rates={
                name: tuple(_rate(zone, each) for each in found)
                for name, found in rates.get(zone.pk, {}).items()
            },
        )
        for zone in TaxZone.objects.order_by("position", "id")
    )
    return Book(
        is_on=True,
        rounding=row.rounding,
        freight=row.freight,
        freight_class=row.freight_class,
        home=row.home,
        provider=row.provider,
        zones=zones,
        classes=frozenset({STANDARD, EXEMPT, *TaxClass.objects.values_list("code", flat=True)}),
        has_exemptions=Exemption.objects.filter(state=ExemptionState.GRANTED).exists(),
    )


def _rate(zone: TaxZone, row: TaxRate) -> Rate:
    code = f"{zone.code}.{row.tax_class}.{row.position}"
    return Rate(code, row.names, row.ppm, row.is_compound)


_KEPT: Final = Kept("taxes", _read)
