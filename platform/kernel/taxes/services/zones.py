"""Keeps the tax zones and their rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.taxes.book import EXEMPT, STANDARD
from kernel.taxes.errors import InvalidTax, TaxZonesOverlap, UnknownTaxZone
from kernel.taxes.models import TaxClass, TaxRate, TaxZone
from kernel.taxes.services.checks import (
    checked_code,
    checked_countries,
    checked_names,
    checked_regions,
)
from kernel.taxes.services.policy import tell

MOST_RATES: Final = 60
_LONGEST_NAME: Final = 80
_HIGHEST_PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class RateTerms:
    """A rate, as it is set; see `TaxRate`."""

    tax_class: str
    names: Mapping[str, str]
    ppm: int
    is_compound: bool = False


@dataclass(frozen=True, slots=True)
class ZoneTerms:
    """A zone, as it is set; see `TaxZone`. Rates of one class hold in their order."""

    code: str
    name: str
    countries: Sequence[str] = ()
    regions: Sequence[str] = ()
    is_included: bool = True
    position: int = 0
    rates: Sequence[RateTerms] = field(default_factory=tuple)


@transaction.atomic
def save_zone(terms: ZoneTerms, *, zone_id: UUID | None = None, actor: Actor) -> TaxZone:
    """Add a zone, or change one, with all its rates.

    Raises:
        InvalidTax: a value cannot be kept.
        TaxZonesOverlap: another zone names one of its places.
        UnknownTaxZone: there is none with this id.
    """
    kept = _checked(terms)
    # One change at a time, so that two cannot name the same place at once.
    others = list(TaxZone.objects.select_for_update().order_by("pk"))
    row = next((each for each in others if each.pk == zone_id), None)
    if zone_id is not None and row is None:
        raise UnknownTaxZone
    before = None if row is None else {name: getattr(row, name) for name in kept}
    row = row or TaxZone()
    _check_places(kept, [each for each in others if each.pk != row.pk])
    for name, value in kept.items():
        setattr(row, name, value)
    row.save()
    rates = _rates(row, terms.rates)
    TaxRate.objects.filter(zone=row).delete()
    TaxRate.objects.bulk_create(rates)
    told = {**kept, "rates": [asdict(each) for each in terms.rates]}
    record(action="taxes.zone_saved", actor=actor, obj=row, before=before, after=told)
    tell("zone")
    return row


@transaction.atomic
def name_rate(rate: TaxRate, names: Mapping[str, str], *, actor: Actor) -> None:
    """Say what buyers read of a rate; orders keep what they were taxed by.

    Raises:
        InvalidTax: no name is left, or one is too long.
    """
    before, rate.names = rate.names, checked_names(names)
    rate.save(update_fields=["names"])
    record(
        action="taxes.rate_named",
        actor=actor,
        obj=rate.zone,
        before={"names": before},
        after={"names": rate.names},
    )
    tell("zone")


@transaction.atomic
def delete_zone(zone_id: UUID, *, actor: Actor) -> None:
    """Delete a zone with its rates; orders keep what they were taxed by.

    Raises:
        UnknownTaxZone: there is none.
    """
    row = TaxZone.objects.select_for_update().filter(pk=zone_id).first()
    if row is None:
        raise UnknownTaxZone
    record(action="taxes.zone_deleted", actor=actor, obj=row, before={"name": row.name})
    row.delete()
    tell("zone")


def _checked(terms: ZoneTerms) -> dict[str, object]:
    name = " ".join(terms.name.replace("\x00", "").split())
    if not 0 < len(name) <= _LONGEST_NAME:
        text = _("A name of at most %(number)s letters is needed.") % {"number": _LONGEST_NAME}
        raise InvalidTax(text, field="name")
    countries = checked_countries(terms.countries)
    return {
        "code": checked_code(terms.code),
        "name": name,
        "countries": countries,
        "regions": checked_regions(terms.regions, countries),
        "is_included": terms.is_included,
        "position": max(0, min(terms.position, 1000)),
    }


def _check_places(kept: Mapping[str, object], others: Sequence[TaxZone]) -> None:
    countries, regions = _texts(kept["countries"]), _texts(kept["regions"])
    for other in others:
        if other.code == kept["code"]:
            raise InvalidTax(_("Another zone has this code."), field="code")
        if not countries and not other.countries:
            raise TaxZonesOverlap(field="countries", place="")
        shared = sorted(set(countries) & set(other.countries))
        twice = sorted(set(regions) & set(other.regions))
        if shared and bool(regions) == bool(other.regions) and (twice or not regions):
            raise TaxZonesOverlap(
                _("%(place)s is in the zone %(zone)s already.")
                % {"place": (twice or shared)[0], "zone": other.name},
                field="regions" if twice else "countries",
                place=(twice or shared)[0],
            )


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _rates(zone: TaxZone, terms: Sequence[RateTerms]) -> list[TaxRate]:
    known = {STANDARD, *TaxClass.objects.values_list("code", flat=True)}
    if len(terms) > MOST_RATES:
        raise InvalidTax(_("These are too many rates."), field="rates")
    places: dict[str, int] = defaultdict(int)
    found = []
    for each in terms:
        if each.tax_class == EXEMPT or each.tax_class not in known:
            raise InvalidTax(_("There is no such tax class."), field="rates")
        if not 0 <= each.ppm <= _HIGHEST_PPM:
            raise InvalidTax(_("A rate is from 0 to 100 %."), field="rates")
        found.append(
            TaxRate(
                zone=zone,
                tax_class=each.tax_class,
                names=checked_names(each.names, field="rates"),
                ppm=each.ppm,
                is_compound=each.is_compound and places[each.tax_class] > 0,
                position=places[each.tax_class],
            )
        )
        places[each.tax_class] += 1
    return found
