"""Copying pages of one shop into others: choosing, seeing what would change, beginning."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from channel_center.bulk.console.forms import CopyForm
from channel_center.bulk.services.beginning import MOST
from channel_center.bulk.services.copying import copy_pages
from channel_center.console.menu import MANAGE_TENANTS
from channel_center.console.selectors import tenant_by_public_id
from channel_center.partners.selectors import visible_tenants
from channel_center.snapshots.services.copying import copyable_pages, outlook
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from tenants.choices import LIVING

_COMPARED: Final = 50
_FIELDS: Final = {"templates.invalid": "pages", "bulk.nothing_chosen": "shops"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_TENANTS)
def copy(request: StaffRequest, tenant: str) -> HttpResponseBase:
    """Ask what is copied into which shops, show what would change there, and begin."""
    channel_id, source = request.person.channel_id, tenant_by_public_id(request.person, tenant)
    others = visible_tenants(request.person).filter(state__in=LIVING).exclude(pk=source.pk)
    pages = copyable_pages(source.pk, channel_id=channel_id)
    is_sent = request.method == "POST"
    form = CopyForm(
        request.POST if is_sent else None,
        pages=pages,
        shops=list(others.order_by("name", "pk")[:MOST]),
        initial={"title": _("New pages")},
    )
    found = []
    if is_sent and form.is_valid():
        chosen = form.chosen()
        try:
            if "go" in request.POST:
                ids = [row.pk for row in chosen]
                run = copy_pages(
                    source.pk, ids, form.wish(), channel_id=channel_id, actor=request.actor
                )
                return redirect(f"/bulk/{run.public_id}/")
            found = outlook(source.pk, chosen[:_COMPARED], form.wish(), channel_id=channel_id)
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
    context = {
        "form": form,
        "shop": source,
        "pages": pages,
        "others": len(form.targets),
        "found": found,
        "more": max(0, len(form.chosen()) - _COMPARED) if found else 0,
    }
    return render(request, "bulk/copy.html", context, status=422 if form.errors else 200)
