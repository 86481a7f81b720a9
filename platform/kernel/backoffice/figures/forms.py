"""Which days and which visits are shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kernel.analytics.choices import Channel, Device
from kernel.analytics.errors import InvalidSpan
from kernel.analytics.reports import Narrowed
from kernel.analytics.values import Span
from kernel.backoffice.pieces import NarrowForm
from kernel.common.time import local_date, utc_now
from kernel.tenancy.context import current_tenant

_DAYS: Final = 30
LASTS: Final = (
    ("1", _("Today")),
    ("yesterday", _("Yesterday")),
    ("7", _("7 days")),
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("month", _("This month")),
    ("365", _("12 months")),
)


class SpanForm(NarrowForm):
    """Days: a number of them up to today, or from one day to another."""

    last = forms.ChoiceField(required=False, choices=LASTS, widget=forms.HiddenInput)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def span(self) -> Span:
        """Return the days; the last thirty when none were asked for that can be shown."""
        wanted = self.wanted()
        today = local_date(utc_now(), current_tenant().zone)
        since, until = wanted.get("since"), wanted.get("until")
        try:
            if since or until:
                return _between(since, until, today)
        except InvalidSpan:
            self.add_error("until", str(InvalidSpan.title))
        return _last(str(wanted.get("last") or _DAYS), today)


class VisitForm(SpanForm):
    """Days, and which visits."""

    channel = forms.ChoiceField(
        label=_("Where from"), required=False, choices=[("", _("All")), *Channel.choices]
    )
    device = forms.ChoiceField(
        label=_("Seen with"), required=False, choices=[("", _("All")), *Device.choices]
    )

    def narrowed(self) -> Narrowed:
        """Return which visits are meant."""
        wanted = self.wanted()
        return Narrowed(wanted.get("channel", ""), wanted.get("device", ""))


def span_of(query: QueryDict) -> Span:
    """Return the days that a query asks for."""
    return SpanForm(query).span()


def filled(form: type[SpanForm], query: QueryDict) -> Any:
    """Return a form that shows the days that it means."""
    asked = form(query)
    span = asked.span()
    told = query.copy()
    told["since"], told["until"] = span.since.isoformat(), span.until.isoformat()
    return form(told), asked


def _between(since: date | None, until: date | None, today: date) -> Span:
    last = min(until or today, today)
    return Span(since or last - timedelta(days=_DAYS - 1), last)


def _last(last: str, today: date) -> Span:
    if last == "month":
        return Span(today.replace(day=1), today)
    if last == "yesterday":
        return Span(today - timedelta(days=1), today - timedelta(days=1))
    return Span.last(int(last), today=today)
