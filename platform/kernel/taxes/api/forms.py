"""Taxes as the APIs show them, and what may be told of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from rest_framework import serializers

from kernel.orders.taxes import WHOLE
from kernel.taxes.choices import ExemptionState, FreightTax, Rounding
from kernel.taxes.models import Exemption, TaxClass, TaxRate, TaxZone
from kernel.taxes.services import RateTerms

_PERCENT: Final = 100


class TaxPolicyForm(serializers.Serializer[Any]):
    """A shop's choices about taxes; ``home`` counts while nobody has said where to."""

    is_on = serializers.BooleanField()
    rounding = serializers.ChoiceField(choices=Rounding.choices)
    freight = serializers.ChoiceField(choices=FreightTax.choices)
    freight_class = serializers.CharField(max_length=40)
    home = serializers.CharField(max_length=2, allow_blank=True)
    provider = serializers.CharField(max_length=40)


class TaxClassTold(serializers.Serializer[Any]):
    """Names of a tax class, by language."""

    names = serializers.DictField(child=serializers.CharField(max_length=80))
    position = serializers.IntegerField(min_value=0, max_value=1000, default=0)


class TaxClassShown(TaxClassTold):
    """A tax class."""

    code = serializers.CharField()


class TaxRateForm(serializers.Serializer[Any]):
    """A rate; ``percent`` is a decimal string with up to four places."""

    tax_class = serializers.CharField(max_length=40)
    names = serializers.DictField(child=serializers.CharField(max_length=80))
    percent = serializers.DecimalField(
        max_digits=7, decimal_places=4, min_value=Decimal(0), max_value=Decimal(100)
    )
    is_compound = serializers.BooleanField(default=False)


class TaxZoneTold(serializers.Serializer[Any]):
    """A zone with all its rates; without countries it is the rest of the world."""

    code = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{0,39}$")
    name = serializers.CharField(max_length=80)
    countries = serializers.ListField(child=serializers.CharField(max_length=2), default=list)
    regions = serializers.ListField(child=serializers.CharField(max_length=12), default=list)
    is_included = serializers.BooleanField(default=True)
    position = serializers.IntegerField(min_value=0, max_value=1000, default=0)
    rates = TaxRateForm(many=True, required=False)


class TaxZoneShown(TaxZoneTold):
    """A zone."""

    id = serializers.CharField()


class ExemptionTold(serializers.Serializer[Any]):
    """A buyer's number, and whose it is."""

    name = serializers.CharField(max_length=120)
    number = serializers.CharField(max_length=40)
    country = serializers.CharField(max_length=2)


class ExemptionShown(ExemptionTold):
    """An exemption, as its member sees it."""

    id = serializers.CharField()
    state = serializers.ChoiceField(choices=ExemptionState.choices)
    valid_until = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class ExemptionListed(ExemptionShown):
    """An exemption, as staff see it."""

    member = serializers.CharField()


class ExemptionDecision(serializers.Serializer[Any]):
    """What staff decide."""

    state = serializers.ChoiceField(
        choices=[each for each in ExemptionState.choices if each[0] != "requested"]
    )
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


def class_data(row: TaxClass) -> dict[str, object]:
    """Return a tax class as the API shows it."""
    return {"code": row.code, "names": row.names, "position": row.position}


def zone_data(zone: TaxZone, rates: Sequence[TaxRate]) -> dict[str, object]:
    """Return a zone as the API shows it."""
    return {
        "id": zone.public_id,
        "code": zone.code,
        "name": zone.name,
        "countries": zone.countries,
        "regions": zone.regions,
        "is_included": zone.is_included,
        "position": zone.position,
        "rates": [
            {
                "tax_class": rate.tax_class,
                "names": rate.names,
                "percent": str(Decimal(rate.ppm) * _PERCENT / WHOLE),
                "is_compound": rate.is_compound,
            }
            for rate in rates
        ],
    }


def rate_terms(rows: Sequence[dict[str, Any]]) -> list[RateTerms]:
    """Return rates as services take them."""
    return [
        RateTerms(
            tax_class=row["tax_class"],
            names=row["names"],
            ppm=int(row["percent"] * WHOLE / _PERCENT),
            is_compound=row["is_compound"],
        )
        for row in rows
    ]


def exemption_data(row: Exemption) -> dict[str, object]:
    """Return an exemption as its member sees it."""
    return {
        "id": row.public_id,
        "name": row.name,
        "number": row.number,
        "country": row.country,
        "state": row.state,
        "valid_until": row.valid_until,
        "reason": row.reason,
        "created_at": row.created_at,
    }
