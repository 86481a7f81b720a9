"""Keeps the ways to ship."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common import outside
from kernel.common.money import DECIMALS, LARGEST_MINOR
from kernel.common.outbox.publishing import publish
from kernel.common.secrets.services import drop_secret, put_secret
from kernel.inventory.models import Location
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.carriers import HTTP, TEMPLATES, carrier_choices, purpose_of
from kernel.shipping.checks import CODE
from kernel.shipping.choices import METHODS, Combining
from kernel.shipping.errors import InvalidShippingMethod, UnknownMethod
from kernel.shipping.events import ShippingChanged
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.nearby import Nearby
from kernel.shipping.places import is_region

MOST_BANDS: Final = 12
MOST_DISTRICTS: Final = 200
FARTHEST_M: Final = 500_000
_HEAVIEST: Final = 1_000_000_000
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_LONGEST_NAME: Final = 80
_MOST_COUNTRIES: Final = 250
_LONGEST_TOKEN: Final = 500


@dataclass(frozen=True, slots=True)
class ShippingTerms:
    """A way to ship, as it is set; see `ShippingMethod`. Amounts in minor units.

    Attributes:
        carrier_token: sealed, and never shown again; None leaves the present one.
    """

    code: str
    names: Mapping[str, str]
    method: str
    currency: str
    countries: Sequence[str] = ()
    template_id: UUID | None = None
    combining: str = Combining.FIRST_ONCE
    fee_minor: int = 0
    insurance_minor: int | None = None
    carrier: str = TEMPLATES
    carrier_url: str = ""
    carrier_token: str | None = None
    location_id: UUID | None = None
    nearby: Nearby = field(default_factory=Nearby)
    position: int = 0
    is_active: bool = True


@transaction.atomic
def set_shipping_method(terms: ShippingTerms, *, actor: Actor) -> ShippingMethod:
    """Add a way to ship, or change the one with this code.

    Raises:
        InvalidShippingMethod: a particular cannot be used.
    """
    _check(terms)
    kept = asdict(terms)
    url, token = kept.pop("carrier_url"), kept.pop("carrier_token")
    told: dict[str, Any] = {
        **kept,
        "carrier_terms": {"url": url} if terms.carrier == HTTP else {},
        "names": dict(terms.names),
        "countries": list(terms.countries),
        "nearby": terms.nearby.data() if terms.method == FulfilmentMethod.SAME_CITY else {},
    }
    before = ShippingMethod.objects.filter(code=terms.code).values(*told).first()
    row, _made = ShippingMethod.objects.update_or_create(code=terms.code, defaults=told)
    if token is not None and terms.carrier:
        put_secret(purpose_of(row), {"token": token})
    elif not terms.carrier:
        drop_secret(purpose_of(row))
    record(action="shipping.method_set", actor=actor, obj=row, before=before, after=told)
    _tell(row, "changed" if before else "created")
    return row


@transaction.atomic
def name_shipping_method(method_id: UUID, names: Mapping[str, str], *, actor: Actor) -> None:
    """Call a way to ship something else.

    Raises:
        UnknownMethod: there is none.
        InvalidShippingMethod: it would have no name, or one that is too long.
    """
    row = ShippingMethod.objects.select_for_update().filter(pk=method_id).first()
    if row is None:
        raise UnknownMethod
    named = [name.strip() for name in names.values()]
    if not named or not all(0 < len(name) <= _LONGEST_NAME for name in named):
        raise InvalidShippingMethod(field="names")
    before, row.names = row.names, dict(names)
    row.save(update_fields=["names"])
    record(
        action="shipping.method_set",
        actor=actor,
        obj=row,
        before={"names": before},
        after={"names": row.names},
    )
    _tell(row, "changed")


@transaction.atomic
def delete_shipping_method(method_id: UUID, *, actor: Actor) -> None:
    """Delete a way to ship; orders keep its code.

    Raises:
        UnknownMethod: there is none.
    """
    row = ShippingMethod.objects.select_for_update().filter(pk=method_id).first()
    if row is None:
        raise UnknownMethod
    before = {"code": row.code, "names": row.names}
    record(action="shipping.method_deleted", actor=actor, obj=row, before=before)
    _tell(row, "deleted")
    drop_secret(purpose_of(row))
    row.delete()


def _tell(row: ShippingMethod, change: str) -> None:
    fact = ShippingChanged(kind="method", code=row.code, change=change)
    publish(fact, aggregate=f"shipping:{row.code}")


def _check(terms: ShippingTerms) -> None:
    named = [str(name).strip() for name in terms.names.values()]
    codes = terms.countries
    faults = {
        "code": not CODE.fullmatch(terms.code),
        "names": not named or not all(0 < len(name) <= _LONGEST_NAME for name in named),
        "method": terms.method not in METHODS,
        "currency": terms.currency not in DECIMALS,
        "countries": len(codes) > _MOST_COUNTRIES or not all(map(_COUNTRY.fullmatch, codes)),
        "combining": terms.combining not in Combining.values,
        "fee_minor": not 0 <= terms.fee_minor <= LARGEST_MINOR,
        "insurance_minor": terms.insurance_minor is not None
        and not 0 < terms.insurance_minor <= LARGEST_MINOR,
        "position": not 0 <= terms.position <= 30_000,  # noqa: PLR2004  a smallint
    }
    for name, is_wrong in faults.items():
        if is_wrong:
            raise InvalidShippingMethod(field=name)
    _check_references(terms)
    _check_carrier(terms)
    if terms.method == FulfilmentMethod.SAME_CITY:
        _check_nearby(terms.nearby)


def _check_references(terms: ShippingTerms) -> None:
    if terms.template_id is not None:
        row = FreightTemplate.objects.filter(pk=terms.template_id).first()
        if row is None or row.currency != terms.currency:
            raise InvalidShippingMethod(_("There is no such freight template."), field="template")
        if terms.method != FulfilmentMethod.EXPRESS:
            raise InvalidShippingMethod(_("Only express is counted so."), field="template")
    if terms.location_id is not None and not Location.objects.filter(pk=terms.location_id).exists():
        raise InvalidShippingMethod(_("There is no such location."), field="location")


def _check_carrier(terms: ShippingTerms) -> None:
    if terms.carrier not in {code for code, _label in carrier_choices()}:
        raise InvalidShippingMethod(_("This cannot be chosen."), field="carrier")
    if terms.carrier and terms.method != FulfilmentMethod.EXPRESS:
        raise InvalidShippingMethod(_("Only express is counted so."), field="carrier")
    if len(terms.carrier_token or "") > _LONGEST_TOKEN:
        raise InvalidShippingMethod(field="carrier_token")
    if terms.carrier == HTTP:
        try:
            outside.judged(terms.carrier_url, inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS)
        except outside.NotOutside as error:
            text = _("An address in the open internet is expected, with https://.")
            raise InvalidShippingMethod(text, field="carrier_url") from error
        except outside.Unreachable as error:
            text = _("Nobody answers there.")
            raise InvalidShippingMethod(text, field="carrier_url") from error


def _check_nearby(nearby: Nearby) -> None:
    for name, text in _faults_of(nearby):
        raise InvalidShippingMethod(text, field=f"nearby.{name}")


def _faults_of(nearby: Nearby) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a delivery in the same city, by field."""
    reach = [band.up_to_m for band in nearby.bands]
    if not 0 < len(reach) <= MOST_BANDS:
        yield "bands", _("At least one distance is needed.")
    elif reach != sorted(set(reach)) or not 0 < reach[0] <= reach[-1] <= FARTHEST_M:
        yield "bands", _("Each distance must be greater than the one before.")
    amounts = [nearby.kilo_minor]
    for band in nearby.bands:
        amounts += [band.fee_minor, band.least_minor, band.free_from_minor or 0]
    if not all(0 <= minor <= LARGEST_MINOR for minor in amounts):
        yield "bands", _("An amount from 0 on is expected.")
    if nearby.included_grams is not None and not 0 <= nearby.included_grams <= _HEAVIEST:
        yield "included_grams", _("A number from 0 on is expected.")
    yield from _wrong_places(nearby)


def _wrong_places(nearby: Nearby) -> Iterator[tuple[str, str]]:
    has_point = nearby.latitude is not None or nearby.longitude is not None
    if has_point and nearby.store is None:
        yield "latitude", _("These are no coordinates.")
    if not has_point and not nearby.districts:
        yield "latitude", _("Say where the store is, or how far the districts are.")
    are_regions = all(code.isdigit() and is_region(code) for code in nearby.districts)
    if len(nearby.districts) > MOST_DISTRICTS or not are_regions:
        yield "districts", _("Please choose districts.")
    if not all(0 <= metres <= FARTHEST_M for metres in nearby.districts.values()):
        yield "districts", _("This is no distance.")
