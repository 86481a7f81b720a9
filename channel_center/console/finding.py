"""What the command palette finds, and how far the opening of a shop is."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from channel_center.console.menu import MANAGE_CHANNELS, VIEW_TENANTS
from channel_center.console.selectors import find_tenants, listed, tenant_by_public_id
from channel_center.models import Channel
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.templatetags.console import address
from tenants.choices import LIVING, DomainKind, JobState
from tenants.models import Domain, Job

_MOST: Final = 8
_LONGEST: Final = 80


@require_GET
@staff_page()
def palette(request: StaffRequest) -> HttpResponseBase:
    """Return shops, and partners for the operator, whose names or host names fit."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST]
    found: list[dict[str, str]] = []
    if text and request.person.may(VIEW_TENANTS):
        found += [
            {"label": row.tenant.name, "path": f"/shops/{row.tenant.public_id}/",
             "hint": row.store_name or _("Shop")}
            for row in listed(find_tenants(request.person, text=text)[:_MOST])
        ]  # fmt: skip
    if text and request.person.channel_id is None and request.person.may(MANAGE_CHANNELS):
        partners = Channel.objects.filter(name__icontains=text).order_by("name")[:_MOST]
        found += [
            {"label": row.name, "path": f"/partners/{row.public_id}/", "hint": row.host}
            for row in partners
        ]
    return JsonResponse({"items": found})


@require_GET
@staff_page(VIEW_TENANTS)
def progress(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Return how far the opening of a shop is, for the page that waits for it."""
    tenant = tenant_by_public_id(request.person, public_id)
    job = Job.objects.filter(tenant=tenant).order_by("-created_at").first()
    store = Domain.objects.filter(tenant=tenant, kind=DomainKind.STORE, is_primary=True).first()
    has_failed = job is not None and job.state == JobState.FAILED
    return JsonResponse(
        {
            "state": "ready" if tenant.state in LIVING else "failed" if has_failed else "working",
            "done": job.step if job is not None else 0,
            "store": address(store.domain, "store") if store is not None else "",
        }
    )
