"""The storefront's pages for opening an account, signing in and out."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members import cookies
from kernel.members.limits import count_attempt, count_opening
from kernel.members.middleware import member_of
from kernel.members.models import Member
from kernel.members.services import open_session, register_member
from kernel.members.services import sign_in as check_sign_in
from kernel.members.services import sign_out as end_session
from themes.account.agreements import agreement_of, is_agreed, keep_agreement
from themes.account.asked import answers_in, ask_in, keep_answers
from themes.account.codes import start_page
from themes.account.entering import (
    FormPage,
    device_of,
    form_page,
    show_refusal,
    target_of,
    welcome,
    with_next,
)
from themes.account.forms import RegisterForm, SignInForm, TargetForm
from themes.account.offers import code_comes_first, providers_in, tabs
from themes.fields import Json
from themes.forms import link_beside
from themes.known import forget_known
from themes.pages import serve


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for login and password, or where a code is usual for that; one answer for all faults."""
    if request.method != "POST":
        if member_of(request) is not None:
            return redirect(target_of(request))
        return sign_in_page(request)
    form = SignInForm(request.POST)
    if form.is_valid():
        try:
            count_attempt(request, form.cleaned_data["login"])
            signed = check_sign_in(**form.cleaned_data, device=device_of(request), now=utc_now())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return welcome(request, signed)
    return _password_page(request, form)


def sign_in_page(request: HttpRequest, *, notice: str = "", status: int = 200) -> HttpResponse:
    """Show how somebody can sign in, with what went wrong before."""
    if code_comes_first() and request.GET.get("by") != "password" and not notice:
        return start_page(request, TargetForm())
    response = _password_page(request, SignInForm(), notice=notice)
    response.status_code = status
    return response


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Open an account and sign in."""
    form = RegisterForm(request.POST if request.method == "POST" else None)
    ask_in(form)
    answers = answers_in(form) if request.method == "POST" and form.is_valid() else None
    if answers is not None and is_agreed(request):
        try:
            count_opening(request)
            member = _opened(request, dict(form.cleaned_data))
            keep_answers(member, answers)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            signed = open_session(member, device=device_of(request), now=utc_now())
            return welcome(request, signed)
    more: dict[str, Json] = {
        "agreement": agreement_of(request),
        "providers": providers_in(request, target_of(request)),
        "other": link_beside(
            _("You have an account?"), with_next(request, "account:sign-in"), _("Sign in")
        ),
    }
    title = _("Open an account")
    page = FormPage(
        template="register",
        title=title,
        label=title,
        more=more,
        is_wrong=not is_agreed(request),
    )
    return form_page(request, form, page)


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


@transaction.atomic
def _opened(request: HttpRequest, values: dict[str, str]) -> Member:
    arrival = cookies.arrival_of(request, invite_code=values.pop("invite_code", ""))
    login, password = values["login"], values["password"]
    member = register_member(login=login, name=values["name"], password=password, arrival=arrival)
    keep_agreement(request, member.pk)
    return member


def _password_page(request: HttpRequest, form: forms.Form, *, notice: str = "") -> HttpResponse:
    more: dict[str, Json] = {
        "tabs": tabs(request, current="password"),
        "providers": providers_in(request, target_of(request)),
        "notice": notice,
        "side": link_beside("", with_next(request, "account:forgotten"), _("Forgotten?")),
        "other": link_beside(
            _("New here?"), with_next(request, "account:register"), _("Open an account")
        ),
    }
    page = FormPage(
        template="sign_in",
        title=_("Sign in"),
        label=_("Sign in"),
        action=reverse("account:sign-in"),
        more=more,
    )
    return form_page(request, form, page)
