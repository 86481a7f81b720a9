"""Reads the figures for people: nothing here looks at orders, visits or the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import TruncMonth

from kernel.analytics.choices import Grain
from kernel.analytics.models import (
    BuyerDay,
    PeopleFigures,
    RollUp,
    TradeFigures,
    VisitFigures,
)
from kernel.analytics.values import Span
from kernel.tenancy.context import current_tenant

HUNDRED: Final = 100
_TRADE: Final = (
    *("placed", "placed_minor", "cancelled", "paid", "paid_minor", "refunds", "refunded_minor"),
)
_VISITS: Final = (
    *("visits", "visitors", "views", "looked", "carted", "checked_out", "ordered"),
    *("orders",),
)
_PEOPLE: Final = ("joined", "buyers", "new_buyers")
WAY: Final = ("visits", "looked", "carted", "checked_out", "ordered", "bought")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which visits are meant; empty for all of them."""

    channel: str = ""
    device: str = ""

    def among(self, rows: QuerySet[VisitFigures]) -> QuerySet[VisitFigures]:
        """Return those of the rows that are meant."""
        if self.channel:
            rows = rows.filter(channel=self.channel)
        return rows.filter(device=self.device) if self.device else rows


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of some time; money in minor units of the shop's currency."""

    values: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        """Return a figure, 0 for one that there is nothing of."""
        return self.values.get(name, 0)

    @property
    def average_minor(self) -> int:
        """What a paid order brought."""
        return _part(self["paid_minor"], self["paid"])

    @property
    def net_minor(self) -> int:
        """What came in without what went back."""
        return self["paid_minor"] - self["refunded_minor"]

    @property
    def conversion_bp(self) -> int:
        """How many of 10,000 visits ended with a paid order."""
        return _part(self["bought"] * HUNDRED * HUNDRED, self["visits"])

    @property
    def repeat_bp(self) -> int:
        """How many of 10,000 buyers had bought before."""
        return _part((self["buyers"] - self["new_buyers"]) * HUNDRED * HUNDRED, self["buyers"])

    def of(self, name: str) -> int:
        """Return a figure by name, also those that follow from others."""
        if name in {"average_minor", "net_minor", "conversion_bp", "repeat_bp"}:
            return int(getattr(self, name))
        return self[name]


@dataclass(frozen=True, slots=True)
class Point:
    """A part of a series: an hour, a day, or a month."""

    day: date
    hour: int | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Overview:
    """How the shop did over some days, and over as many before."""

    span: Span
    now: Figures
    before: Figures
    points: Sequence[Point]
    points_before: Sequence[Point]
    currency: str


def overview(span: Span) -> Overview:
    """Return how the shop did; eight queries, all of them of figures."""
    points, points_before = series(span), series(span.before, grain=span.grain)
    return Overview(
        span=span,
        now=_with_buyers(total(points), span),
        before=_with_buyers(total(points_before), span.before),
        points=points,
        points_before=points_before,
        currency=current_tenant().currency,
    )


def buyers_in(since: date, until: date) -> tuple[int, int]:
    """Return how many people paid on some days, and how many of them never did before.

    Whoever paid on several of the days is one buyer.
    """
    earlier = BuyerDay.objects.filter(who=OuterRef("who"), day__lt=since)
    rows = BuyerDay.objects.filter(day__range=(since, until))
    found = rows.aggregate(
        buyers=Count("who", distinct=True),
        new=Count("who", distinct=True, filter=~Exists(earlier)),
    )
    return int(found["buyers"]), int(found["new"])


def _with_buyers(figures: Figures, span: Span) -> Figures:
    buyers, new = buyers_in(span.since, span.until)
    return Figures({**figures.values, "buyers": buyers, "new_buyers": new})


def total(points: Iterable[Point]) -> Figures:
    """Add up a series."""
    found: dict[str, int] = {}
    for point in points:
        _add(found, point.figures.values)
    return Figures(found)


def series(span: Span, *, grain: str = "") -> list[Point]:
    """Return every part of some days in order, also those of which there is nothing."""
    grain = grain or span.grain
    found: dict[tuple[date, int], dict[str, int]] = {
        place: {} for day in span.each() for place in _places(day, grain)
    }
    trade = TradeFigures.objects.filter(currency=current_tenant().currency)
    # Orders have a figure `paid` as well: visits that ended with a paid order are `bought`.
    visits = {**{name: name for name in _VISITS}, "bought": "paid"}
    for rows, names in (
        (trade, {name: name for name in _TRADE}),
        (VisitFigures.objects.all(), visits),
    ):
        columns = sorted(set(names.values()))
        for row in _sums(rows, span, columns, by_hour=grain == Grain.HOUR):
            more = {name: row[f"sum_{column}"] for name, column in names.items()}
            _add(found[_place(row, grain)], more)
    for person in PeopleFigures.objects.filter(day__range=(span.since, span.until)):
        place = _places(person.day, grain)[0]
        _add(found[place], {name: getattr(person, name) for name in _PEOPLE})
    if grain == Grain.MONTH:
        for row in _buyers_by_month(span):
            found[row["month"], 0] |= {"buyers": row["buyers"], "new_buyers": row["new"]}
    return [
        Point(day, hour if grain == Grain.HOUR else None, Figures(values))
        for (day, hour), values in found.items()
    ]


def _buyers_by_month(span: Span) -> list[dict[str, Any]]:
    """Return the people who paid in each month; one query."""
    rows = BuyerDay.objects.filter(day__range=(span.since, span.until))
    by_month = rows.annotate(month=TruncMonth("day")).order_by().values("month")
    earlier = BuyerDay.objects.filter(who=OuterRef("who"), day__lt=OuterRef("month"))
    counted = by_month.annotate(
        buyers=Count("who", distinct=True),
        new=Count("who", distinct=True, filter=~Exists(earlier)),
    )
    return [dict(row) for row in counted]


def _sums(
    rows: QuerySet[Any], span: Span, names: Sequence[str], *, by_hour: bool
) -> Iterable[dict[str, Any]]:
    keys = ("day", "hour") if by_hour else ("day",)
    sums = {f"sum_{name}": Sum(name) for name in names}
    grouped = rows.filter(day__range=(span.since, span.until)).values(*keys).annotate(**sums)
    return grouped.order_by(*keys)


def _places(day: date, grain: str) -> list[tuple[date, int]]:
    if grain == Grain.HOUR:
        return [(day, hour) for hour in range(24)]
    return [(day.replace(day=1) if grain == Grain.MONTH else day, 0)]


def _place(row: Mapping[str, Any], grain: str) -> tuple[date, int]:
    return row["day"] if grain != Grain.MONTH else row["day"].replace(day=1), row.get("hour", 0)


def _add(found: dict[str, int], more: Mapping[str, int]) -> None:
    for name, value in more.items():
        found[name] = found.get(name, 0) + int(value or 0)


def _part(value: int, whole: int) -> int:
    """Divide, rounded half up; 0 of nothing."""
    return (2 * value + whole) // (2 * whole) if whole else 0


def change_bp(now: int, before: int) -> int | None:
    """Return by how much of 10,000 a figure changed; None where there was nothing before."""
    return _part((now - before) * HUNDRED * HUNDRED, before) if before > 0 else None


def state() -> RollUp | None:
    """Return how far the figures are."""
    return RollUp.objects.first()


def looked_at() -> datetime | None:
    """Return when the figures were made, None before the first time."""
    found = state()
    return found.looked_at if found else None
