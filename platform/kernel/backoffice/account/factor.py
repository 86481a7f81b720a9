"""Setting up the authenticator app, new recovery codes, and taking the app away."""

from __future__ import annotations

from io import BytesIO

import segno
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from kernel.access.factors import (
    FactorRefused,
    begin_factor,
    confirm_factor,
    drop_factor,
    factor_of,
    renew_recovery,
)
from kernel.access.totp import address_for_apps
from kernel.backoffice.account.forms import CodeForm
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.shell import current_brand
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.middleware import serves_held_tenants

_HOME = "/account/security/"


@serves_held_tenants
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(with_any_password=True, is_confirmed=True)
def enrol(request: StaffRequest) -> HttpResponseBase:
    """Show the secret to the app, and take its first code."""
    if request.person.must_change_password:
        return redirect("/account/password/")
    factor = factor_of(request.person)
    if factor is not None and factor.by_app:
        return redirect(_HOME)
    secret = begin_factor(request.person)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            told = form.cleaned_data["code"]
            codes = confirm_factor(request.person, told, actor=request.actor, now=utc_now())
        except DomainError as refusal:
            add_refusal(form, refusal, {FactorRefused.code: "code"})
        else:
            return show_codes(request, codes)
    brand = current_brand(request)
    account, issuer = request.person.email, brand.totp_issuer or brand.name
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "picture": _picture(address_for_apps(secret, account=account, issuer=issuer)),
        "is_due": request.person.must_set_factor,
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/account/factor.html", context, status=status)


@serves_held_tenants
@require_POST
@staff_page(is_confirmed=True)
def codes(request: StaffRequest) -> HttpResponseBase:
    """Make new recovery codes; those before work no more."""
    try:
        made = renew_recovery(request.person, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(_HOME)
    return show_codes(request, made)


@serves_held_tenants
@require_POST
@staff_page(is_confirmed=True)
def remove(request: StaffRequest) -> HttpResponseBase:
    """Take one's own app away."""
    try:
        drop_factor(request.person, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The app was taken away."))
    return redirect(_HOME)


def show_codes(request: StaffRequest, codes: list[str]) -> HttpResponseBase:
    """Show codes to be kept on paper, this once."""
    context = {"codes": codes, "all_codes": "\n".join(codes)}
    return render(request, "backoffice/account/codes.html", context)


def _picture(text: str) -> SafeString:
    drawn = BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2)
    return mark_safe(drawn.getvalue().decode())  # noqa: S308  drawn here: paths and numbers alone
