"""Pages of the lamp."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from testkit.tests.modules.lamp.models import Lamp


@require_safe
def store(request: HttpRequest) -> HttpResponse:
    """Count the lamps."""
    return HttpResponse(f"<p>{Lamp.objects.count()}</p>")


@require_safe
def lamp(request: HttpRequest, key: int) -> HttpResponse:
    """Show one lamp, or an empty socket."""
    return HttpResponse(f"<p>{Lamp.objects.filter(pk=key).count()}</p>")


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Turn all lamps brighter."""
    return HttpResponse(str(Lamp.objects.update(watts=60)))


@require_safe
@staff_page("lamp.manage")
def console(request: StaffRequest) -> HttpResponseBase:
    """Count the lamps."""
    return HttpResponse(f"<p>{Lamp.objects.count()}</p>")
