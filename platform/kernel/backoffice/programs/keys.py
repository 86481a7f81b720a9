"""API keys: made, changed, rotated, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.backoffice.programs.forms import KeyForm, RotationForm
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.keys.models import ApiKey
from kernel.keys.selectors import all_keys, state_of
from kernel.keys.services import (
    change_key,
    make_key,
    offered_scopes,
    revoke_key,
    rotate_key,
)

VIEW: Final = "keys.view"
MANAGE: Final = "keys.manage"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the keys, the newest first."""
    now = utc_now()
    rows = [(row, state_of(row, now=now)) for row in all_keys()]
    return render(request, "backoffice/programs/keys.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a key; its text is shown once."""
    scopes = offered_scopes(request.person)
    form = KeyForm(scopes, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row, text = make_key(
                form.draft(), by=request.person, actor=request.actor, now=utc_now()
            )
        except DomainError as refusal:
            form.refuse(str(refusal.fields.get("field", "")), str(refusal))
        else:
            return _shown_once(request, row, text)
    status = 422 if form.errors else 200
    return render(request, "backoffice/programs/key.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def edit(request: StaffRequest, key: str) -> HttpResponseBase:
    """Change what a key may do."""
    row: ApiKey = found(ApiKey.objects.filter(pk=identified("key", key)).first())
    scopes = {*offered_scopes(request.person), *row.scopes}
    told = request.POST if request.method == "POST" else None
    form = KeyForm(scopes, told, initial=KeyForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        try:
            change_key(row.pk, form.draft(), by=request.person, actor=request.actor, now=utc_now())
        except DomainError as refusal:
            form.refuse(str(refusal.fields.get("field", "")), str(refusal))
        else:
            messages.success(request, _("Saved. It holds from the next request on."))
            return redirect("/keys/")
    state = state_of(row, now=utc_now())
    context = {"form": form, "row": row, "state": state, "rotation": RotationForm()}
    status = 422 if form.errors else 200
    return render(request, "backoffice/programs/key.html", context, status=status)


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def rotate(request: StaffRequest, key: str) -> HttpResponseBase:
    """Give a key a new text, which is shown once."""
    pk, form = identified("key", key), RotationForm(request.POST)
    overlap = timedelta(hours=form.cleaned_data["hours"] if form.is_valid() else 0)
    try:
        row, text = rotate_key(pk, overlap=overlap, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("/keys/")
    return _shown_once(request, row, text)


@require_POST
@staff_page(MANAGE)
def revoke(request: StaffRequest, key: str) -> HttpResponseBase:
    """Make a key good for nothing, for good."""
    try:
        revoke_key(identified("key", key), actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The key is good for nothing any more."))
    return redirect("/keys/")


def _shown_once(request: StaffRequest, row: ApiKey, text: str) -> HttpResponseBase:
    context = {"row": row, "text": text, "home": "/keys/"}
    return render(request, "backoffice/programs/shown_once.html", context)
