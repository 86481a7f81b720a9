"""The member's address book."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members.errors import InvalidAddress, NotKept
from kernel.members.middleware import member_of
from kernel.members.models import Address
from kernel.members.services import addresses as book
from kernel.reference.countries import usual_country
from kernel.tenancy.context import current_tenant
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import serve
from themes.places import (
    Entry,
    address_data,
    address_text,
    entry_inputs,
    entry_of,
    fault_in,
    faults_of,
    read_entry,
)

_UNPROCESSABLE: Final = 422


@never_cache
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    """List a member's addresses, the default first."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    language = get_language() or ""
    shown: list[Json] = [_shown(each, language) for each in book.addresses_of(member.pk)]
    return serve(request, "addresses", inputs={"addresses": shown})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_address(request: HttpRequest) -> HttpResponse:
    """Ask for an address and keep it."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    entry = _entry(request)
    if request.POST.get("do") != "save":
        return _form(request, entry, None)
    if faults := faults_of(entry):
        return _form(request, entry, None, faults=faults)
    try:
        is_default = "default" in request.POST
        book.add_address(member.pk, entry.place(), is_default=is_default, now=utc_now())
    except DomainError as refusal:
        return _form(request, entry, None, notice=str(refusal))
    return redirect(_target(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_address(request: HttpRequest, address: str) -> HttpResponse:
    """Show an address for changes and keep them."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    row = _own(member.pk, address)
    entry = _entry(request) if request.method == "POST" else entry_of(row)
    if request.POST.get("do") != "save":
        return _form(request, entry, row)
    if faults := faults_of(entry):
        return _form(request, entry, row, faults=faults)
    try:
        is_default = "default" in request.POST
        book.change_address(member.pk, row.pk, entry.place(), is_default=is_default, now=utc_now())
    except InvalidAddress as refusal:
        return _form(request, entry, row, faults=fault_in(refusal))
    return redirect(_target(request))


@never_cache
@require_POST
def make_default(request: HttpRequest, address: str) -> HttpResponse:
    """Send things to this address from now on."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    row = _own(member.pk, address)
    place = entry_of(row).place()
    book.change_address(member.pk, row.pk, place, is_default=True, now=utc_now())
    return redirect("account:addresses")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def remove_address(request: HttpRequest, address: str) -> HttpResponse:
    """Ask whether an address shall be forgotten, and forget it."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    row = _own(member.pk, address)
    if request.method == "POST":
        try:
            book.remove_address(member.pk, row.pk)
        except NotKept as refusal:
            raise Http404 from refusal
        return redirect("account:addresses")
    shown = _shown(row, get_language() or "")
    return serve(request, "addresses", inputs={"addresses": [shown], "removing": shown})


def _shown(row: Address, language: str) -> dict[str, Json]:
    key = {"address": row.public_id}
    return {
        "name": row.name,
        "phone": row.phone,
        "text": address_text(address_data(row), language),
        "is_default": row.is_default,
        "edit": reverse("account:address", kwargs=key),
        "default": reverse("account:address-default", kwargs=key),
        "remove": reverse("account:address-remove", kwargs=key),
    }


def _entry(request: HttpRequest) -> Entry:
    return read_entry(request.POST.dict(), usual=usual_country(current_tenant().currency))


def _form(
    request: HttpRequest,
    entry: Entry,
    row: Address | None,
    *,
    faults: dict[str, str] | None = None,
    notice: str = "",
) -> HttpResponse:
    is_first = row is not None and row.is_default
    inputs: dict[str, Json] = {
        "title": _("New address") if row is None else _("Change address"),
        "action": request.path,
        "place": entry_inputs(entry, faults or {}),
        "is_default": is_first or "default" in request.POST,
        "is_fixed": is_first,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "notice": notice,
    }
    status = _UNPROCESSABLE if faults or notice else 200
    return serve(request, "address", inputs={"address": inputs}, status=status)


def _own(member_id: UUID, text: str) -> Address:
    try:
        key = parse_public_id("adr", text)
    except InvalidId as refusal:
        raise Http404 from refusal
    row = book.addresses_of(member_id).filter(pk=key).first()
    if row is None:
        raise Http404
    return row


def _target(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return reverse("account:addresses")
