"""Home, brand, staff and activity of the tenant's console."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kernel.access.models import Staff
from kernel.audit.selectors import AuditFilter, find_entries
from kernel.backoffice.activity import Act, described
from kernel.backoffice.acts.views import list_context
from kernel.backoffice.dashboard import dashboard_for
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, current_tenant, public_context
from tenants.choices import DomainKind
from tenants.console.forms import BrandForm
from tenants.console.pages import MANAGE_BRAND, VIEW_ACTIVITY, VIEW_STAFF
from tenants.console.selectors import (
    ChecklistStep,
    domains_of,
    functions_of,
    has_own_look,
    staff_list,
)
from tenants.services.brands import set_brand
from tenants.services.modules import statuses

_PAGE = 50


@require_GET
@staff_page()
def home(request: StaffRequest) -> HttpResponseBase:
    """Show what is left to set up, the brand and where the shop answers."""
    tenant = current_tenant()
    functions = functions_of(tenant.id, statuses(tenant.id, now=utc_now()))
    steps = _checklist(request.person, tenant)
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


def _checklist(person: Staff, tenant: TenantRef) -> list[ChecklistStep]:
    own_names = [d for d in domains_of(tenant.id) if not d.is_own and d.is_verified]
    return [
        ChecklistStep(
            _("Choose a password of your own"),
            _("Only you should know it."),
            "/account/password/",
            not person.must_change_password,
        ),
        ChecklistStep(
            _("Give the shop its look"),
            _("Name, colour and an address for questions."),
            "/brand/",
            has_own_look(tenant),
        ),
        ChecklistStep(
            _("Switch on a function"),
            _("Take only what you need; you can change your mind at any time."),
            "/functions/",
            bool(tenant.modules),
        ),
        ChecklistStep(
            _("Connect your own domain"),
            _("The shop answers at its present address until then, and after it too."),
            "/domains/",
            bool(own_names),
        ),
    ]


@staff_page(MANAGE_BRAND)
def brand(request: StaffRequest) -> HttpResponseBase:
    """Change name, colour and address."""
    tenant = current_tenant()
    initial = {
        "name": tenant.brand.name,
        "colour": tenant.brand.colour,
        "support_email": tenant.brand.support_email,
    }
    form = BrandForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_brand(tenant.id, actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            add_refusal(form, refusal, {"tenants.invalid_name": "name"})
        else:
            messages.success(request, _("The look was changed."))
            return redirect("/brand/")
    return render(request, "tenants/brand.html", {"form": form}, status=422 if form.errors else 200)


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
