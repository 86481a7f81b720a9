"""How the shops of a partner do, or all shops, for start pages; from figures alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from channel_center.figures.models import ShopDay
from channel_center.partners.selectors import visible_tenants
from kernel.access.models import Staff
from kernel.backoffice.figures.charts import Chart, Line
from kernel.backoffice.templatetags.console import money, percent
from kernel.common.time import local_date
from tenants.choices import LIVING
from tenants.models import Tenant

DAYS: Final = 30
_MOST_CURRENCIES: Final = 3
_MOST_SHOPS: Final = 8
_BP: Final = 10_000
Row: TypeAlias = dict[str, Any]
"""Sums of some days, by name."""


@dataclass(frozen=True, slots=True)
class SumShown:
    """A figure of thirty days."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class ShopShown:
    """A shop, and what it took in thirty days."""

    tenant: Tenant
    paid: int
    takings: str
    conversion: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What a start page shows of the shops' trade."""

    sums: Sequence[SumShown]
    charts: Sequence[Chart]
    shops: Sequence[ShopShown]


def figures_for(person: Staff, *, now: datetime) -> Figures | None:
    """Return how the shops did that somebody may see; None without figures. Three queries."""
    today = local_date(now, settings.TIME_ZONE)
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    rows = ShopDay.objects.filter(
        tenant_id__in=visible_tenants(person).filter(state__in=LIVING).values("pk"),
        day__range=(days[0], days[-1]),
    )
    by_day = _sums(rows, "day")
    if not by_day:
        return None
    currencies = _currencies(by_day)
    return Figures(
        sums=_totals(by_day, currencies),
        charts=[_takings(by_day, days, currencies), _visits(by_day, days)],
        shops=_best(rows),
    )


def _sums(rows: QuerySet[ShopDay], by: str) -> list[Row]:
    """Return sums by currency and by day, or by shop."""
    names = ("visits", "bought", "paid", "paid_minor", "refunded_minor")
    sums = {f"sum_{name}": Sum(name) for name in names}
    return [dict(row) for row in rows.values(by, "currency").annotate(**sums).order_by(by)]


def _currencies(rows: Sequence[Row]) -> list[str]:
    """Return the currencies in which most orders were paid."""
    paid: dict[str, int] = {}
    for row in rows:
        paid[str(row["currency"])] = paid.get(str(row["currency"]), 0) + _number(row, "paid")
    return sorted(paid, key=lambda code: (-paid[code], code))[:_MOST_CURRENCIES]


def _totals(rows: Sequence[Row], currencies: Sequence[str]) -> list[SumShown]:
    def total(name: str, currency: str = "") -> int:
        return sum(_number(row, name) for row in rows if currency in {"", row["currency"]})

    takings = " · ".join(money(total("paid_minor", each), each) for each in currencies)
    refunded = " · ".join(money(total("refunded_minor", each), each) for each in currencies)
    visits = total("visits")
    return [
        SumShown(_("Takings"), takings),
        SumShown(_("Paid orders"), f"{total('paid'):,}"),
        SumShown(_("Visits"), f"{visits:,}"),
        SumShown(_("Visits that bought"), _share(total("bought"), visits)),
        SumShown(_("Refunded"), refunded),
    ]


def _takings(rows: Sequence[Row], days: Sequence[date], currencies: Sequence[str]) -> Chart:
    known = {(row["day"], row["currency"]): _number(row, "paid_minor") for row in rows}
    lines = [
        Line(code, [known.get((day, code), 0) for day in days], currency=code)
        for code in currencies
    ]
    return _chart("takings", _("Takings of the shops, the last 30 days"), days, lines)


def _visits(rows: Sequence[Row], days: Sequence[date]) -> Chart:
    visits, paid = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    for row in rows:
        visits[row["day"]] += _number(row, "visits")
        paid[row["day"]] += _number(row, "paid")
    lines = [
        Line(_("Visits"), list(visits.values())),
        Line(_("Paid orders"), list(paid.values())),
    ]
    return _chart("visits", _("Visits to the shops, the last 30 days"), days, lines)


def _chart(code: str, title: str, days: Sequence[date], lines: Sequence[Line]) -> Chart:
    sums = "; ".join(f"{line.label}: {line.text(sum(line.values))}" for line in lines)
    return Chart(
        code=code,
        title=title,
        kind="line",
        labels=[day.isoformat() for day in days],
        lines=lines,
        summary=_("%(title)s. %(sums)s. The table below has every part.")
        % {"title": title, "sums": sums},
        heading=_("When"),
    )


def _best(rows: QuerySet[ShopDay]) -> list[ShopShown]:
    """Return the shops with the most paid orders."""
    sold = [row for row in _sums(rows, "tenant_id") if _number(row, "paid")]
    found = sorted(sold, key=lambda row: -_number(row, "paid"))[:_MOST_SHOPS]
    known = Tenant.objects.in_bulk([row["tenant_id"] for row in found])
    return [
        ShopShown(
            tenant=known[row["tenant_id"]],
            paid=_number(row, "paid"),
            takings=money(_number(row, "paid_minor"), row["currency"]),
            conversion=_share(_number(row, "bought"), _number(row, "visits")),
        )
        for row in found
        if row["tenant_id"] in known
    ]


def _share(part: int, whole: int) -> str:
    return percent(part * _BP // whole) if whole else "—"


def _number(row: Row, name: str) -> int:
    return int(row[f"sum_{name}"])
