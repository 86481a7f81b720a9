"""Counts days at night, so that the console's chart reads thirty rows and not all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Sum

from apps.check_in.manifest import LONGEST_WINDOW
from apps.check_in.models import CheckIn, DailyCount
from kernel.analytics.values import Span
from kernel.analytics.widgets import WidgetFigures
from kernel.common.time import local_date
from kernel.tenancy.context import current_tenant

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart; ``height`` is 0 to 100."""

    day: date
    members: int
    height: int

    @property
    def top(self) -> int:
        """Where the bar begins, counted from above, when the ground is at 102."""
        return 102 - self.height


def roll_up(*, now: datetime) -> None:
    """Count the days that are over and can still change; counting again counts the same."""
    today = local_date(now, current_tenant().zone)
    counted = (
        CheckIn.objects.filter(day__gte=today - (LONGEST_WINDOW + 1) * _DAY, day__lt=today)
        .values("day")
        .annotate(members=Count("id"), made_up=Count("made_up_on"), earned=Sum("points"))
        .order_by("day")
    )
    DailyCount.objects.bulk_create(
        [
            DailyCount(
                day=row["day"],
                members=row["members"],
                made_up=row["made_up"],
                points=row["earned"],
                counted_at=now,
            )
            for row in counted
        ],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["members", "made_up", "points", "counted_at"],
    )


def widget(span: Span) -> WidgetFigures:
    """Return how many members checked in on each day, as it was counted at night; two queries."""
    rows = DailyCount.objects.filter(day__range=(span.since, span.until))
    counts = dict(rows.values_list("day", "members"))
    before = DailyCount.objects.filter(day__range=(span.before.since, span.before.until))
    return WidgetFigures(
        days=[(day, counts.get(day, 0)) for day in span.each()],
        before=int(before.aggregate(sum=Sum("members"))["sum"] or 0),
    )


def chart(*, today: date, days: int = 30) -> Sequence[Bar]:
    """Return the last days up to today, which is counted now; two queries."""
    first = today - (days - 1) * _DAY
    counts = dict(DailyCount.objects.filter(day__gte=first).values_list("day", "members"))
    counts[today] = CheckIn.objects.filter(day=today).count()
    highest = max(counts.values(), default=0) or 1
    wanted = (first + number * _DAY for number in range(days))
    return [
        Bar(day, counts.get(day, 0), round(100 * counts.get(day, 0) / highest)) for day in wanted
    ]
