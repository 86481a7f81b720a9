"""The page on which functions are switched on and off."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.modules.errors import (
    ConflictingModule,
    MissingRequirement,
    ModuleNotEntitled,
    NeededByAnother,
)
from kernel.tenancy.context import current_tenant
from kernel.tenancy.flags import is_on
from tenants.choices import JobKind
from tenants.console.pages import MANAGE_MODULES
from tenants.console.selectors import Function, function_of, functions_of
from tenants.services import jobs, modules
from tenants.services.modules import ModuleStatus


@require_GET
@staff_page(MANAGE_MODULES)
def index(request: StaffRequest) -> HttpResponseBase:
    """List every function with its state, and what stands in the way of it."""
    found = _functions()
    context = {"functions": found, "is_busy": any(f.is_busy for f in found)}
    return render(request, "tenants/functions.html", context)


@require_POST
@staff_page(MANAGE_MODULES)
def switch_on(request: StaffRequest, code: str) -> HttpResponseBase:
    """Leave the switching on to the provisioner, which alone may make tables."""
    function = function_of(_functions(), code)
    try:
        _refuse_when_blocked(function)
        jobs.start(
            current_tenant().id,
            JobKind.MODULE_ENABLE,
            actor=request.actor,
            data={"module": code},
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("/functions/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE_MODULES)
def switch_off(request: StaffRequest, code: str) -> HttpResponseBase:
    """Ask, then switch off; the data stays."""
    function = function_of(_functions(), code)
    if not function.status.enabled:
        return redirect("/functions/")
    if request.method != "POST":
        return render(request, "tenants/function_off.html", {"function": function})
    try:
        modules.disable(current_tenant().id, code, actor=request.actor)
    except NeededByAnother:
        messages.error(request, _("Another function that is switched on needs this one."))
    else:
        name = function.status.manifest.name.in_language(get_language())
        messages.success(
            request,
            _("%(name)s is off. Its data is kept for when you want it again.") % {"name": name},
        )
    return redirect("/functions/")


def _functions() -> list[Function]:
    tenant = current_tenant()
    found = modules.statuses(tenant.id, now=utc_now())
    return functions_of(tenant.id, [each for each in found if _is_offered(each)])


def _is_offered(status: ModuleStatus) -> bool:
    """Tell whether a shop is shown a function: what it has, and what is on for it by now."""
    return status.installed or is_on(f"module.{status.manifest.code}", otherwise=True)


def _refuse_when_blocked(function: Function) -> None:
    """Say at once what the provisioner would say later.

    Raises:
        ModuleNotEntitled, MissingRequirement, ConflictingModule: as `modules.enable`.
    """
    status = function.status
    if not status.decision.allowed:
        raise ModuleNotEntitled(module=status.manifest.code)
    if status.missing:
        raise MissingRequirement(module=status.manifest.code)
    if status.excluded_by:
        raise ConflictingModule(module=status.manifest.code)
