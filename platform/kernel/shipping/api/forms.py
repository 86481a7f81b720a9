"""Ways to ship and freight templates, as the APIs take and show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from rest_framework import serializers

from kernel.api.public_ids import PublicIdField
from kernel.common.ids import public_id
from kernel.common.money import Money
from kernel.orders.choices import FulfilmentMethod
from kernel.shipping.choices import METHODS, Combining, FreeMatch, Measure
from kernel.shipping.models import FreightTemplate, ShippingMethod
from kernel.shipping.nearby import Band, Nearby, nearby_of
from kernel.shipping.rules import Free, Rule, rule_of
from kernel.shipping.services.methods import ShippingTerms

METHOD_CHOICES: Final = [(each.value, each.label) for each in METHODS]


class FreeForm(serializers.Serializer[Any]):
    """When a delivery is free: worth so much, so many pieces, at most so heavy."""

    amount = serializers.CharField(max_length=40, allow_null=True, default=None)
    pieces = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    grams = serializers.IntegerField(min_value=1, allow_null=True, default=None)
    match = serializers.ChoiceField(choices=FreeMatch.choices, default=FreeMatch.ANY)


class RuleForm(serializers.Serializer[Any]):
    """What some regions pay; ``*`` stands for everywhere that no other line names.

    Amounts are decimal strings in the template's currency; ``first`` and ``more`` count
    pieces, grams or cm³.
    """

    regions = serializers.ListField(
        child=serializers.CharField(max_length=12), min_length=1, max_length=4_000
    )
    delivers = serializers.BooleanField(default=True)
    first = serializers.IntegerField(min_value=1, default=1)
    first_price = serializers.CharField(max_length=40, default="0")
    more = serializers.IntegerField(min_value=0, default=0)
    more_price = serializers.CharField(max_length=40, default="0")
    surcharge = serializers.CharField(max_length=40, default="0")
    free = FreeForm(default=dict)
    reasons = serializers.DictField(child=serializers.CharField(max_length=200), default=dict)


class TemplateForm(serializers.Serializer[Any]):
    """A freight template."""

    name = serializers.CharField(max_length=80)
    measure = serializers.ChoiceField(choices=Measure.choices)
    rules = RuleForm(many=True, allow_empty=False)


class NewTemplateForm(TemplateForm):
    """A freight template to be made, in the shop's currency."""

    code = serializers.CharField(max_length=40)


class TemplateChangeForm(TemplateForm):
    """A freight template as it shall be; ``version`` is the one that was read."""

    version = serializers.IntegerField(required=False)


class FreightTemplateShown(NewTemplateForm):
    """A freight template as it is."""

    id = serializers.CharField()
    currency = serializers.CharField()
    version = serializers.IntegerField()


class BandForm(serializers.Serializer[Any]):
    """A ring around the store."""

    up_to_m = serializers.IntegerField(min_value=1)
    fee = serializers.CharField(max_length=40)
    least = serializers.CharField(max_length=40, default="0")
    free_from = serializers.CharField(max_length=40, allow_null=True, default=None)


class NearbyForm(serializers.Serializer[Any]):
    """Delivery in the same city; ``districts`` tells how far regions are, in metres."""

    latitude = serializers.FloatField(min_value=-90, max_value=90, allow_null=True, default=None)
    longitude = serializers.FloatField(min_value=-180, max_value=180, allow_null=True, default=None)
    bands = BandForm(many=True)
    districts = serializers.DictField(child=serializers.IntegerField(min_value=0), default=dict)
    included_grams = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    kilo = serializers.CharField(max_length=40, default="0")


class ShippingMethodForm(serializers.Serializer[Any]):
    """A way to ship; amounts are decimal strings in the shop's currency."""

    code = serializers.CharField(max_length=40)
    names = serializers.DictField(child=serializers.CharField(max_length=80))
    method = serializers.ChoiceField(choices=METHOD_CHOICES)
    countries = serializers.ListField(
        child=serializers.CharField(max_length=2), max_length=250, default=list
    )
    template = PublicIdField("frt", allow_null=True, default=None)
    combining = serializers.ChoiceField(choices=Combining.choices, default=Combining.FIRST_ONCE)
    fee = serializers.CharField(max_length=40, default="0")
    insurance = serializers.CharField(max_length=40, allow_null=True, default=None)
    carrier = serializers.CharField(
        max_length=40,
        allow_blank=True,
        default="",
        help_text="Who is asked for prices: `http` or what a module brings; empty for nobody.",
    )
    carrier_url = serializers.CharField(max_length=2000, allow_blank=True, default="")
    location = PublicIdField("loc", allow_null=True, default=None)
    nearby = NearbyForm(allow_null=True, default=None)
    position = serializers.IntegerField(min_value=0, max_value=30_000, default=0)
    is_active = serializers.BooleanField(default=True)


class ShippingMethodTold(ShippingMethodForm):
    """A way to ship as it shall be."""

    carrier_token = serializers.CharField(
        max_length=500,
        allow_blank=True,
        required=False,
        write_only=True,
        help_text="Sent as a bearer token; sealed, and never shown again.",
    )


class ShippingMethodShown(ShippingMethodForm):
    """A way to ship as it is."""

    id = serializers.CharField()
    currency = serializers.CharField()


def rules_told(rows: list[Mapping[str, Any]], currency: str) -> list[Rule]:
    """Return lines of regions as services take them."""
    return [_rule(row, currency) for row in rows]


def _rule(row: Mapping[str, Any], currency: str) -> Rule:
    free = row["free"]
    return Rule(
        regions=tuple(row["regions"]),
        delivers=row["delivers"],
        first=row["first"],
        first_minor=_minor(row["first_price"], currency),
        more=row["more"],
        more_minor=_minor(row["more_price"], currency),
        surcharge_minor=_minor(row["surcharge"], currency),
        free=Free(
            amount_minor=_maybe(free.get("amount"), currency),
            pieces=free.get("pieces"),
            grams=free.get("grams"),
            match=str(free.get("match", FreeMatch.ANY)),
        ),
        reasons=row["reasons"],
    )


def template_data(row: FreightTemplate) -> dict[str, object]:
    """Return a template as the APIs show it."""
    return {
        "id": row.public_id,
        "code": row.code,
        "name": row.name,
        "measure": row.measure,
        "currency": row.currency,
        "version": row.version,
        "rules": [_rule_data(rule_of(data), row.currency) for data in row.rules],
    }


def _rule_data(rule: Rule, currency: str) -> dict[str, object]:
    return {
        "regions": list(rule.regions),
        "delivers": rule.delivers,
        "first": rule.first,
        "first_price": _text(rule.first_minor, currency),
        "more": rule.more,
        "more_price": _text(rule.more_minor, currency),
        "surcharge": _text(rule.surcharge_minor, currency),
        "free": {
            "amount": None
            if rule.free.amount_minor is None
            else _text(rule.free.amount_minor, currency),
            "pieces": rule.free.pieces,
            "grams": rule.free.grams,
            "match": rule.free.match,
        },
        "reasons": dict(rule.reasons),
    }


def method_told(told: Mapping[str, Any], currency: str) -> ShippingTerms:
    """Return a way to ship as services take it."""
    nearby = told["nearby"]
    return ShippingTerms(
        code=told["code"],
        names=told["names"],
        method=told["method"],
        currency=currency,
        countries=told["countries"],
        template_id=told["template"],
        combining=told["combining"],
        fee_minor=_minor(told["fee"], currency),
        insurance_minor=_maybe(told["insurance"], currency),
        carrier=told["carrier"],
        carrier_url=told["carrier_url"],
        carrier_token=told.get("carrier_token"),
        location_id=told["location"],
        nearby=_nearby(nearby, currency) if nearby else Nearby(),
        position=told["position"],
        is_active=told["is_active"],
    )


def _nearby(told: Mapping[str, Any], currency: str) -> Nearby:
    return Nearby(
        latitude=told["latitude"],
        longitude=told["longitude"],
        bands=tuple(
            Band(
                up_to_m=band["up_to_m"],
                fee_minor=_minor(band["fee"], currency),
                least_minor=_minor(band["least"], currency),
                free_from_minor=_maybe(band["free_from"], currency),
            )
            for band in told["bands"]
        ),
        districts=told["districts"],
        included_grams=told["included_grams"],
        kilo_minor=_minor(told["kilo"], currency),
    )


def method_data(row: ShippingMethod) -> dict[str, object]:
    """Return a way to ship as the admin API shows it."""
    is_near = row.method == FulfilmentMethod.SAME_CITY
    return {
        "id": row.public_id,
        "code": row.code,
        "names": row.names,
        "method": row.method,
        "currency": row.currency,
        "countries": row.countries,
        "template": public_id("frt", row.template_id) if row.template_id else None,
        "combining": row.combining,
        "fee": _text(row.fee_minor, row.currency),
        "insurance": None
        if row.insurance_minor is None
        else _text(row.insurance_minor, row.currency),
        "carrier": row.carrier,
        "carrier_url": row.carrier_terms.get("url", ""),
        "location": public_id("loc", row.location_id) if row.location_id else None,
        "nearby": _nearby_data(nearby_of(row.nearby), row.currency) if is_near else None,
        "position": row.position,
        "is_active": row.is_active,
    }


def _nearby_data(nearby: Nearby, currency: str) -> dict[str, object]:
    return {
        **{
            name: value
            for name, value in asdict(nearby).items()
            if name in {"latitude", "longitude", "districts", "included_grams"}
        },
        "bands": [
            {
                "up_to_m": band.up_to_m,
                "fee": _text(band.fee_minor, currency),
                "least": _text(band.least_minor, currency),
                "free_from": None
                if band.free_from_minor is None
                else _text(band.free_from_minor, currency),
            }
            for band in nearby.bands
        ],
        "kilo": _text(nearby.kilo_minor, currency),
    }


def _minor(text: str, currency: str) -> int:
    return Money.parse(text, currency).minor


def _maybe(text: str | None, currency: str) -> int | None:
    return None if text is None else _minor(text, currency)


def _text(minor: int, currency: str) -> str:
    return Money(minor, currency).decimal()
