"""The shop's clock, told to programmes: days, weeks and months that are over, and what is due.

Each period has a key of its own, so that a clock that stood still, or ran twice, closes
every period once and in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Sum

from kernel.catalogue.models import Variant
from kernel.common.time import local_date
from kernel.orders.models import Order, OrderLine
from kernel.rewards.choices import ProgrammeState
from kernel.rewards.models import Memory, Programme
from kernel.rewards.permission import is_permitted
from kernel.rewards.services.programmes import handle
from kernel.tenancy.context import current_tenant
from kernel.tenancy.schedules import ask

CLOCK: Final = "rewards.clock"
_CLOSED: Final = "clock"
_AFTER_MIDNIGHT: Final = timedelta(minutes=10)
_MOST_DAYS: Final = 400
_CENTS: Final = 2


@dataclass(frozen=True, slots=True)
class Period:
    """A day, week or month of the shop's calendar; ``until`` is the first day after it."""

    kind: str
    since: date
    until: date

    @property
    def key(self) -> str:
        """What its event is called; once for each programme."""
        return f"period:{self.kind}:{self.since}"


def close_periods(*, now: datetime) -> int:
    """Tell every live programme of the periods that are over and of what is due.

    Returns:
        How many of them made programmes book something.
    """
    today, told = local_date(now, current_tenant().zone), 0
    rows = Programme.objects.filter(state=ProgrammeState.LIVE).order_by("id")
    for programme in rows:
        if not is_permitted(programme.packs, programme.parameters):
            # Periods wait until it is approved anew; what was earned is released meanwhile.
            told += bool(handle(programme, _due(today)))
            continue
        for day in _open_days(programme, today):
            for period in periods_ending(day):
                told += bool(handle(programme, event_of(period)))
            told += bool(handle(programme, _due(day)))
            _note(programme, day)
    return told


def _due(day: date) -> dict[str, Any]:
    return {"type": "release.due", "key": f"release:{day}", "day": str(day)}


def ask_for_next(*, now: datetime) -> None:
    """Ask for the clock after the shop's next midnight."""
    zone = ZoneInfo(current_tenant().zone)
    tomorrow = local_date(now, zone.key) + timedelta(days=1)
    with transaction.atomic():
        ask(CLOCK, datetime.combine(tomorrow, time(), zone) + _AFTER_MIDNIGHT)


def periods_ending(day: date) -> Iterator[Period]:
    """Yield the periods of which a day is the first one after: its eve, week, month."""
    yield Period("day", day - timedelta(days=1), day)
    if day.weekday() == 0:
        yield Period("week", day - timedelta(days=7), day)
    if day.day == 1:
        yield Period("month", (day - timedelta(days=1)).replace(day=1), day)


def _open_days(programme: Programme, today: date) -> list[date]:
    """Return the days that have begun since the clock was last told; the first is its own."""
    row = Memory.objects.filter(programme=programme, kind=_CLOSED, key="day").first()
    opened = local_date(programme.created_at, current_tenant().zone)
    last = opened if row is None else date.fromisoformat(row.record["day"])
    days = min((today - last).days, _MOST_DAYS)
    return [last + timedelta(days=at + 1) for at in range(days)]


def _note(programme: Programme, day: date) -> None:
    with transaction.atomic():
        held = Programme.objects.select_for_update().get(id=programme.id)
        row = Memory.objects.filter(programme=held, kind=_CLOSED, key="day").first()
        if row is None:
            held.remembered += 1
            held.save(update_fields=["remembered"])
            row = Memory(programme=held, kind=_CLOSED, key="day", number=held.remembered)
        row.record = {"day": str(day)}
        row.save()


def event_of(period: Period) -> dict[str, Any]:
    """Return what a programme hears of a period: its sales after refunds, and whose they are.

    A sale that is paid counts in the period in which it was placed, without what was
    refunded by its end; later refunds are taken back from what was earned by them.
    """
    zone = ZoneInfo(current_tenant().zone)
    since, until = (datetime.combine(day, time(), zone) for day in (period.since, period.until))
    orders = Order.objects.filter(
        paid_minor__gt=0, group__placed_at__gte=since, group__placed_at__lt=until
    )
    net = F("paid_minor") - F("refunded_minor")
    whole = orders.aggregate(net=Sum(net))["net"] or 0
    sales = orders.filter(member_id__isnull=False).order_by().values("member_id")
    profit = max(int(whole) - _costs(orders), 0)
    return {
        "type": "period.closed",
        "kind": period.kind,
        "key": period.key,
        "since": str(period.since),
        "day": str(period.until),
        "net_sales": _money(whole),
        "settled_sales": _money(whole),
        "profit": _money(profit),
        "prev_day_profit": _money(profit),
        "own_sales": {
            str(row["member_id"]): _money(row["net"])
            for row in sales.annotate(net=Sum(net))
            if row["net"]
        },
    }


def _costs(orders: Any) -> int:
    """Return what the goods of orders cost the shop, as far as it says; two queries."""
    lines = OrderLine.objects.filter(order__in=orders.values("id")).order_by()
    counts = {
        row["variant_id"]: row["n"]
        for row in lines.values("variant_id").annotate(n=Sum("quantity"))
    }
    costs = Variant.objects.filter(id__in=counts).values_list("id", "cost_minor")
    return sum((cost or 0) * counts[variant] for variant, cost in costs)


def _money(minor: int) -> str:
    return str(Decimal(minor).scaleb(-_CENTS))
