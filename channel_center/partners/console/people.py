"""Invites people of a partner, and changes what they may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from channel_center.console.menu import MANAGE_STAFF
from channel_center.hosts import HOSTS
from channel_center.partners.choices import PartnerRole
from channel_center.partners.console.forms import (
    ChangePersonForm,
    InviteForm,
)
from channel_center.partners.errors import InvitationOver
from channel_center.partners.services.people import (
    MOST_SHOPS,
    PersonDraft,
    accept,
    change_person,
    invitation_address,
    invite,
    invite_again,
    reach_of,
    role_of,
    waiting_person,
)
from channel_center.services.channels import tenants_of
from kernel.access.models import Staff
from kernel.backoffice.account.forms import FirstPasswordForm
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.tenancy.middleware import request_host
from tenants.models import Tenant

_HOME: Final = "/people/"
_LINKS: Final = Limit("partners_invitations", "20/minute;100/hour", WhenDown.REFUSE)
_FIELDS: Final = {
    "access.email_taken": "email",
    "access.invalid_staff": "email",
    "partners.invalid_reach": "shops",
}


@staff_page(MANAGE_STAFF)
def invite_person(request: StaffRequest) -> HttpResponseBase:
    """Invite a colleague; the link is shown once."""
    channel_id = _own(request)
    choices = _shops(channel_id)
    form = InviteForm(request.POST if request.method == "POST" else None, shops=choices)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        draft = PersonDraft(
            name=values["name"],
            email=values["email"],
            role=PartnerRole(values["role"]),
            shops=_wanted(values["role"], values["shops"]),
        )
        try:
            invited = invite(channel_id, draft, actor=request.actor)
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            context = {"person": invited.person, "address": invitation_address(invited)}
            return render(request, "partners/invited.html", context, status=201)
    status = 422 if form.errors else 200
    return render(request, "partners/invite.html", {"form": form}, status=status)


@require_POST
@staff_page(MANAGE_STAFF)
def invite_once_more(request: StaffRequest, person: str) -> HttpResponseBase:
    """Make a new link for somebody who has not come yet."""
    invited = invite_again(_own(request), identified("stf", person), actor=request.actor)
    context = {"person": invited.person, "address": invitation_address(invited)}
    return render(request, "partners/invited.html", context, status=201)


@staff_page(MANAGE_STAFF)
def change(request: StaffRequest, person: str) -> HttpResponseBase:
    """Change what a colleague may do, and for which shops."""
    channel_id = _own(request)
    people = Staff.objects.filter(pk=identified("stf", person), channel_id=channel_id)
    row: Staff = found(people.first())
    reach = reach_of(row)
    initial = {
        "role": role_of(row),
        "shops": [Tenant(pk=each).public_id for each in reach or ()],
        "is_active": row.is_active,
    }
    told = request.POST if request.method == "POST" else None
    form = ChangePersonForm(told, initial=initial, shops=_shops(channel_id))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            change_person(
                channel_id,
                row.pk,
                role=PartnerRole(values["role"]),
                shops=_wanted(values["role"], values["shops"]),
                is_active=values["is_active"],
                by=request.person,
                actor=request.actor,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            messages.success(request, _("Saved. It holds from the next click on."))
            return redirect(_HOME)
    context = {"form": form, "person": row}
    return render(request, "partners/person.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def arrive(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let somebody who is invited choose a password; then he signs in with it."""
    host = HOSTS.find(request_host(request))
    form = FirstPasswordForm(request.POST if request.method == "POST" else None)
    now = utc_now()
    try:
        _LINKS.check(client_ip(request))
        channel_id = host.channel_id if host is not None else None
        person = waiting_person(token, channel_id=channel_id, now=now)
        if request.method == "POST" and form.is_valid():
            try:
                accept(token, form.cleaned_data["password"], channel_id=channel_id, now=now)
            except InvitationOver:
                raise
            except DomainError as refusal:
                add_refusal(form, refusal, {"access.invalid_staff": "password"})
            else:
                messages.success(request, _("Your password is set. Sign in with it."))
                return redirect("/sign-in/")
    except InvitationOver as refusal:
        gone = {"refusal": str(refusal)}
        return render(request, "partners/arrive.html", gone, status=410)
    context = {"form": form, "person": person}
    return render(request, "partners/arrive.html", context, status=422 if form.errors else 200)


def _own(request: StaffRequest) -> UUID:
    if request.person.channel_id is None:
        raise PermissionDenied
    return request.person.channel_id


def _shops(channel_id: UUID) -> list[tuple[str, str]]:
    rows = tenants_of(channel_id).order_by("name", "pk")[:MOST_SHOPS]
    return [(row.public_id, row.name) for row in rows]


def _wanted(role: str, shops: Sequence[str]) -> list[UUID] | None:
    if role == PartnerRole.OWNER or not shops:
        return None
    return [identified("ten", each) for each in shops]
