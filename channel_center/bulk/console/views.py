"""Work on many shops: choosing, confirming, watching, stopping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channel_center.bulk.choices import ASKED_ELSEWHERE, BRINGS, FOR_OPERATOR, BulkAction
from channel_center.bulk.console.forms import form_for
from channel_center.bulk.selectors import items_of, listed_items, progress_of, runs_of, shown
from channel_center.bulk.services.beginning import MOST, begin, stop, try_again
from channel_center.bulk.services.copying import take_back_all
from channel_center.console.forms import TenantFilter
from channel_center.console.menu import MANAGE_TENANTS, RUN_JOBS
from channel_center.console.selectors import find_tenants
from channel_center.partners.selectors import visible_tenants
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from tenants.choices import LIVING
from tenants.models import Tenant

HOME: Final = "/bulk/"
_SHOWN: Final = 20


@require_safe
@staff_page(MANAGE_TENANTS)
def index(request: StaffRequest) -> HttpResponseBase:
    """List what was done to many shops, the newest first."""
    page = paged(request, runs_of(request.person.channel_id), size=25)
    context = {"page": page, "rows": [shown(row) for row in page.object_list]}
    return render(request, "bulk/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_TENANTS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Ask what the action needs to know, and begin."""
    is_sent = request.method == "POST"
    told = request.POST if is_sent else request.GET
    action = _action(request, told.get("action", ""))
    chosen = _chosen(request)
    if not chosen:
        messages.error(request, _("Choose at least one shop."))
        return redirect("/shops/")
    form = form_for(action, told if is_sent else None, channel_id=request.person.channel_id)
    if is_sent and form.is_valid():
        try:
            run = begin(
                action,
                [row.pk for row in chosen],
                form.cleaned_data,
                channel_id=request.person.channel_id,
                actor=request.actor,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, {})
        else:
            return redirect(f"{HOME}{run.public_id}/")
    context = {
        "form": form,
        "action": action,
        "number": len(chosen),
        "shown": chosen[:_SHOWN],
        "more": max(0, len(chosen) - _SHOWN),
        "idle": sum(row.state not in LIVING for row in chosen),
        "shops": ",".join(row.public_id for row in chosen),
    }
    return render(request, "bulk/new.html", context, status=422 if form.errors else 200)


@require_safe
@staff_page(MANAGE_TENANTS)
def one(request: StaffRequest, run: str) -> HttpResponseBase:
    """Show how far it is, and where it was not done."""
    found = progress_of(identified("blk", run), channel_id=request.person.channel_id)
    page = paged(request, items_of(found.run), size=50)
    context = {
        "found": found,
        "page": page,
        "rows": listed_items(list(page.object_list)),
        "may_be_taken_back": found.run.action in BRINGS and not found.is_running,
    }
    return render(request, "bulk/one.html", context)


@require_POST
@staff_page(MANAGE_TENANTS)
def end(request: StaffRequest, run: str) -> HttpResponseBase:
    """Begin nothing more."""
    key = identified("blk", run)
    try:
        left = stop(key, channel_id=request.person.channel_id, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(number)s shop is left out.", "%(number)s shops are left out.", left)
        messages.success(request, text % {"number": left})
    return redirect(f"{HOME}{run}/")


@require_POST
@staff_page(MANAGE_TENANTS)
def again(request: StaffRequest, run: str) -> HttpResponseBase:
    """Try once more where it was not done."""
    key = identified("blk", run)
    try:
        try_again(key, channel_id=request.person.channel_id, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{HOME}{run}/")


@require_POST
@staff_page(MANAGE_TENANTS)
def back(request: StaffRequest, run: str) -> HttpResponseBase:
    """Take back what was brought, in every shop."""
    key = identified("blk", run)
    try:
        made = take_back_all(key, channel_id=request.person.channel_id, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"{HOME}{run}/")
    return redirect(f"{HOME}{made.public_id}/")


def _action(request: StaffRequest, text: str) -> BulkAction:
    action = BulkAction(text) if text in BulkAction.values else BulkAction.HOLD
    if action in ASKED_ELSEWHERE:
        return BulkAction.HOLD
    is_operator = request.person.channel_id is None
    if action in FOR_OPERATOR and not (is_operator and request.person.may(RUN_JOBS)):
        raise PermissionDenied
    return action


def _chosen(request: StaffRequest) -> Sequence[Tenant]:
    """Return the shops that were ticked, or all that fit; only those that the person may see."""
    if request.method != "POST" and request.GET.get("all") == "1":
        form = TenantFilter(request.GET)
        wanted = form.cleaned_data if form.is_valid() else {}
        rows = find_tenants(
            request.person,
            text=wanted.get("q", ""),
            state=wanted.get("state", ""),
            kind=wanted.get("kind", ""),
            currency=wanted.get("currency", ""),
        )
        return list(rows[: MOST + 1])
    texts = (
        request.POST.get("shops", "").split(",")
        if request.method == "POST"
        else request.GET.getlist("shop")
    )
    keys = []
    for text in texts[: MOST + 1]:
        try:
            keys.append(parse_public_id("ten", text))
        except InvalidId:
            continue
    return list(visible_tenants(request.person).filter(pk__in=keys).order_by("name", "pk"))
