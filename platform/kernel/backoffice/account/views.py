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

from kernel.access.actors import actor_of
from kernel.access.agents import browser_name
from kernel.access.factors import FactorRefused, check_factor, factor_of, needs_factor
from kernel.access.sessions import end_session, end_sessions, sessions_of
from kernel.access.support import SupportOver, use_support, waiting_support
from kernel.backoffice.account.arrival import half_signed_in, welcome
from kernel.backoffice.account.forms import AnyCodeForm
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import serves_held_tenants

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
    form = AnyCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            check_factor(
                person, form.cleaned_data["code"], actor=actor_of(request, person), now=now
            )
        except DomainError as refusal:
            add_refusal(form, refusal, {FactorRefused.code: "code"})
        else:
            return welcome(request, person, target)
    status = 422 if form.errors else 200
    return render(request, "backoffice/account/code.html", {"form": form}, status=status)


@serves_held_tenants
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: HttpRequest, token: str) -> HttpResponseBase:
    """Let a helper in by his link; a browser that only looks ahead does not use it up."""
    now = utc_now()
    try:
        _LINKS.check(client_ip(request))
        if request.method == "POST":
            return welcome(request, use_support(token, now=now), "/")
        context = {"access": waiting_support(token, now=now)}
    except SupportOver as refusal:
        gone = {"refusal": str(refusal)}
        return render(request, "backoffice/account/support.html", gone, status=404)
    return render(request, "backoffice/account/support.html", context)


@serves_held_tenants
@require_safe
@staff_page()
def security(request: StaffRequest) -> HttpResponseBase:
    """Show the second factor, and where the person is signed in."""
    rows = sessions_of(request.person, now=utc_now())
    factor = factor_of(request.person)
    context = {
        "factor": factor,
        "codes_left": len(factor.recovery) if factor is not None else 0,
        "is_offered": current_tenant_or_none() is not None,
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
