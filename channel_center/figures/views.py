"""The charts of start pages as files."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from channel_center.console.csv_export import csv_lines
from channel_center.figures.over_time import charts_for, rows_of
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.time import utc_now

SEES_MONEY = "billing.manage"


@require_GET
@staff_page("tenants.view")
def chart_file(request: StaffRequest, code: str) -> HttpResponseBase:
    """Return the figures of one chart as CSV."""
    charts = charts_for(request.person, now=utc_now(), money=request.person.may(SEES_MONEY))
    chart = next((each for each in charts if each.code == code), None)
    if chart is None:
        raise Http404
    heading = [chart.heading, *(line.label for line in chart.lines)]
    lines = csv_lines(heading, rows_of(chart))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{chart.code}.csv"'
    return answer
