"""Keeps somebody's own views of lists."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from channel_center.console.menu import VIEW_TENANTS
from channel_center.partners.services.views import drop_view, save_view
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError


@require_POST
@staff_page(VIEW_TENANTS)
def save(request: StaffRequest) -> HttpResponseBase:
    """Keep what the list of shops is narrowed down by, under a name."""
    query = request.POST.get("query", "")
    try:
        save_view(request.person, page="shops", name=request.POST.get("name", ""), query=query)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The view is kept for you."))
    return redirect(f"/shops/?{query}")


@require_POST
@staff_page(VIEW_TENANTS)
def drop(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Forget a view."""
    drop_view(request.person, identified("viw", public_id))
    return redirect("/shops/")
