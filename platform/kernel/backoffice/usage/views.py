"""What the shop uses of its plan."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.time import utc_now
from kernel.quotas.selectors import months_of, standings

VIEW: Final = "plan.view"
_MONTHS: Final = 6


@require_GET
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show each meter with its limit, what happens there, and the last months."""
    now = utc_now()
    rows = [
        (each, months_of(each.meter, now=now, number=_MONTHS) if each.meter.begins_anew else [])
        for each in standings(now=now)
    ]
    return render(request, "backoffice/usage/index.html", {"rows": rows})
