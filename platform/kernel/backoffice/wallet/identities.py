"""Proofs of identity: looked at, compared with a document, verified or refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, narrowed_page
from kernel.backoffice.wallet.forms import CompareForm, IdentityFilter
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.wallet.errors import UnknownIdentity
from kernel.wallet.models import IdentityCheck
from kernel.wallet.selectors import found_identities, identity_with
from kernel.wallet.services import compare_identity, refuse_identity, verify_identity

IDENTIFY: Final = "withdrawals.identify"


@require_safe
@staff_page(IDENTIFY)
def index(request: StaffRequest) -> HttpResponseBase:
    """List who showed who he is, the latest first."""
    page, context = narrowed_page(request, IdentityFilter(request.GET), _narrowed)
    context |= {"rows": page}
    return render(request, "backoffice/wallet/identities.html", context)


@require_safe
@staff_page(IDENTIFY)
def show(request: StaffRequest, check: str) -> HttpResponseBase:
    """Show a proof of identity, mostly hidden."""
    context = {"row": _row(check), "form": CompareForm()}
    return render(request, "backoffice/wallet/identity.html", context)


@require_POST
@staff_page(IDENTIFY)
def verify(request: StaffRequest, check: str) -> HttpResponseBase:
    """Say that a member is who he says."""
    row = _row(check)
    return _done(
        request,
        row,
        lambda: verify_identity(row.pk, actor=request.actor, now=utc_now()),
        _("It is verified."),
    )


@require_POST
@staff_page(IDENTIFY)
def refuse(request: StaffRequest, check: str) -> HttpResponseBase:
    """Refuse a proof of identity."""
    row, reason = _row(check), request.POST.get("reason", "")
    return _done(
        request,
        row,
        lambda: refuse_identity(row.pk, reason=reason, actor=request.actor, now=utc_now()),
        _("It is refused; the member can send it again."),
    )


@sensitive_post_parameters("name", "number")
@require_POST
@staff_page(IDENTIFY)
def compare(request: StaffRequest, check: str) -> HttpResponseBase:
    """Tell whether a document says what the member wrote."""
    row, form = _row(check), CompareForm(request.POST)
    if not form.is_valid():
        context = {"row": row, "form": form}
        return render(request, "backoffice/wallet/identity.html", context, status=422)
    try:
        is_same = compare_identity(row.pk, **form.cleaned_data, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if is_same:
            messages.success(request, _("Name and number are the same."))
        else:
            messages.error(request, _("Name or number is not the same."))
    return redirect(f"/withdrawals/identities/{row.public_id}/")


def _narrowed(wanted: dict[str, Any]) -> QuerySet[IdentityCheck]:
    return found_identities(wanted.get("text", ""), state=wanted.get("state", ""))


def _row(text: str) -> IdentityCheck:
    try:
        return identity_with(identified("idc", text))
    except UnknownIdentity as refusal:
        raise Http404 from refusal


def _done(
    request: StaffRequest, row: IdentityCheck, work: Callable[[], object], text: str
) -> HttpResponseBase:
    try:
        work()
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, text)
    return redirect(f"/withdrawals/identities/{row.public_id}/")
