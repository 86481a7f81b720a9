"""The figures as rows of files, for the days that a query asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.access.scopes import extent_of
from kernel.analytics.choices import Channel, Device
from kernel.analytics.details import (
    MONEY_LINES,
    channels,
    cohorts,
    money,
    point_label,
    products,
    titles_of,
)
from kernel.analytics.reports import series
from kernel.backoffice.figures.charts import LABELS
from kernel.backoffice.figures.forms import VisitForm, span_of
from kernel.common.money import Money
from kernel.common.time import local_date, utc_now
from kernel.dataio.exporting import ExportKind
from kernel.tenancy.context import current_tenant

VIEW: Final = "analytics.view"
MONTHS: Final = 12
DAY_COLUMNS: Final = (
    *("visits", "visitors", "views", "placed", "placed_minor", "paid", "paid_minor"),
    *("refunded_minor", "cancelled", "buyers", "new_buyers", "joined"),
)
VISIT_COLUMNS: Final = (
    *("visits", "visitors", "views", "looked", "carted", "ordered", "paid", "orders"),
)
_WHERE: Final = "kernel.backoffice.figures.files"
MONEY_LABELS: Final = {
    "taken": gettext_lazy("Taken"),
    "refunded": gettext_lazy("Refunded"),
    "fees": gettext_lazy("Fees"),
    "shares": gettext_lazy("Shares of others"),
    "other": gettext_lazy("Other bookings"),
}
KINDS: Final = (
    ExportKind(
        "figures",
        gettext_lazy("Figures"),
        VIEW,
        ("day", *DAY_COLUMNS, "currency"),
        f"{_WHERE}.day_rows",
    ),
    ExportKind(
        "figures-visits",
        gettext_lazy("Figures of visits"),
        VIEW,
        ("channel", "source", "device", *VISIT_COLUMNS, "paid_minor", "currency"),
        f"{_WHERE}.visit_rows",
    ),
    ExportKind(
        "figures-products",
        gettext_lazy("Figures of products"),
        VIEW,
        ("product", "views", "carts", "orders", "quantity", "paid_minor", "currency"),
        f"{_WHERE}.product_rows",
    ),
    ExportKind(
        "figures-members",
        gettext_lazy("Figures of members"),
        VIEW,
        ("first_month", "month", "buyers", "paid_minor", "currency"),
        f"{_WHERE}.cohort_rows",
    ),
    ExportKind(
        "figures-money",
        gettext_lazy("Figures of money"),
        "ledger.view",
        ("day", *MONEY_LINES, "net", "currency"),
        f"{_WHERE}.money_rows",
    ),
)


def whole_shop(permission: str = VIEW) -> None:
    """Refuse whoever may see a part of the shop only: figures are of all of it.

    Raises:
        PermissionDenied: the permission holds for a part.
    """
    if extent_of(permission) is not None:
        raise PermissionDenied


def day_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each day."""
    whole_shop()
    return _day_rows(query)


def _day_rows(query: QueryDict) -> Iterator[list[object]]:
    yield [_("Day"), *(str(LABELS[name]) for name in DAY_COLUMNS), _("Currency")]
    currency = current_tenant().currency
    for point in series(span_of(query), grain="day"):
        values = (_value(name, point.figures[name], currency) for name in DAY_COLUMNS)
        yield [point_label(point), *values, currency]


def visit_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each source of visits."""
    whole_shop()
    return _visit_rows(query)


def _visit_rows(query: QueryDict) -> Iterator[list[object]]:
    names = (_("Visits"), _("Visitors"), _("Pages seen"), _("Looked at a product"))
    more = (_("Put something into the cart"), _("Placed an order"), _("Paid"), _("Orders"))
    yield [
        *(_("Where from"), _("Source"), _("Seen with"), *names, *more),
        *(_("Takings"), _("Currency")),
    ]
    form, currency = VisitForm(query), current_tenant().currency
    by = ("channel", "source", "device")
    for row in channels(form.span(), form.narrowed(), by=by):
        yield [
            str(Channel(row["channel"]).label),
            row["source"],
            str(Device(row["device"]).label),
            *(row[f"sum_{name}"] for name in VISIT_COLUMNS),
            _value("paid_minor", row["sum_paid_minor"], currency),
            currency,
        ]


def product_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each product."""
    whole_shop()
    return _product_rows(query)


def _product_rows(query: QueryDict) -> Iterator[list[object]]:
    yield [
        *(_("Product"), _("Looks"), _("Put into carts"), _("Orders"), _("Pieces")),
        *(_("Takings"), _("Currency")),
    ]
    currency = current_tenant().currency
    rows = list(products(span_of(query), sort=query.get("sort", "")))
    titles = titles_of([row["product_id"] for row in rows])
    for row in rows:
        yield [
            titles.get(row["product_id"], ""),
            *(row[f"sum_{name}"] for name in ("views", "carts", "orders", "quantity")),
            _value("paid_minor", row["sum_paid_minor"], currency),
            currency,
        ]


def cohort_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each month of each cohort."""
    whole_shop()
    return _cohort_rows()


def _cohort_rows() -> Iterator[list[object]]:
    yield [_("First order in"), _("Months later"), _("Buyers"), _("Takings"), _("Currency")]
    tenant = current_tenant()
    for cohort in cohorts(months=MONTHS, today=local_date(utc_now(), tenant.zone)):
        for number, (buyers, minor) in enumerate(cohort.months):
            amount = _value("paid_minor", minor, tenant.currency)
            yield [f"{cohort.first_month:%Y-%m}", number, buyers, amount, tenant.currency]


def money_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return a row for each day on which the ledger booked something to the shop."""
    whole_shop("ledger.view")
    return _money_rows(query)


def _money_rows(query: QueryDict) -> Iterator[list[object]]:
    yield [
        *(_("Day"), *(str(MONEY_LABELS[name]) for name in MONEY_LINES)),
        *(_("Net"), _("Currency")),
    ]
    seen = money(span_of(query))
    for day, lines in seen.days:
        amounts = [Money(lines[name], seen.currency).decimal() for name in MONEY_LINES]
        net = Money(sum(lines.values()), seen.currency).decimal()
        yield [day.isoformat(), *amounts, net, seen.currency]


def _value(name: str, value: int, currency: str) -> object:
    return Money(value, currency).decimal() if name.endswith("_minor") else value
