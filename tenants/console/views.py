"""Home, brand, staff and activity of the tenant's console."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from kernel.audit.selectors import AuditFilter, find_entries
from kernel.backoffice.activity import Act, described
from kernel.backoffice.acts.views import list_context
from kernel.backoffice.dashboard import dashboard_for
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, current_tenant, public_context
from tenants.choices import DomainKind
from tenants.console.checklist import checklist
from tenants.console.pages import VIEW_ACTIVITY, VIEW_STAFF
from tenants.console.selectors import functions_of, staff_list
from tenants.services.modules import statuses

_PAGE = 50


@require_GET
@staff_page()
def home(request: StaffRequest) -> HttpResponseBase:
    """Show what is left to set up, the brand and where the shop answers."""
    tenant = current_tenant()
    functions = functions_of(tenant.id, statuses(tenant.id, now=utc_now()))
    steps = checklist(request.person, tenant)
    context = {
        "dashboard": dashboard_for(request.person, now=utc_now()),
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "store_host": tenant.host(DomainKind.STORE),
        "console_host": tenant.host(DomainKind.CONSOLE),
        "functions_on": [f.status.manifest for f in functions if f.status.enabled],
        "functions_total": len(functions),
    }
    return render(request, "tenants/home.html", context)


@require_GET
@staff_page(VIEW_STAFF)
def staff(request: StaffRequest) -> HttpResponseBase:
    """List who may sign in."""
    return render(request, "tenants/staff.html", {"people": staff_list()})


@require_GET
@staff_page(VIEW_ACTIVITY)
def activity(request: StaffRequest) -> HttpResponseBase:
    """List what was done, newest first: by the shop's own staff, and on the shop from outside."""
    tenant = current_tenant()
    context = list_context(request)
    context["platform"] = [] if context["is_narrowed"] or request.GET else _from_outside(tenant)
    return render(request, "tenants/activity.html", context)


def _from_outside(tenant: TenantRef) -> list[Act]:
    about = AuditFilter(object_type="tenant", object_id=tenant.public_id)
    with public_context():
        return [described(entry) for entry in find_entries(about, limit=_PAGE)]
