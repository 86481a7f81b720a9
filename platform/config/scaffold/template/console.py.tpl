"""Pages of the tenant console."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from __package__.manifest import manifest
from __package__.selectors import entries
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.settings.forms import settings_form

MANAGE = "__code__.manage"
_ModuleSettings = settings_form(manifest)


@require_safe
@staff_page(MANAGE)
def overview(request: StaffRequest) -> HttpResponseBase:
    """List what members left."""
    page = Paginator(entries(), 50).get_page(request.GET.get("page"))
    context = {"name": manifest.name.in_language(get_language()), "page": page}
    return render(request, "__code__/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def settings(request: StaffRequest) -> HttpResponseBase:
    """Change the module's settings."""
    form = _ModuleSettings.of_current_tenant(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.save(actor=request.actor):
        messages.success(request, _("The settings were saved."))
        return redirect("__code__:settings")
    context = {"name": manifest.name.in_language(get_language()), "form": form}
    return render(request, "__code__/settings.html", context, status=422 if form.errors else 200)
