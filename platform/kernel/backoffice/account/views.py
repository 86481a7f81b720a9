"""The second step of signing in, and where a person is signed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.access.actors import LET_IN_BY
from kernel.access.agents import browser_name
from kernel.access.arriving import ArrivalOver, arrive, arriving_person
from kernel.access.factors import factor_of, needs_factor
from kernel.access.models import Staff
from kernel.access.security_keys import keys_of
from kernel.access.services import InvalidStaff
from kernel.access.sessions import end_session, end_sessions, sessions_of
from kernel.access.support import SupportOver, use_support, waiting_support
from kernel.backoffice.account.arrival import half_signed_in, welcome
from kernel.backoffice.account.forms import FirstPasswordForm
from kernel.backoffice.account.second import REFUSED, SecondForm, check_second, key_options
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import request_host, serves_held_tenants
from kernel.tenancy.ports import public_hosts

_HOME = "/account/security/"
_LINKS = Limit("staff_support_link", "20/minute;100/hour", WhenDown.REFUSE)


@serves_held_tenants
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """Ask for the second proof of whoever told the right password."""
    now = utc_now()
    half = half_signed_in(request, now=now)
    if half is None:
        return redirect("/sign-in/")
    person, target = half
    form = SecondForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            check_second(request, person, form, now=now)
        except DomainError as refusal:
            add_refusal(form, refusal, REFUSED)
        else:
            return welcome(request, person, target)
    status = 422 if form.errors else 200
    context = {"form": form, "key_options": key_options(request, person)}
    return render(request, "backoffice/account/code.html", context, status=status)


@serves_held_tenants
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let a helper in by his link; a browser that only looks ahead does not use it up."""
    now = utc_now()
    try:
        _LINKS.check(client_ip(request))
        if request.method == "POST":
            person, host = use_support(token, now=now)
            response = welcome(request, person, "/")
            request.session[LET_IN_BY] = host
            return response
        context = {"access": waiting_support(token, now=now)}
    except SupportOver as refusal:
        gone = {"refusal": str(refusal)}
        return render(request, "backoffice/account/support.html", gone, status=404)
    return render(request, "backoffice/account/support.html", context)


@serves_held_tenants
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def arrive_by_letter(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let somebody who was invited choose a first password."""
    now = utc_now()
    try:
        _LINKS.check(client_ip(request))
        person = arriving_person(token, now=now)
        _refuse_elsewhere(request, person)
        form = FirstPasswordForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                arrive(token, form.cleaned_data["password"], now=now)
            except InvalidStaff as refusal:
                add_refusal(form, refusal, {InvalidStaff.code: "password"})
            else:
                messages.success(request, _("Your password is set. Sign in with it."))
                return redirect("/sign-in/")
    except ArrivalOver as refusal:
        gone = {"refusal": str(refusal)}
        return render(request, "backoffice/account/arrive.html", gone, status=410)
    context = {"form": form, "person": person}
    status = 422 if form.errors else 200
    return render(request, "backoffice/account/arrive.html", context, status=status)


def _refuse_elsewhere(request: HttpRequest, person: Staff) -> None:
    """Refuse a link at the host of another partner: all of them share their people's table.

    Raises:
        ArrivalOver: the person signs in elsewhere.
    """
    in_public = current_tenant_or_none() is None
    host = request_host(request)
    if in_public and not public_hosts().admits(host, channel_id=person.channel_id):
        raise ArrivalOver


@serves_held_tenants
@require_safe
@staff_page()
def security(request: StaffRequest) -> HttpResponseBase:
    """Show the second factor, and where the person is signed in."""
    rows = sessions_of(request.person, now=utc_now())
    factor = factor_of(request.person)
    context = {
        "factor": factor,
        "keys": keys_of(request.person),
        "here": request_host(request),
        "codes_left": len(factor.recovery) if factor is not None else 0,
        "is_needed": needs_factor(),
        "sessions": [
            (row, browser_name(row.agent), row.key == request.session.session_key) for row in rows
        ],
    }
    return render(request, "backoffice/account/security.html", context)


@serves_held_tenants
@require_POST
@staff_page()
def end_one(request: StaffRequest, session: str) -> HttpResponseBase:
    """Sign out on one device."""
    try:
        end_session(request.person, session, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("That device was signed out."))
    return redirect(_HOME)


@serves_held_tenants
@require_POST
@staff_page()
def end_others(request: StaffRequest) -> HttpResponseBase:
    """Sign out everywhere else."""
    own = request.session.session_key
    number = end_sessions(request.person, but=own, actor=request.actor, now=utc_now())
    text = ngettext(
        "%(n)s other device was signed out.", "%(n)s other devices were signed out.", number
    )
    messages.success(request, text % {"n": number})
    return redirect(_HOME)
