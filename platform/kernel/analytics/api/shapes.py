"""What answers about figures look like. Money is in decimal text, in the shop's currency."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from kernel.analytics.choices import Channel, Device, Grain
from kernel.analytics.details import PRODUCT_SORTS
from kernel.analytics.reports import Figures
from kernel.common.money import Money

COUNTS: Final = (
    *("visits", "visitors", "views", "placed", "paid", "cancelled", "refunds"),
    *("buyers", "new_buyers", "joined"),
)
AMOUNTS: Final = ("placed_minor", "paid_minor", "refunded_minor", "net_minor", "average_minor")
RATES: Final = ("conversion_bp", "repeat_bp")


class SpanAsked(serializers.Serializer[Any]):
    """Days of the shop's calendar, both included; the last thirty when none are named."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class OverviewAsked(SpanAsked):
    """Days, and how long the parts of the series are."""

    by = serializers.ChoiceField(choices=Grain.choices, required=False)


class VisitsAsked(SpanAsked):
    """Days, and which visits."""

    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    device = serializers.ChoiceField(choices=Device.choices, required=False)


class ProductsAsked(SpanAsked):
    """Days, and what comes first."""

    sort = serializers.ChoiceField(choices=PRODUCT_SORTS, required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=500, default=100)


class FiguresShown(serializers.Serializer[Any]):
    """Figures of some time; rates are parts of one."""

    visits = serializers.IntegerField()
    visitors = serializers.IntegerField()
    views = serializers.IntegerField()
    placed = serializers.IntegerField()
    paid = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    refunds = serializers.IntegerField()
    buyers = serializers.IntegerField()
    new_buyers = serializers.IntegerField()
    joined = serializers.IntegerField()
    placed_amount = serializers.CharField()
    paid_amount = serializers.CharField()
    refunded_amount = serializers.CharField()
    net_amount = serializers.CharField()
    average_amount = serializers.CharField()
    conversion_rate = serializers.FloatField()
    repeat_rate = serializers.FloatField()


class PartShown(FiguresShown):
    """A part of the series; the hour is null unless hours were asked for."""

    day = serializers.DateField()
    hour = serializers.IntegerField(allow_null=True)


class OverviewShown(serializers.Serializer[Any]):
    """How the shop did, and how over as many days before."""

    since = serializers.DateField()
    until = serializers.DateField()
    currency = serializers.CharField()
    made_at = serializers.DateTimeField(allow_null=True)
    total = FiguresShown()
    before = FiguresShown()
    series = PartShown(many=True)


class StageShown(serializers.Serializer[Any]):
    """A step of the way to an order, and how many visits came so far or further."""

    step = serializers.CharField()
    visits = serializers.IntegerField()


class SourceShown(serializers.Serializer[Any]):
    """Where visits came from, and what came of them."""

    channel = serializers.CharField()
    origin = serializers.CharField(allow_blank=True, help_text="a host, or a campaign")
    device = serializers.CharField()
    visits = serializers.IntegerField()
    visitors = serializers.IntegerField()
    orders = serializers.IntegerField()
    paid = serializers.IntegerField()
    paid_amount = serializers.CharField()


class VisitsShown(serializers.Serializer[Any]):
    """The way from a visit to a paid order, and the sources."""

    currency = serializers.CharField()
    funnel = StageShown(many=True)
    sources = SourceShown(many=True)


class ProductShown(serializers.Serializer[Any]):
    """A product; its title is empty once it is gone."""

    product = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    views = serializers.IntegerField()
    carts = serializers.IntegerField()
    orders = serializers.IntegerField()
    quantity = serializers.IntegerField()
    paid_amount = serializers.CharField()


class CohortMonth(serializers.Serializer[Any]):
    """What a cohort did in a month; the first is that of the first order."""

    buyers = serializers.IntegerField()
    paid_amount = serializers.CharField()


class CohortShown(serializers.Serializer[Any]):
    """Members by the month of their first paid order."""

    first_month = serializers.DateField()
    members = serializers.IntegerField()
    months = CohortMonth(many=True)


class MoneyLines(serializers.Serializer[Any]):
    """What the ledger booked to the shop; negative for what went away."""

    taken = serializers.CharField()
    refunded = serializers.CharField()
    fees = serializers.CharField()
    shares = serializers.CharField()
    other = serializers.CharField()
    net = serializers.CharField()


class MoneyDay(MoneyLines):
    """The same for a day."""

    day = serializers.DateField()


class MoneyShown(serializers.Serializer[Any]):
    """Money of some days; ``ledger`` and ``figures`` are of all time, and equal."""

    currency = serializers.CharField()
    total = MoneyLines()
    days = MoneyDay(many=True)
    ledger = serializers.CharField()
    figures = serializers.CharField()


def figures_data(found: Figures, currency: str) -> dict[str, Any]:
    """Return figures as an answer shows them."""
    return {
        **{name: found[name] for name in COUNTS},
        **{name.replace("_minor", "_amount"): amount(found.of(name), currency) for name in AMOUNTS},
        **{name.replace("_bp", "_rate"): found.of(name) / 10_000 for name in RATES},
    }


def lines_data(lines: dict[str, int], currency: str) -> dict[str, str]:
    """Return the lines of the money, and what stays."""
    shown = {name: amount(minor, currency) for name, minor in lines.items()}
    return {**shown, "net": amount(sum(lines.values()), currency)}


def amount(minor: int, currency: str) -> str:
    """Return an amount as decimal text."""
    return Money(minor, currency).decimal()
