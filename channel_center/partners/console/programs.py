"""Keys and webhooks of a partner's programs."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channel_center.console.menu import MANAGE_PROGRAMS
from channel_center.partners.console.forms import EVENT_NAMES, KeyForm, WebhookForm
from channel_center.partners.selectors import deliveries_of, endpoints_of, keys_of
from channel_center.partners.services.endpoints import make_endpoint, remove_endpoint, replay
from channel_center.partners.services.keys import make_key, revoke_key, rotate_key
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.common.errors import DomainError

_HOME: Final = "/programs/"


@require_GET
@staff_page(MANAGE_PROGRAMS)
def index(request: StaffRequest) -> HttpResponseBase:
    """List keys, webhooks and what was told to them."""
    channel_id = _own(request)
    page = paged(request, deliveries_of(channel_id), size=20)
    context = {
        "keys": keys_of(channel_id),
        "endpoints": endpoints_of(channel_id),
        "page": page,
        "told": [(row, EVENT_NAMES.get(row.event, row.event)) for row in page.object_list],
    }
    return render(request, "partners/programs.html", context)


@staff_page(MANAGE_PROGRAMS, is_confirmed=True)
def new_key(request: StaffRequest) -> HttpResponseBase:
    """Make a key; its text is shown once."""
    channel_id = _own(request)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            row, text = make_key(
                channel_id,
                name=values["name"],
                scopes=values["scopes"],
                networks=values["networks"].split(),
                actor=request.actor,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, {})
        else:
            return _secret(request, row.name, text)
    context = {"form": form, "heading": _("New API key")}
    status = 422 if form.errors else 200
    return render(request, "partners/program.html", context, status=status)


@require_POST
@staff_page(MANAGE_PROGRAMS, is_confirmed=True)
def key(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Rotate a key, or revoke it."""
    channel_id, key_id = _own(request), identified("key", public_id)
    if request.POST.get("do") == "rotate":
        row, text = rotate_key(channel_id, key_id, actor=request.actor)
        return _secret(request, row.name, text)
    revoke_key(channel_id, key_id, actor=request.actor)
    messages.success(request, _("The key is good for nothing any more."))
    return redirect(_HOME)


@staff_page(MANAGE_PROGRAMS)
def new_webhook(request: StaffRequest) -> HttpResponseBase:
    """Tell an address from now on; the secret is shown once."""
    channel_id = _own(request)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row, text = make_endpoint(channel_id, **form.cleaned_data, actor=request.actor)
        except DomainError as refusal:
            add_refusal(form, refusal, {})
        else:
            return _secret(request, row.name, text)
    context = {"form": form, "heading": _("New webhook")}
    status = 422 if form.errors else 200
    return render(request, "partners/program.html", context, status=status)


@require_POST
@staff_page(MANAGE_PROGRAMS)
def drop_webhook(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Tell an address nothing any more."""
    remove_endpoint(_own(request), identified("whe", public_id), actor=request.actor)
    messages.success(request, _("The webhook was removed."))
    return redirect(_HOME)


@require_POST
@staff_page(MANAGE_PROGRAMS)
def send_again(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Send a delivery once more."""
    replay(_own(request), identified("whd", public_id), actor=request.actor)
    messages.success(request, _("It is sent again within a minute."))
    return redirect(_HOME)


def _secret(request: StaffRequest, name: str, text: str) -> HttpResponseBase:
    context = {"name": name, "secret": text}
    return render(request, "partners/secret.html", context, status=201)


def _own(request: StaffRequest) -> UUID:
    if request.person.channel_id is None:
        raise PermissionDenied
    return request.person.channel_id
