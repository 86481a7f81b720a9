"""How a shop is doing: the last 30 days, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Staff
from kernel.access.scopes import stores_for
from kernel.backoffice.orders.selectors import refunds_waiting, reviews_waiting
from kernel.backoffice.products.selectors import low_products
from kernel.common.time import day_bounds, local_date
from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentEntryKind, PaymentStatus
from kernel.orders.models import PaymentEntry
from kernel.orders.selectors import visible_orders
from kernel.tenancy.context import current_tenant

DAYS: Final = 30
HEIGHT: Final = 100
SHIPPABLE: Final = (
    PaymentStatus.PAID,
    PaymentStatus.PART_REFUNDED,
    PaymentStatus.AUTHORISED,
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the charts; heights are parts of `HEIGHT`."""

    day: date
    orders: int
    paid_minor: int
    refunded_minor: int
    orders_height: int
    paid_height: int
    refunded_height: int

    @property
    def orders_top(self) -> int:
        """Where the bar of orders begins."""
        return HEIGHT - self.orders_height

    @property
    def paid_top(self) -> int:
        """Where the bar of payments begins."""
        return HEIGHT - self.paid_height

    @property
    def refunded_top(self) -> int:
        """Where the bar of refunds begins."""
        return HEIGHT - self.refunded_height


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that waits, where it is done, and how much of it there is."""

    label: Promise
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the home page shows; ``bars`` is empty for who may not see orders."""

    bars: list[Bar]
    to_do: list[ToDo]
    currency: str

    @property
    def orders(self) -> int:
        """Orders that were placed."""
        return sum(bar.orders for bar in self.bars)

    @property
    def paid_minor(self) -> int:
        """What came in."""
        return sum(bar.paid_minor for bar in self.bars)

    @property
    def refunded_minor(self) -> int:
        """What went back."""
        return sum(bar.refunded_minor for bar in self.bars)


def dashboard_for(person: Staff, *, now: datetime) -> Dashboard:
    """Return what a person may see; at most eight queries."""
    return Dashboard(
        bars=_bars(now) if person.may("orders.view") else [],
        to_do=_to_do(person),
        currency=current_tenant().currency,
    )


def _bars(now: datetime) -> list[Bar]:
    tenant = current_tenant()
    today = local_date(now, tenant.zone)
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    since = day_bounds(days[0], tenant.zone)[0]
    zone = ZoneInfo(tenant.zone)
    placed = visible_orders().filter(placed_at__gte=since, currency=tenant.currency)
    placed = placed.exclude(status=OrderStatus.DRAFT)
    rows = placed.annotate(day=TruncDate("placed_at", tzinfo=zone)).values_list("day")
    orders = dict(rows.annotate(count=Count("pk")).order_by("day"))
    moved = PaymentEntry.objects.filter(at__gte=since, order__currency=tenant.currency)
    if stores_for("orders.view") is not None:
        moved = moved.filter(order__in=visible_orders())
    paid = _sums(moved.filter(kind=PaymentEntryKind.PAID), zone)
    refunded = _sums(moved.filter(kind=PaymentEntryKind.REFUNDED), zone)
    most_orders = max([1, *orders.values()])
    most_minor = max([1, *paid.values(), *refunded.values()])
    return [
        Bar(
            day=day,
            orders=orders.get(day, 0),
            paid_minor=paid.get(day, 0),
            refunded_minor=refunded.get(day, 0),
            orders_height=_height(orders.get(day, 0), most_orders),
            paid_height=_height(paid.get(day, 0), most_minor),
            refunded_height=_height(refunded.get(day, 0), most_minor),
        )
        for day in days
    ]


def _sums(rows: QuerySet[PaymentEntry], zone: ZoneInfo) -> Mapping[date, int]:
    by_day = rows.annotate(day=TruncDate("at", tzinfo=zone)).values_list("day")
    return {day: int(total) for day, total in by_day.annotate(total=Sum("minor")).order_by("day")}


def _height(value: int, most: int) -> int:
    """Return a part of the height; what is there at all can be seen."""
    return max(2, value * HEIGHT // most) if value else 0


def _to_do(person: Staff) -> list[ToDo]:
    found = []
    if person.may("orders.view"):
        waiting = visible_orders().filter(
            status=OrderStatus.PLACED,
            payment_status__in=SHIPPABLE,
            fulfilment_status__in=(FulfilmentStatus.UNFULFILLED, FulfilmentStatus.PARTIAL),
        )
        path = "/orders/?status=placed&payment_status=paid&fulfilment_status=unfulfilled"
        found.append(ToDo(_("Orders to ship"), path, waiting.count()))
    if person.may("payments.review"):
        count = reviews_waiting().count()
        found.append(ToDo(_("Payments to review"), "/orders/reviews/", count))
    if person.may("payments.refund"):
        count = refunds_waiting().count()
        found.append(ToDo(_("Refunds to make by hand"), "/payments/refunds/", count))
    if person.may("products.view"):
        found.append(ToDo(_("Products with little stock"), _low_path(person), len(low_products())))
    return found


def _low_path(person: Staff) -> str:
    return "/stock/?low=1" if person.may("stock.view") else "/products/?low=1"
