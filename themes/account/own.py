"""A member's name, invitation and balances, and the end of an account."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members import cookies
from kernel.members.actors import member_actor
from kernel.members.limits import count_attempt
from kernel.members.middleware import member_of
from kernel.members.services.accounts import rename
from kernel.members.services.erasing import anonymise
from kernel.relations.attribution import PARAMETER
from kernel.relations.selectors import direct_team, standing_of
from kernel.relations.services import invite_code_of
from kernel.rewards.earnings import is_in_use
from themes.account.asked import answers_in, ask_in, keep_answers
from themes.account.entering import FormPage, form_page, show_refusal
from themes.account.forms import ClosingForm, NameForm
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.forms import link_beside
from themes.known import forget_known
from themes.pages import serve
from themes.shop.moments import moment_text

_MOST_INVITED = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def name(request: HttpRequest) -> HttpResponse:
    """Change what a member is called."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    given = request.POST if request.method == "POST" else None
    form = NameForm(given, initial={"name": member.name})
    ask_in(form, member)
    answers = answers_in(form) if request.method == "POST" and form.is_valid() else None
    if answers is not None:
        try:
            rename(member.pk, name=form.cleaned_data["name"])
            keep_answers(member, answers)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("account:home")
    more: dict[str, Json] = {"other": _back()}
    return form_page(request, form, FormPage(title=_("My name"), label=_("Save"), more=more))


@never_cache
@require_safe
def invitation(request: HttpRequest) -> HttpResponse:
    """Show a member the link by which others join, and who came by it."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    code, standing = invite_code_of(member.pk), standing_of(member.pk)
    language = get_language() or ""
    rows = direct_team(member.pk)[:_MOST_INVITED]
    shown: Json = {
        "code": code,
        "link": request.build_absolute_uri(f"{reverse('account:register')}?{PARAMETER}={code}"),
        "direct": standing.direct,
        "poster": reverse("account:invitation-poster"),
        "earnings": reverse("account:earnings") if is_in_use() else "",
        "sponsor": _initial(standing.sponsor.name) if standing.sponsor else "",
        "invited": [
            {"name": _initial(each.member.name), "at": moment_text(each.bound_at, language)}
            for each in rows
        ],
    }
    return serve(request, "invitation", inputs={"invitation": shown})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Close an account for good and erase the person from it; orders stay."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    # Who never had a password has proved himself by the code or the company that let him in.
    form = ClosingForm(request.POST if request.method == "POST" else None)
    if not member.password:
        del form.fields["password"]
    if request.method == "POST" and form.is_valid():
        try:
            count_attempt(request, f"password:{member.pk}")
        except DomainError as refusal:
            show_refusal(form, refusal)
        if member.password and not form.errors:
            offered = form.cleaned_data["password"]
            if not check_password(offered, member.password):
                form.add_error("password", _("The present password is another one."))
        if not form.errors:
            anonymise(member.pk, actor=member_actor(member), reason="", now=utc_now())
            response = redirect("/")
            cookies.forget(response)
            forget_known(response)
            return response
    more: dict[str, Json] = {
        "text": _(
            "Your name, numbers, addresses and devices are erased, and balances are lost. "
            "Orders stay in the shop's books without your name. This cannot be undone."
        ),
        "is_dangerous": True,
        "other": link_beside("", reverse("account:home"), _("Keep my account")),
    }
    title = _("Close the account")
    return form_page(request, form, FormPage(title=title, label=title, more=more))


def _initial(full: str) -> str:
    return f"{full[:1]}*"


def _back() -> Json:
    return link_beside("", reverse("account:home"), _("Back"))
