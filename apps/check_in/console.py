"""Pages of the tenant console."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from apps.check_in.manifest import manifest
from apps.check_in.models import CheckIn
from apps.check_in.selectors import records
from apps.check_in.statistics import chart
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import NarrowForm, csv_file, narrowed_page
from kernel.common.csv import csv_lines
from kernel.common.time import local_date, utc_now
from kernel.settings.forms import settings_form
from kernel.tenancy.context import current_tenant

MANAGE = "check_in.manage"
_ModuleSettings = settings_form(manifest)


class RecordFilter(NarrowForm):
    """What the list of check-ins is narrowed down by."""

    search = forms.CharField(
        required=False, max_length=80, label=gettext_lazy("Member's name, e-mail or telephone")
    )
    since = forms.DateField(
        required=False,
        label=gettext_lazy("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        required=False,
        label=gettext_lazy("Until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@require_safe
@staff_page(MANAGE)
def overview(request: StaffRequest) -> HttpResponseBase:
    """Show the chart, and the check-ins with search and pages."""
    _page, context = narrowed_page(
        request, RecordFilter(request.GET), lambda wanted: records(**wanted)
    )
    bars = chart(today=local_date(utc_now(), current_tenant().zone))
    # Thirty bars of no height say less than a sentence.
    context |= {"bars": bars if any(bar.members for bar in bars) else []}
    return render(request, "check_in/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def settings(request: StaffRequest) -> HttpResponseBase:
    """Change the module's settings."""
    form = _ModuleSettings.of_current_tenant(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.save(actor=request.actor):
        messages.success(request, _("The settings were saved."))
        return redirect("check_in:settings")
    status = 422 if form.errors else 200
    return render(request, "check_in/settings.html", {"form": form}, status=status)


@require_safe
@staff_page(MANAGE)
def export(request: StaffRequest) -> HttpResponseBase:
    """Send the narrowed list as CSV, row by row."""
    rows = records(**RecordFilter(request.GET).wanted())
    return csv_file(csv_lines(_csv_rows(_headings(), rows.iterator(chunk_size=1000))), "check-in")


def _headings() -> list[str]:
    return [
        _("Day"),
        _("Member"),
        _("Login"),
        _("Days in a row"),
        _("Points"),
        _("Cost"),
        _("Made up on"),
    ]


def _csv_rows(headings: list[str], found: Iterator[CheckIn]) -> Iterator[list[object]]:
    # The headings come ready: rows are drawn after the reader's language was left.
    yield list(headings)
    for row in found:
        yield [
            row.day,
            row.member.name,
            row.member.login,
            row.streak,
            row.points,
            row.cost,
            row.made_up_on or "",
        ]
