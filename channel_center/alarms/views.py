"""Alarms of reward monitors, as the operator's compliance reads them."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from channel_center.alarms.models import RewardAlarm
from channel_center.alarms.services import take_note
from channel_center.console.menu import RUN_JOBS, VIEW_SYSTEM
from channel_center.console.operator import for_operator
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.common.time import utc_now
from kernel.rewards.monitors.catalogue import monitors
from kernel.rewards.monitors.choices import Level, Measure
from kernel.rewards.policy.texts import worded
from tenants.models import Tenant

_TONES = {"warn": "warn", "act": "bad"}


@require_safe
@staff_page(VIEW_SYSTEM)
@for_operator
def index(request: StaffRequest) -> HttpResponseBase:
    """List the alarms, those that go on first."""
    order = (F("ended_at").desc(nulls_first=True), "-raised_at")
    page = paged(request, RewardAlarm.objects.order_by(*order))
    shops = Tenant.objects.filter(pk__in=[row.tenant_id for row in page])
    names = {shop.pk: (shop.name, shop.public_id) for shop in shops}
    known = monitors()
    rows = [
        {
            "row": row,
            "shop": names.get(row.tenant_id, ("—", "")),
            "monitor": worded(known[row.monitor].names) if row.monitor in known else "",
            "level": Level(row.level).label,
            "tone": _TONES.get(row.level, ""),
            "measure": Measure(row.measure).label,
        }
        for row in page
    ]
    return render(request, "channel_center/alarms.html", {"page": page, "rows": rows})


@require_POST
@staff_page(RUN_JOBS)
@for_operator
def seen(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Take note of an alarm."""
    take_note(identified("ral", public_id), actor=request.actor, now=utc_now())
    return redirect("/alarms/")
