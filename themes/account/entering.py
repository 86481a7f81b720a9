"""What the pages for opening accounts and signing in have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from kernel.common.errors import DomainError
from kernel.members import cookies
from kernel.members.services import SignedIn
from kernel.members.services.consents import outstanding
from themes.cart.owners import bring_along
from themes.fields import Json
from themes.forms import as_inputs
from themes.known import remember_known
from themes.pages import serve

UNPROCESSABLE: Final = 422
_FIELDS: Final = {"members.login_taken": "login", "members.code_refused": "code"}


@dataclass(frozen=True, kw_only=True)
class FormPage:
    """A page that is one form.

    Attributes:
        label: on the button.
        hidden: goes along with what is filled in.
        more: what else its block draws: tabs, other ways, links.
        is_wrong: something in it was refused.
    """

    title: str
    label: str
    template: str = "account_form"
    action: str = ""
    hidden: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Json] = field(default_factory=dict)
    is_wrong: bool = False


def form_page(request: HttpRequest, form: forms.Form, page: FormPage) -> HttpResponse:
    """Answer with a form."""
    shown = as_inputs(
        form,
        title=page.title,
        label=page.label,
        action=page.action or request.path,
        hidden={"next": target_of(request), **page.hidden},
    )
    status = UNPROCESSABLE if form.errors or page.is_wrong else 200
    return serve(request, page.template, inputs={"form": {**shown, **page.more}}, status=status)


def show_refusal(form: forms.Form, refusal: DomainError, **renamed: str) -> None:
    """Put a refusal at the field that it is about, or above the form.

    Renamed are fields that the form calls otherwise than the refusal does.
    """
    named = str(refusal.fields.get("field", ""))
    name = _FIELDS.get(refusal.code, renamed.get(named, named))
    form.add_error(name if name in form.fields else None, str(refusal))


def welcome(request: HttpRequest, signed: SignedIn, *, target: str = "") -> HttpResponse:
    """Sign this browser in, and go on to where somebody wanted to go."""
    target = target or target_of(request)
    if outstanding(signed.member.pk):
        target = f"{reverse('account:agreements')}?{urlencode({'next': target})}"
    response = redirect(target)
    cookies.remember(response, signed.token)
    remember_known(response)
    bring_along(request, response, signed.member)
    return response


def target_of(request: HttpRequest) -> str:
    """Return where somebody wants to go afterwards: a page of this shop."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return own_page(wanted)


def own_page(wanted: str) -> str:
    """Return a path of this shop, or its front page for anything else."""
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return "/"


def device_of(request: HttpRequest) -> str:
    """Return what a browser calls itself."""
    return request.headers.get("User-Agent", "")[:120]


def with_next(request: HttpRequest, name: str, **more: str) -> str:
    """Return the address of another page of this kind that leads to the same place."""
    return f"{reverse(name)}?{urlencode({'next': target_of(request), **more})}"
