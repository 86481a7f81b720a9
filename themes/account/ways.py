"""By what a member is known: numbers, addresses, companies, and a password."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.members import cookies
from kernel.members.choices import CodePurpose, Proof
from kernel.members.errors import NotKept
from kernel.members.limits import count_attempt
from kernel.members.middleware import member_of
from kernel.members.models import Identity, ProviderBinding
from kernel.members.selectors import identities_of
from kernel.members.services.accounts import set_password
from kernel.members.services.identities import add_contact, remove_identity
from kernel.payments.services.passwords import standing_of
from themes.account.codes import code_page, send, sent_to
from themes.account.entering import FormPage, form_page, show_refusal
from themes.account.forms import CodeForm, FirstPasswordForm, PasswordForm, TargetForm
from themes.account.members import sign_in_first
from themes.account.offers import providers_in
from themes.fields import Json
from themes.forms import link_beside
from themes.pages import serve


@never_cache
@require_safe
def ways(request: HttpRequest) -> HttpResponse:
    """List by what a member can sign in."""
    return ways_page(request)


def ways_page(request: HttpRequest, *, notice: str = "", status: int = 200) -> HttpResponse:
    """Show the list, with what was refused before."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    identities = list(identities_of(member.pk))
    names = dict(ProviderBinding.objects.values_list("code", "name"))
    known = {each.provider for each in identities}
    shown: dict[str, Json] = {
        "notice": notice,
        "rows": [_row(each, names) for each in identities],
        "offers": providers_in(request, reverse("account:ways"), but=known),
        "has_password": bool(member.password),
        "has_payment_password": standing_of(member.pk, now=utc_now()).is_set,
    }
    return serve(request, "ways", inputs={"ways": shown}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_way(request: HttpRequest) -> HttpResponse:
    """Prove a number or an address; joins the account that has it."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    if request.POST.get("do") != "enter":
        return _ask_where(request)
    form, target = CodeForm(request.POST), sent_to(request)
    if form.is_valid():
        try:
            count_attempt(request, target)
            code = form.cleaned_data["code"]
            add_contact(member.pk, target=target, code=code, now=utc_now())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("account:ways")
    return _ask_code(request, form, target)


@never_cache
@require_POST
def remove_way(request: HttpRequest) -> HttpResponse:
    """Forget one of them, unless it is the last way in."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    try:
        remove_identity(member.pk, _identity(request))
    except NotKept as refusal:
        raise Http404 from refusal
    except DomainError as refusal:
        return ways_page(request, notice=str(refusal), status=refusal.status)
    return redirect("account:ways")


@never_cache
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password; all other devices are signed out."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    kind: type[forms.Form] = PasswordForm if member.password else FirstPasswordForm
    form = kind(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            count_attempt(request, f"password:{member.pk}")
            set_password(
                member.pk,
                old=form.cleaned_data.get("old", ""),
                new=form.cleaned_data["new"],
                keep=cookies.cookie_token(request),
                now=utc_now(),
            )
        except DomainError as refusal:
            show_refusal(form, refusal, password="new")  # noqa: S106  the name of a field
        else:
            return redirect("account:ways")
    more: dict[str, Json] = {
        "text": _("All your other devices are signed out then."),
        "other": _back(),
    }
    title = _("Change the password") if member.password else _("Choose a password")
    return form_page(request, form, FormPage(title=title, label=_("Save"), more=more))


def _ask_where(request: HttpRequest) -> HttpResponse:
    form = TargetForm(request.POST if request.method == "POST" else None)
    if send(request, form, CodePurpose.BIND):
        return _ask_code(request, CodeForm(), form.cleaned_data["login"])
    more: dict[str, Json] = {
        "text": _("We send a code there. An account that you already have with it joins this one."),
        "other": _back(),
    }
    page = FormPage(
        title=_("Add a number or an address"),
        label=_("Send me a code"),
        hidden={"do": "send"},
        more=more,
    )
    return form_page(request, form, page)


def _ask_code(request: HttpRequest, form: CodeForm, target: str) -> HttpResponse:
    title = _("Add a number or an address")
    return form_page(request, form, code_page(request, form, target, title=title, label=_("Add")))


def _row(identity: Identity, names: dict[str, str]) -> Json:
    is_contact = identity.provider in Proof.values
    kind = str(Proof(identity.provider).label) if is_contact else _("Other service")
    return {
        "id": identity.public_id,
        "kind": kind,
        "icon": {"phone": "phone", "email": "mail"}.get(identity.provider, "user"),
        "text": identity.subject if is_contact else names.get(identity.provider, kind),
        "is_proved": identity.verified_at is not None,
    }


def _identity(request: HttpRequest) -> UUID:
    try:
        return parse_public_id("idn", request.POST.get("way", ""))
    except InvalidId as refusal:
        raise NotKept from refusal


def _back() -> Json:
    return link_beside("", reverse("account:ways"), _("Back"))
