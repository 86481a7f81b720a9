"""Signing in by a company's accounts, and the page on which that is set up."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.access.factors import factor_of
from kernel.access.permissions import ALL
from kernel.audit.actor import Actor
from kernel.backoffice.account.arrival import ask_for_code, welcome
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import inner_path
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.sso.errors import SignOnRefused
from kernel.sso.models import SignOn
from kernel.sso.places import admits, place_of
from kernel.sso.services import begin, bind, come_back, sign_on_at, unbind
from kernel.tenancy.middleware import serves_held_tenants

# Whoever names the provider could come in as anybody: that is the owner's alone.
MANAGE: Final = ALL
_HOME: Final = "/account/sign-on/"
_BACK: Final = "/sign-in/back/"
_KEPT: Final = "sign_on"
_PATIENCE: Final = timedelta(minutes=10)
_LIMIT: Final = Limit("staff_sign_on", "30/minute;300/hour", WhenDown.REFUSE)


class SignOnForm(forms.Form):
    """A provider of accounts."""

    name = forms.CharField(
        label=gettext_lazy("Name on the button"),
        max_length=60,
        help_text=gettext_lazy("What your people call it, for example the company's name."),
    )
    issuer = forms.URLField(
        label=gettext_lazy("Address of the OpenID provider"),
        max_length=300,
        assume_scheme="https",
        help_text=gettext_lazy("Also called issuer; your provider's page names it."),
    )
    client_id = forms.CharField(label=gettext_lazy("App id (client id)"), max_length=200)
    secret = forms.CharField(
        label=gettext_lazy("App secret"),
        max_length=500,
        required=False,
        strip=False,
        help_text=gettext_lazy(
            "Sealed, and never shown again. Leave it empty to keep the present one."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    domains = forms.CharField(
        label=gettext_lazy("Only addresses of these domains"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Separated by commas; empty for any."),
    )


@serves_held_tenants
@never_cache
@require_safe
def go(request: HttpRequest) -> HttpResponseBase:
    """Send somebody to the provider."""
    try:
        _LIMIT.check(client_ip(request))
        address, kept = begin(place_of(request), redirect_uri=_way_back(request))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("/sign-in/")
    target = inner_path(request.GET.get("next"))
    at = utc_now().timestamp()
    request.session[_KEPT] = {"question": kept, "at": at, "next": target}
    return redirect(address)


@serves_held_tenants
@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponseBase:
    """Take somebody in who comes back from the provider; a second factor is asked for as ever."""
    now = utc_now()
    noted = request.session.pop(_KEPT, None)
    try:
        _LIMIT.check(client_ip(request))
        if noted is None or now.timestamp() - noted["at"] > _PATIENCE.total_seconds():
            raise SignOnRefused
        person = come_back(
            place_of(request),
            is_ours=partial(admits, request),
            kept=noted["question"],
            state=request.GET.get("state", ""),
            code=request.GET.get("code", ""),
            actor=Actor(kind="staff", id="", name=_("Sign-in"), ip=client_ip(request)),
            now=now,
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("/sign-in/")
    if factor_of(person) is not None:
        return ask_for_code(request, person, noted["next"])
    return welcome(request, person, noted["next"])


def _way_back(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}{_BACK}"


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def settings_page(request: StaffRequest) -> HttpResponseBase:
    """Say by whose accounts the staff signs in."""
    place = place_of(request)
    row = sign_on_at(place)
    form = SignOnForm(request.POST if request.method == "POST" else None, initial=_told(row))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            domains = values["domains"].replace("，", ",").split(",")
            bind(place, **values | {"domains": domains}, actor=request.actor)
        except DomainError as refusal:
            field = str(refusal.fields.get("field", ""))
            add_refusal(form, refusal, {refusal.code: field} if field in form.fields else {})
        else:
            messages.success(request, _("Saved. The button stands on the page for signing in."))
            return redirect(_HOME)
    context = {"form": form, "row": row, "way_back": _way_back(request)}
    status = 422 if form.errors else 200
    return render(request, "sso/settings.html", context, status=status)


def _told(row: SignOn | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "name": row.name,
        "issuer": row.issuer,
        "client_id": row.client_id,
        "domains": ", ".join(row.domains),
    }


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def remove(request: StaffRequest) -> HttpResponseBase:
    """Let nobody sign in in this way any more."""
    try:
        unbind(place_of(request), actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Nobody signs in in this way any more; passwords still do."))
    return redirect(_HOME)
