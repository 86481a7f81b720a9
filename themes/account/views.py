"""The storefront's pages for opening an account, signing in and out."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members import cookies
from kernel.members.limits import count_attempt, count_opening
from kernel.members.middleware import member_of
from kernel.members.services import SignedIn, open_session, register_member
from kernel.members.services import sign_in as check_sign_in
from kernel.members.services import sign_out as end_session
from themes.account.forms import RegisterForm, SignInForm
from themes.cart.owners import bring_along
from themes.forms import as_inputs, link_beside
from themes.known import forget_known, remember_known
from themes.pages import serve

_UNPROCESSABLE = 422


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for login and password; one answer for every wrong pair."""
    if request.method != "POST" and member_of(request) is not None:
        return redirect(_target(request))
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            count_attempt(request, form.cleaned_data["login"])
            signed = check_sign_in(**form.cleaned_data, device=_device(request), now=utc_now())
        except DomainError as refusal:
            _show(form, refusal)
        else:
            return _welcome(request, signed)
    return _page(
        request,
        "sign_in",
        form,
        title=_("Sign in"),
        other=(_("New here?"), "account:register", _("Open an account")),
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Open an account and sign in."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            count_opening(request)
            arrival = cookies.arrival_of(request)
            member = register_member(**form.cleaned_data, arrival=arrival)
        except DomainError as refusal:
            _show(form, refusal)
        else:
            signed = open_session(member, device=_device(request), now=utc_now())
            return _welcome(request, signed)
    return _page(
        request,
        "register",
        form,
        title=_("Open an account"),
        other=(_("You have an account?"), "account:sign-in", _("Sign in")),
    )


@never_cache
@require_safe
def member_centre(request: HttpRequest) -> HttpResponse:
    """Show a member's own page; strangers are invited to sign in."""
    return serve(request, "member")


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session of this browser."""
    if token := cookies.cookie_token(request):
        end_session(token, now=utc_now())
    response = redirect("/")
    cookies.forget(response)
    forget_known(response)
    return response


def _welcome(request: HttpRequest, signed: SignedIn) -> HttpResponse:
    response = redirect(_target(request))
    cookies.remember(response, signed.token)
    remember_known(response)
    bring_along(request, response, signed.member)
    return response


def _page(
    request: HttpRequest,
    template: str,
    form: forms.Form,
    *,
    title: str,
    other: tuple[str, str, str],
) -> HttpResponse:
    target = _target(request)
    text, name, label = other
    shown = as_inputs(form, title=title, label=title, action=request.path, hidden={"next": target})
    shown["other"] = link_beside(text, f"{reverse(name)}?{urlencode({'next': target})}", label)
    status = _UNPROCESSABLE if form.errors else 200
    return serve(request, template, inputs={"form": shown}, status=status)


def _show(form: forms.Form, refusal: DomainError) -> None:
    field = refusal.fields.get("field")
    if refusal.code == "members.login_taken":
        field = "login"
    form.add_error(field if field in form.fields else None, str(refusal))


def _target(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return "/"


def _device(request: HttpRequest) -> str:
    return request.headers.get("User-Agent", "")[:120]
