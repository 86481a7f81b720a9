"""How a shop is doing: the last 30 days in figures, and what waits for somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.access.models import Staff
from kernel.access.scopes import extent_of
from kernel.analytics.reports import Overview, looked_at, overview
from kernel.analytics.values import Span
from kernel.analytics.widgets import WidgetShown, widgets_for
from kernel.backoffice.figures.charts import Chart, Tile, of_widget, over_time, tile
from kernel.backoffice.orders.selectors import refunds_waiting, reviews_waiting
from kernel.backoffice.products.selectors import low_products
from kernel.common.time import local_date
from kernel.orders.choices import FulfilmentStatus, OrderStatus, PaymentStatus
from kernel.orders.selectors import visible_orders
from kernel.tenancy.context import current_tenant
from kernel.wallet.selectors import withdrawals_to_review

DAYS: Final = 30
TILES: Final = ("paid_minor", "paid", "visits", "conversion_bp", "refunded_minor")
SHIPPABLE: Final = (
    PaymentStatus.PAID,
    PaymentStatus.PART_REFUNDED,
    PaymentStatus.AUTHORISED,
)


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that waits, where it is done, and how much of it there is."""

    label: Promise
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the home page shows; ``seen`` is None for who may not see the whole shop's orders.

    Attributes:
        made_at: when the figures were made.
        widgets: of modules that are on, as far as the person may see them.
    """

    seen: Overview | None
    to_do: list[ToDo]
    made_at: datetime | None
    widgets: list[WidgetShown]

    @property
    def module_charts(self) -> list[tuple[Chart, str]]:
        """What modules tell, each with where there is more."""
        return [(of_widget(each), each.path) for each in self.widgets]

    @property
    def tiles(self) -> list[Tile]:
        """What stands above the chart."""
        if self.seen is None:
            return []
        return [tile(self.seen, name, is_good=name != "refunded_minor") for name in TILES]

    @property
    def chart(self) -> Chart | None:
        """What came in each day."""
        if self.seen is None:
            return None
        names = ("paid_minor", "refunded_minor")
        return over_time(self.seen, "home", str(_("The last 30 days")), names)


def dashboard_for(person: Staff, *, now: datetime) -> Dashboard:
    """Return what a person may see; the figures are read from roll-ups alone."""
    is_whole = person.may("orders.view") and extent_of("orders.view") is None
    span = Span.last(DAYS, today=local_date(now, current_tenant().zone))
    return Dashboard(
        seen=overview(span) if is_whole else None,
        to_do=_to_do(person),
        made_at=looked_at() if is_whole else None,
        widgets=widgets_for(span, may=person.may),
    )


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
    if person.may("withdrawals.review") and (count := withdrawals_to_review()):
        path = "/withdrawals/?state=to_review"
        found.append(ToDo(_("Withdrawals to review"), path, count))
    return found


def _low_path(person: Staff) -> str:
    return "/stock/?low=1" if person.may("stock.view") else "/products/?low=1"
