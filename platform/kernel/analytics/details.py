"""The figures of one subject each: visits, products, cohorts, origins, money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from kernel.analytics.models import (
    CohortFigures,
    MoneyFigures,
    ProductFigures,
    TradeFigures,
    VisitFigures,
)
from kernel.analytics.reports import HUNDRED, WAY, Narrowed, Point, state
from kernel.analytics.values import Span
from kernel.catalogue.models import Product
from kernel.tenancy.context import current_tenant

_LINES: Final = {
    "payments.captured": "taken",
    "payments.captured.reversed": "taken",
    "payments.refunded": "refunded",
    "payments.refunded.reversed": "refunded",
    "payments.fee": "fees",
    "payments.fee.reversed": "fees",
    "payments.split": "shares",
    "payments.split_returned": "shares",
}
MONEY_LINES: Final = ("taken", "refunded", "fees", "shares", "other")
PRODUCT_SORTS: Final = ("paid_minor", "quantity", "orders", "views", "carts")


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the way to an order.

    Attributes:
        of_all_bp, of_before_bp: its part of 10,000 visits, and of those of the step before.
    """

    name: str
    count: int
    of_all_bp: int
    of_before_bp: int


@dataclass(frozen=True, slots=True)
class Money:
    """What the ledger booked to the shop over some days.

    Attributes:
        lines: minor units by what it was; taken, refunded, fees, shares, other.
        days: the same for each day on which something was booked.
        ledger_minor, figures_minor: of all time, when the figures were made. Equal, unless
            something was booked in that very moment.
    """

    currency: str
    lines: Mapping[str, int]
    days: Sequence[tuple[date, Mapping[str, int]]]
    ledger_minor: int
    figures_minor: int

    @property
    def net_minor(self) -> int:
        """What stays."""
        return sum(self.lines.values())

    @property
    def is_equal(self) -> bool:
        """Whether the figures add up to what the ledger says, to the cent."""
        return self.ledger_minor == self.figures_minor


@dataclass(frozen=True, slots=True)
class Cohort:
    """Members who first paid in one month.

    Attributes:
        months: for the first month and each after it how many paid in it, and how much
            that was; as long as there were months.
    """

    first_month: date
    size: int
    months: Sequence[tuple[int, int]]

    def kept_bp(self, number: int) -> int:
        """Return how many of 10,000 paid in a month, counted from the first."""
        return self.months[number][0] * HUNDRED * HUNDRED // self.size if self.size else 0


def funnel(span: Span, narrowed: Narrowed) -> list[Stage]:
    """Return the way from a visit to a paid order, each step no larger than the one before."""
    columns = {name: "paid" if name == "bought" else name for name in WAY}
    sums = {f"sum_{name}": Sum(column) for name, column in columns.items()}
    found = narrowed.among(_of(VisitFigures, span)).aggregate(**sums)
    counts = [int(found[f"sum_{name}"] or 0) for name in WAY]
    whole = counts[0] or 1
    return [
        Stage(
            name=name,
            count=count,
            of_all_bp=count * HUNDRED * HUNDRED // whole,
            of_before_bp=count * HUNDRED * HUNDRED // (before or 1),
        )
        for name, count, before in zip(WAY, counts, [counts[0], *counts], strict=False)
    ]


def channels(
    span: Span, narrowed: Narrowed, *, by: Sequence[str] = ("channel",)
) -> QuerySet[VisitFigures, dict[str, Any]]:
    """Return visits and what came of them, by channel, source or device; the most first."""
    names = ("visits", "visitors", "views", "looked", "carted", "ordered", "paid", "orders")
    sums = {f"sum_{name}": Sum(name) for name in (*names, "paid_minor")}
    rows = narrowed.among(_of(VisitFigures, span)).values(*by).annotate(**sums)
    return rows.order_by(F("sum_visits").desc(), *by)


def products(span: Span, *, sort: str = "") -> QuerySet[ProductFigures, dict[str, Any]]:
    """Return products by what was paid for them, or by another of `PRODUCT_SORTS`."""
    sums = {f"sum_{name}": Sum(name) for name in PRODUCT_SORTS}
    rows = _of(ProductFigures, span).filter(currency=current_tenant().currency)
    wanted = sort if sort in PRODUCT_SORTS else PRODUCT_SORTS[0]
    return (
        rows.values("product_id")
        .annotate(**sums)
        .order_by(F(f"sum_{wanted}").desc(), F("sum_views").desc(), "product_id")
    )


def titles_of(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return what products are called now; those that are gone are left out."""
    return dict(Product.objects.filter(pk__in=ids).values_list("pk", "title"))


def origins(span: Span) -> list[dict[str, Any]]:
    """Return sales by what placed the orders; they add up to all sales."""
    names = ("placed", "placed_minor", "paid", "paid_minor", "refunded_minor")
    sums = {f"sum_{name}": Sum(name) for name in names}
    rows = _of(TradeFigures, span).filter(currency=current_tenant().currency)
    return list(rows.values("origin").annotate(**sums).order_by("-sum_paid_minor", "origin"))


def cohorts(*, months: int, today: date) -> list[Cohort]:
    """Return the cohorts of the last months, the oldest first."""
    last = today.replace(day=1)
    kept = [_month(last, -back) for back in range(months - 1, -1, -1)]
    rows = CohortFigures.objects.filter(
        first_month__in=kept, currency=current_tenant().currency
    ).values_list("first_month", "month", "buyers", "paid_minor")
    found = {(first, month): (buyers, minor) for first, month, buyers, minor in rows}
    return [
        Cohort(
            first_month=first,
            size=found[first, first][0],
            months=[found.get((first, month), (0, 0)) for month in kept if month >= first],
        )
        for first in kept
        if (first, first) in found
    ]


def money(span: Span) -> Money:
    """Return what was taken, given back and kept by others, as the ledger has it."""
    currency = current_tenant().currency
    code = currency.lower()
    days: dict[date, dict[str, int]] = {}
    rows = _of(MoneyFigures, span).filter(currency=code).order_by("day")
    lines = dict.fromkeys(MONEY_LINES, 0)
    for row in rows:
        line = _LINES.get(row.kind, "other")
        day = days.setdefault(row.day, dict.fromkeys(MONEY_LINES, 0))
        day[line] += row.minor
        lines[line] += row.minor
    made = state()
    books = made.books.get(code, {}) if made else {}
    return Money(
        currency=currency,
        lines=lines,
        days=list(days.items()),
        ledger_minor=int(books.get("ledger", 0)),
        figures_minor=int(books.get("figures", 0)),
    )


def point_label(point: Point) -> str:
    """Return what a part of a series is called on an axis."""
    return f"{point.hour:02d}:00" if point.hour is not None else point.day.isoformat()


def _month(start: date, by: int) -> date:
    number = start.year * 12 + start.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def _of(model: type[Any], span: Span) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(day__range=(span.since, span.until))
    return rows
