"""Webhooks: made, changed, switched, removed; the catalogue of events."""

from __future__ import annotations

import json
from typing import Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.programs.forms import EndpointForm
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.webhooks.catalogue import ALL_EVENTS, body_of, offered, schema_of
from kernel.webhooks.models import Endpoint
from kernel.webhooks.selectors import all_endpoints, waiting_by_endpoint
from kernel.webhooks.services import (
    change_endpoint,
    make_endpoint,
    remove_endpoint,
    rotate_secret,
    switch_endpoint,
)

VIEW: Final = "webhooks.view"
MANAGE: Final = "webhooks.manage"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the endpoints with what waits for each."""
    waiting = waiting_by_endpoint()
    rows = [(row, waiting.get(row.pk, 0)) for row in all_endpoints()]
    return render(request, "backoffice/programs/webhooks.html", {"rows": rows})


@require_safe
@staff_page(VIEW)
def events(request: StaffRequest) -> HttpResponseBase:
    """Show every event: what it says, by schema and by sample."""
    now = utc_now()
    rows = [
        (
            each,
            _indented(json.loads(body_of(each.code, each.sample, at=now))),
            _indented(schema_of(each)),
        )
        for each in offered()
    ]
    return render(request, "backoffice/programs/events.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Tell an address from now on; the secret is shown once."""
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row, secret = make_endpoint(form.draft(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            form.add_error(str(refusal.fields["field"]), str(refusal))
        else:
            return _shown_once(request, row, secret)
    return _draw(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, endpoint: str) -> HttpResponseBase:
    """Change what an endpoint is told of, and where."""
    row: Endpoint = found(Endpoint.objects.filter(pk=identified("whe", endpoint)).first())
    initial = {
        "name": row.name,
        "url": row.url,
        "is_for_all": ALL_EVENTS in row.events,
        "events": row.events,
    }
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_endpoint(row.pk, form.draft(), actor=request.actor, now=utc_now())
        except DomainError as refusal:
            form.add_error(str(refusal.fields["field"]), str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("/webhooks/")
    return _draw(request, form, row)


@require_POST
@staff_page(MANAGE)
def switch(request: StaffRequest, endpoint: str) -> HttpResponseBase:
    """Switch an endpoint on or off."""
    on = request.POST.get("on") == "1"
    row = switch_endpoint(identified("whe", endpoint), on=on, actor=request.actor, now=utc_now())
    said = _("%(name)s is on.") if on else _("%(name)s is off; it is told nothing.")
    messages.success(request, said % {"name": row.name})
    return redirect("/webhooks/")


@require_POST
@staff_page(MANAGE)
def secret(request: StaffRequest, endpoint: str) -> HttpResponseBase:
    """Rotate the secret; the new one is shown once."""
    row, text = rotate_secret(identified("whe", endpoint), actor=request.actor, now=utc_now())
    return _shown_once(request, row, text)


@require_POST
@staff_page(MANAGE)
def remove(request: StaffRequest, endpoint: str) -> HttpResponseBase:
    """Tell an endpoint nothing any more, and forget what it was told."""
    remove_endpoint(identified("whe", endpoint), actor=request.actor, now=utc_now())
    messages.success(request, _("It was removed."))
    return redirect("/webhooks/")


def _draw(
    request: StaffRequest, form: EndpointForm, row: Endpoint | None = None
) -> HttpResponseBase:
    context, status = {"form": form, "row": row}, 422 if form.errors else 200
    return render(request, "backoffice/programs/webhook.html", context, status=status)


def _shown_once(request: StaffRequest, row: Endpoint, text: str) -> HttpResponseBase:
    context = {"row": row, "text": text, "home": "/webhooks/", "is_secret": True}
    return render(request, "backoffice/programs/shown_once.html", context)


def _indented(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
