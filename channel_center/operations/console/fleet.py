"""The operator's pages about the whole fleet."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channel_center.bulk.console.forms import actions_for
from channel_center.console.menu import MANAGE_TENANTS, RUN_JOBS, VIEW_SYSTEM
from channel_center.console.operator import for_operator
from channel_center.console.selectors import latest_runs, module_name, tenant_by_public_id
from channel_center.figures.over_time import health_chart
from channel_center.operations.console.forms import AnnouncementForm, FleetFilter
from channel_center.operations.selectors import (
    announcements,
    find_fleet,
    fleet_rows,
    stoppable_modules,
)
from channel_center.operations.services.announcing import AnnouncementDraft, announce, withdraw
from channel_center.operations.services.stops import resume_module, stop_module
from channel_center.operations.services.upgrading import RINGS, set_ring, stop_upgrade, upgrade
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, query_without_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from tenants.choices import RunState
from tenants.ddl.segments import KERNEL, target_digest

_PAGE: Final = 50


@require_GET
@staff_page(VIEW_SYSTEM)
@for_operator
def index(request: StaffRequest) -> HttpResponseBase:
    """List the fleet with version, state, queue, errors and storage."""
    form = FleetFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    newest = target_digest(KERNEL)
    found = find_fleet(
        text=wanted.get("q", ""),
        state=wanted.get("state", ""),
        ring=wanted.get("ring", ""),
        newest=newest,
        only_behind=bool(wanted.get("behind")),
    )
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    runs = latest_runs()[:1]
    context = {
        "form": form,
        "page": page,
        "query": query_without_page(request.GET),
        "rows": fleet_rows(list(page.object_list), newest=newest, now=utc_now()),
        "newest": newest[:12],
        "run": runs[0] if runs else None,
        "is_running": bool(runs) and runs[0].run.state == RunState.RUNNING,
        "behind": find_fleet(newest=newest, only_behind=True).count(),
        "rings": RINGS,
        "may_run": request.person.may(RUN_JOBS),
        "chart": health_chart(now=utc_now()),
    }
    if request.person.may(MANAGE_TENANTS):
        context["bulk_actions"] = actions_for(None)
    return render(request, "operations/fleet.html", context)


@require_POST
@staff_page(RUN_JOBS, is_confirmed=True)
@for_operator
def upgrade_all(request: StaffRequest) -> HttpResponseBase:
    """Begin an upgrade ring by ring, or stop the one under way."""
    try:
        if request.POST.get("do") == "stop":
            stop_upgrade(actor=request.actor)
            messages.success(request, _("What is under way is finished; nothing more is begun."))
        else:
            upgrade(actor=request.actor)
            messages.success(request, _("The upgrade begins with ring 0 within a minute."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("/fleet/")


@require_POST
@staff_page(RUN_JOBS)
@for_operator
def ring(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Put a shop into another ring."""
    tenant = tenant_by_public_id(request.person, public_id)
    text = request.POST.get("ring", "")
    try:
        set_ring(tenant.pk, int(text) if text.isdecimal() else -1, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect("/fleet/")


@require_GET
@staff_page(VIEW_SYSTEM)
@for_operator
def functions(request: StaffRequest) -> HttpResponseBase:
    """List functions with how many shops use them, and which are stopped."""
    rows = [(row, module_name(row.code)) for row in stoppable_modules()]
    context = {"rows": rows, "may_run": request.person.may(RUN_JOBS)}
    return render(request, "operations/functions.html", context)


@require_POST
@staff_page(RUN_JOBS, is_confirmed=True)
@for_operator
def function(request: StaffRequest, code: str) -> HttpResponseBase:
    """Stop a function in every shop, or let it go on."""
    try:
        if request.POST.get("do") == "resume":
            number = resume_module(code, actor=request.actor)
            text = _("It goes on in %(number)s shops.") % {"number": number}
        else:
            number = stop_module(code, reason=request.POST.get("reason", ""), actor=request.actor)
            text = _("It is stopped in %(number)s shops. Their data stay.") % {"number": number}
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, text)
    return redirect("/functions/")


@staff_page(VIEW_SYSTEM)
@for_operator
def announcing(request: StaffRequest) -> HttpResponseBase:
    """List what is announced, and announce something."""
    form, now = AnnouncementForm(request.POST if request.method == "POST" else None), utc_now()
    if request.method == "POST":
        if not request.person.may(RUN_JOBS):
            raise PermissionDenied
        if form.is_valid():
            values = dict(form.cleaned_data)
            ends_at = now + timedelta(hours=values.pop("hours"))
            draft = AnnouncementDraft(**values, starts_at=now, ends_at=ends_at)
            try:
                announce(draft, actor=request.actor)
            except DomainError as refusal:
                add_refusal(form, refusal, {})
            else:
                messages.success(request, _("It stands at the top of consoles now."))
                return redirect("/announcements/")
    context = {
        "form": form,
        "rows": announcements(now=now),
        "may_run": request.person.may(RUN_JOBS),
    }
    status = 422 if form.errors else 200
    return render(request, "operations/announcements.html", context, status=status)


@require_POST
@staff_page(RUN_JOBS)
@for_operator
def take_back(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show an announcement no more."""
    withdraw(identified("ann", public_id), actor=request.actor)
    messages.success(request, _("It is shown no more."))
    return redirect("/announcements/")
