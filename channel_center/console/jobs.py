"""Jobs by the clock of all shops: how they go, where they fail, once more."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from channel_center.console.menu import RUN_JOBS, VIEW_SYSTEM
from channel_center.console.operator import for_operator
from kernel.audit.services import record
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.jobs.views import label_of
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.tenancy.schedules.overview import jobs_of_all, run_in, troubles
from kernel.tenancy.schedules.seen import UnknownJob
from tenants.models import Tenant

HOME: Final = "/jobs/"


@require_GET
@staff_page(VIEW_SYSTEM)
@for_operator
def index(request: StaffRequest) -> HttpResponseBase:
    """List every job with its last run and next run, those in trouble first."""
    rows = jobs_of_all(now=utc_now())
    context = {
        "rows": [(row, label_of(row.schedule.name)) for row in rows],
        "failed": sum(row.failed for row in rows),
        "late": sum(row.late for row in rows),
    }
    return render(request, "channel_center/jobs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW_SYSTEM)
@for_operator
def one(request: StaffRequest, name: str) -> HttpResponseBase:
    """Show where a job failed or is late, and have it run again there."""
    now = utc_now()
    try:
        found = troubles(name, now=now)
    except UnknownJob as error:
        raise Http404 from error
    known = Tenant.objects.in_bulk([each.tenant_id for each in found])
    if request.method == "POST":
        if not request.person.may(RUN_JOBS):
            raise PermissionDenied
        chosen = _chosen(request, known)
        with transaction.atomic():
            run_in(name, chosen, now=now)
            record(
                action="jobs.run",
                actor=request.actor,
                obj=("job", name),
                after={"name": label_of(name), "shops": len(chosen)},
                now=now,
            )
        messages.success(request, _("It runs within a minute."))
        return redirect(f"{HOME}{name}/")
    job = next(each for each in jobs_of_all(now=now) if each.schedule.name == name)
    context = {
        "job": job,
        "label": label_of(name),
        "rows": [(each, known[each.tenant_id]) for each in found if each.tenant_id in known],
        "may_run": request.person.may(RUN_JOBS),
    }
    return render(request, "channel_center/job.html", context)


def _chosen(request: StaffRequest, known: dict[UUID, Tenant]) -> list[UUID]:
    """Return the shop that was named, or all that are in trouble."""
    text = request.POST.get("shop", "")
    if not text:
        return list(known)
    try:
        wanted = parse_public_id("ten", text)
    except InvalidId as error:
        raise Http404 from error
    if wanted not in known:
        raise Http404
    return [wanted]
