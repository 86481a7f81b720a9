"""Pages that send a code and take it back: signing in, and a forgotten password.

The steps follow from what a form holds, so that they work without a script and in
two tabs: where a code was sent stands in the form that asks for it.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members import cookies
from kernel.members.choices import CodePurpose, SignUp
from kernel.members.limits import caller_of, count_attempt
from kernel.members.services.accounts import reset_password, sign_up_policy
from kernel.members.services.codes import send_code
from kernel.members.services.identities import sign_in_with_code
from themes.account.agreements import agreement_of, is_agreed, keep_agreement
from themes.account.entering import (
    FormPage,
    device_of,
    form_page,
    show_refusal,
    target_of,
    welcome,
    with_next,
)
from themes.account.forms import CodeForm, ForgottenForm, JoinByCodeForm, TargetForm
from themes.account.offers import providers_in, tabs
from themes.fields import Json


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_by_code(request: HttpRequest) -> HttpResponse:
    """Sign in by a code, in a new account where there is none."""
    if request.POST.get("do") != "enter":
        return _ask_where(request)
    form = _code_form()(request.POST)
    target = sent_to(request)
    if form.is_valid() and is_agreed(request):
        try:
            count_attempt(request, target)
            signed = sign_in_with_code(
                target=target,
                code=form.cleaned_data["code"],
                device=device_of(request),
                now=utc_now(),
                arrival=cookies.arrival_of(
                    request, invite_code=form.cleaned_data.get("invite_code", "")
                ),
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            keep_agreement(request, signed.member.pk)
            return welcome(request, signed)
    return _ask_code(request, form, target)


def start_page(request: HttpRequest, form: forms.Form) -> HttpResponse:
    """Ask where the code shall go."""
    more: dict[str, Json] = {
        "tabs": tabs(request, current="code"),
        "text": _("We send you a code. Who is new gets an account with it."),
        "agreement": agreement_of(request),
        "providers": providers_in(request, target_of(request)),
    }
    page = FormPage(
        template="sign_in",
        title=_("Sign in"),
        label=_("Send me a code"),
        action=reverse("account:sign-in-code"),
        hidden={"do": "send"},
        more=more,
        is_wrong=not is_agreed(request),
    )
    return form_page(request, form, page)


@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Choose another password by a code; nobody is told whether there is an account."""
    if request.POST.get("do") != "enter":
        form = TargetForm(request.POST if request.method == "POST" else None)
        if send(request, form, CodePurpose.PASSWORD):
            return _ask_new_password(request, ForgottenForm(), form.cleaned_data["login"])
        text = _("We send you a code with which you choose another one.")
        return form_page(
            request,
            form,
            FormPage(
                title=_("Forgotten your password?"),
                label=_("Send me a code"),
                hidden={"do": "send"},
                more={"text": text, "other": _back_to_sign_in(request)},
            ),
        )
    answer, target = ForgottenForm(request.POST), sent_to(request)
    if answer.is_valid():
        try:
            count_attempt(request, target)
            signed = reset_password(
                login=target,
                code=answer.cleaned_data["code"],
                new=answer.cleaned_data["password"],
                device=device_of(request),
                now=utc_now(),
            )
        except DomainError as refusal:
            show_refusal(answer, refusal)
        else:
            return welcome(request, signed)
    return _ask_new_password(request, answer, target)


def send(request: HttpRequest, form: forms.Form, purpose: CodePurpose) -> bool:
    """Send a code to where a form says; tell whether it is on its way."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        send_code(
            target=form.cleaned_data["login"],
            purpose=purpose,
            caller=caller_of(request),
            now=utc_now(),
        )
    except DomainError as refusal:
        show_refusal(form, refusal)
        return False
    return True


def sent_to(request: HttpRequest) -> str:
    """Return where the code of a form was sent."""
    return request.POST.get("login", "")[:254].replace("\x00", "")


def code_page(
    request: HttpRequest, form: forms.Form, target: str, *, title: str, label: str
) -> FormPage:
    """Return the page that asks for a code that was sent."""
    text = _("We sent a code to %(target)s. It is good for ten minutes.") % {"target": target}
    agreed = request.POST.get("agree", "")[:200]
    return FormPage(
        title=title,
        label=label,
        hidden={"do": "enter", "login": target, "agree": agreed},
        more={"text": text, "again": _("Send another code"), "other": _elsewhere(request)},
    )


def _ask_where(request: HttpRequest) -> HttpResponse:
    form = TargetForm(request.POST if request.method == "POST" else None)
    if is_agreed(request) and send(request, form, CodePurpose.SIGN_IN):
        return _ask_code(request, _code_form()(), form.cleaned_data["login"])
    return start_page(request, form)


def _ask_code(request: HttpRequest, form: forms.Form, target: str) -> HttpResponse:
    page = code_page(request, form, target, title=_("Sign in"), label=_("Sign in"))
    return form_page(request, form, page)


def _ask_new_password(request: HttpRequest, form: forms.Form, target: str) -> HttpResponse:
    page = code_page(request, form, target, title=_("Choose a new password"), label=_("Save"))
    return form_page(request, form, page)


def _code_form() -> type[forms.Form]:
    return JoinByCodeForm if sign_up_policy() is SignUp.INVITED else CodeForm


def _elsewhere(request: HttpRequest) -> Json:
    return {"text": "", "href": request.get_full_path(), "label": _("Another number or address")}


def _back_to_sign_in(request: HttpRequest) -> Json:
    href = with_next(request, "account:sign-in", by="password")
    return {"text": _("You remember it?"), "href": href, "label": _("Sign in")}
