"""Sign-in, sign-out, the password, the language, the brand's colours."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access.confirming import ConfirmationRefused, confirm
from kernel.access.factors import factor_of
from kernel.access.models import Staff
from kernel.access.services import set_own_password
from kernel.access.sessions import end_sessions, follow_key, note_sign_out
from kernel.backoffice.account.arrival import ask_for_code, remember_language, welcome
from kernel.backoffice.forms import ConfirmForm, PasswordForm, SignInForm, add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import inner_path
from kernel.backoffice.shell import current_brand, signed_in
from kernel.common.colours import mark_svg, palette_css
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, RateLimited, RateLimitUnavailable, WhenDown
from kernel.common.time import utc_now
from kernel.sso.places import place_of
from kernel.sso.services import sign_on_at
from kernel.tenancy.context import current_tenant_or_none
from kernel.tenancy.middleware import request_host, serves_held_tenants
from kernel.tenancy.ports import public_hosts

# Many people may share one address; one account belongs to one person.
BY_ADDRESS: Final = Limit("staff_sign_in_address", "30/minute;200/hour", WhenDown.REFUSE)
BY_ACCOUNT: Final = Limit("staff_sign_in_account", "8/5minute;40/day", WhenDown.REFUSE)

_DAY: Final = 24 * 3600


@serves_held_tenants
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for e-mail address and password; one answer for every wrong pair."""
    target = inner_path(request.POST.get("next") or request.GET.get("next"))
    if signed_in(request) is not None and request.method != "POST":
        return redirect(target)
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if (
            form.is_valid()
            and _may_try(request, form)
            and (person := _recognised(request, form)) is not None
        ):
            if factor_of(person) is not None:
                return ask_for_code(request, person, target)
            return welcome(request, person, target)
        if not form.errors:
            form.add_error(None, _("The e-mail address or the password is not right."))
        status = 422
    context = {"form": form, "next": target, "sign_on": sign_on_at(place_of(request))}
    return render(request, "backoffice/sign_in.html", context, status=status)


def _may_try(request: HttpRequest, form: SignInForm) -> bool:
    """Count the attempt, by address of the caller and by account."""
    try:
        BY_ADDRESS.check(client_ip(request))
        BY_ACCOUNT.check(form.cleaned_data["email"].lower())
    except RateLimited as refusal:
        minutes = max(1, round(int(str(refusal.fields["retry_after"])) / 60 + 0.5))
        text = ngettext(
            "Too many attempts. Please wait a minute.",
            "Too many attempts. Please wait %(minutes)s minutes.",
            minutes,
        )
        form.add_error(None, text % {"minutes": minutes})
    except RateLimitUnavailable as refusal:
        form.add_error(None, str(refusal))
    return not form.errors


def _recognised(request: HttpRequest, form: SignInForm) -> Staff | None:
    person = authenticate(
        request, email=form.cleaned_data["email"], password=form.cleaned_data["password"]
    )
    if not isinstance(person, Staff):
        return None
    in_public = current_tenant_or_none() is None
    host = request_host(request)
    if in_public and not public_hosts().admits(host, channel_id=person.channel_id):
        return None
    return person


@serves_held_tenants
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    note_sign_out(request.session.session_key, now=utc_now())
    logout(request)
    return redirect("/sign-in/")


@serves_held_tenants
@sensitive_post_parameters("present", "new", "again")
@staff_page(with_any_password=True)
def change_password(request: StaffRequest) -> HttpResponseBase:
    """Let a person choose a new password; other sessions of the person end."""
    form = PasswordForm(request.person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        set_own_password(request.person, form.cleaned_data["new"])
        before = request.session.session_key
        update_session_auth_hash(request, request.person)
        follow_key(request.session, before)
        own = request.session.session_key
        end_sessions(request.person, but=own, actor=request.actor, now=utc_now())
        messages.success(request, _("Your password was changed."))
        return redirect("/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/password.html", {"form": form}, status=status)


@serves_held_tenants
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(with_any_password=True)
def confirm_page(request: StaffRequest) -> HttpResponseBase:
    """Ask for the password again, and go on to what needs it."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    target = inner_path(request.POST.get("next") or request.GET.get("next"))
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            confirm(request.session, request.person, password, now=utc_now())
        except DomainError as refusal:
            add_refusal(form, refusal, {ConfirmationRefused.code: "password"})
        else:
            return redirect(target)
    context, status = {"form": form, "next": target}, 422 if form.errors else 200
    return render(request, "backoffice/confirm.html", context, status=status)


@serves_held_tenants
@require_GET
def choose_language(request: HttpRequest, code: str) -> HttpResponse:
    """Remember a language in a cookie and go back."""
    response = redirect(inner_path(request.GET.get("next")))
    if code in dict(settings.LANGUAGES):
        remember_language(response, code)
    return response


@serves_held_tenants
@require_GET
def brand_css(request: HttpRequest) -> HttpResponse:
    """Return the brand's colours as a style sheet; its address changes with them."""
    response = HttpResponse(palette_css(current_brand(request).colour), content_type="text/css")
    patch_cache_control(response, public=True, max_age=_DAY)
    return response


@serves_held_tenants
@require_GET
def mark(request: HttpRequest) -> HttpResponse:
    """Return the brand's letter as a picture, for the browser's tab."""
    brand = current_brand(request)
    response = HttpResponse(mark_svg(brand.name, brand.colour), content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=_DAY)
    return response


def robots(_request: HttpRequest) -> HttpResponse:
    """Keep search engines out of consoles."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


def problem_page(
    request: HttpRequest, *, status: int, title: str, text: str, reference: str
) -> HttpResponse:
    """Draw a page that says why nothing was done, in the brand."""
    context = {"title": title, "text": text, "status": status, "reference": reference}
    return render(request, "backoffice/refusal.html", context, status=status)
