"""Balances, arrears, functions and the fleet as charts, for start pages and as files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _

from channel_center.billing.choices import PartyKind, SubscriptionState
from channel_center.billing.models import Subscription, Wallet
from channel_center.console.selectors import module_name
from channel_center.figures.fleet import fleet_hours
from channel_center.partners.selectors import visible_tenants
from channel_center.topups.movements import balances_at
from kernel.access.models import Staff
from kernel.backoffice.figures.charts import Chart, Line
from kernel.common.time import local_date
from tenants.choices import TenantState
from tenants.models import ModuleInstall

DAYS: Final = 30
_MOST_WALLETS: Final = 3
_MOST_FUNCTIONS: Final = 4
_LATE: Final = (7, 14, 30)
"""Up to so many days overdue; what is later still comes last."""
_OVERDUE: Final = (SubscriptionState.PAST_DUE, SubscriptionState.GRACE)


def charts_for(person: Staff, *, now: datetime, money: bool) -> list[Chart]:
    """Return the charts that say something; those of money where somebody may see it."""
    made = [_functions(person, now=now), _fleet(person)]
    if person.channel_id is None:
        made.append(health_chart(now=now))
    if money:
        made = [_balance(person, now=now), _arrears(person, now=now), *made]
    return [each for each in made if each is not None]


def _balance(person: Staff, *, now: datetime) -> Chart | None:
    if person.channel_id is None:
        return None
    own = Wallet.objects.filter(kind=PartyKind.PARTNER, channel=person.channel_id)
    days = _days(now)
    ends = [_end(day) for day in days]
    lines = [
        Line(row.currency, balances_at(row, ends), currency=row.currency)
        for row in own.order_by("currency")[:_MOST_WALLETS]
    ]
    drawn = [line for line in lines if any(line.values)]
    if not drawn:
        return None
    title = _("Balance, the last 30 days")
    last = "; ".join(f"{line.label}: {line.text(line.values[-1])}" for line in drawn)
    return _chart("balance", title, _labels(days), drawn, kind="line", told=last)


def _arrears(person: Staff, *, now: datetime) -> Chart | None:
    rows = Subscription.objects.filter(
        tenant__in=visible_tenants(person).values("pk"), state__in=_OVERDUE
    )
    since = list(rows.values_list("due_since", "current_end"))
    if not since:
        return None
    labels = [_("up to %(days)s days") % {"days": days} for days in _LATE] + [_("longer")]
    numbers = [0] * len(labels)
    for due, ended in since:
        begun = due or ended or now
        late = (now - begun).days
        numbers[sum(late > most for most in _LATE)] += 1
    lines = [Line(_("Functions"), numbers)]
    title = _("Overdue functions, by how long")
    return _chart("arrears", title, labels, lines, kind="bar", told=str(sum(numbers)))


def _functions(person: Staff, *, now: datetime) -> Chart | None:
    installs = list(
        ModuleInstall.objects.filter(
            tenant__in=visible_tenants(person).values("pk"), enabled_at__isnull=False
        ).values_list("module", "enabled_at", "disabled_at")
    )
    days = _days(now)
    counted: dict[str, list[int]] = {}
    for place, day in enumerate(days):
        end = _end(day)
        for module, begun, ended in installs:
            if (
                begun is not None
                and begun < end
                and not (ended is not None and begun < ended < end)
            ):
                counted.setdefault(module, [0] * len(days))[place] += 1
    most = sorted(counted, key=lambda code: (-counted[code][-1], code))[:_MOST_FUNCTIONS]
    if not most:
        return None
    lines = [Line(module_name(code), counted[code]) for code in most]
    last = "; ".join(f"{line.label}: {line.text(line.values[-1])}" for line in lines)
    title = _("Shops that use a function, the last 30 days")
    return _chart("functions", title, _labels(days), lines, kind="line", told=last)


def _fleet(person: Staff) -> Chart | None:
    rows = visible_tenants(person).values_list("state").annotate(number=Count("pk")).order_by()
    numbers = dict(rows)
    shown = [each for each in TenantState if numbers.get(each.value)]
    if not shown:
        return None
    lines = [Line(_("Shops"), [numbers[each.value] for each in shown])]
    labels = [str(each.label) for each in shown]
    told = "; ".join(
        f"{label}: {numbers[each.value]}" for label, each in zip(labels, shown, strict=True)
    )
    return _chart("fleet", _("Shops by state"), labels, lines, kind="bar", told=told)


def health_chart(*, now: datetime) -> Chart | None:
    """Return how the fleet was in the last week; None before it was looked at."""
    hours = fleet_hours(now=now)
    if not hours:
        return None
    zone = ZoneInfo(settings.TIME_ZONE)
    lines = [
        Line(_("Waiting events"), [row.queue for row in hours]),
        Line(_("Jobs that failed"), [row.failed for row in hours]),
        Line(_("Behind the release"), [row.behind for row in hours]),
    ]
    most = "; ".join(f"{line.label}: {line.text(max(line.values))}" for line in lines)
    labels = [f"{row.at.astimezone(zone):%m-%d %H:00}" for row in hours]
    title = _("Health of the fleet, the last 7 days: the most of each hour")
    chart = _chart("health", title, labels, lines, kind="line", told=most)
    # A line needs two ends.
    return chart if len(hours) > 1 else replace(chart, kind="bar")


def rows_of(chart: Chart) -> Iterable[Sequence[object]]:
    """Return the figures of a chart as they stand in a file: plain numbers."""
    for place, label in enumerate(chart.labels):
        yield [label, *(line.numbers[place] for line in chart.lines)]


def _chart(
    code: str, title: str, labels: Sequence[str], lines: Sequence[Line], *, kind: str, told: str
) -> Chart:
    return Chart(
        code=code,
        title=title,
        kind=kind,
        labels=labels,
        lines=lines,
        summary=_("%(title)s. %(sums)s. The table below has every part.")
        % {"title": title, "sums": told},
        heading=_("When") if kind == "line" else _("Which"),
    )


def _days(now: datetime) -> list[date]:
    today = local_date(now, settings.TIME_ZONE)
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def _labels(days: Sequence[date]) -> list[str]:
    return [day.isoformat() for day in days]


def _end(day: date) -> datetime:
    """Return the first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.TIME_ZONE))
