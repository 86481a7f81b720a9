"""Withdrawals: looked at, approved by one or two, refused, sent, settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, inner_path, narrowed_page
from kernel.backoffice.wallet.forms import WithdrawalFilter
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.ledger.selectors import decimal_text
from kernel.wallet.choices import State
from kernel.wallet.errors import UnknownWithdrawal
from kernel.wallet.models import Withdrawal
from kernel.wallet.providers import known_provider
from kernel.wallet.selectors import (
    events_of,
    found_withdrawals,
    waiting_figures,
    withdrawal_with,
)
from kernel.wallet.services import (
    approve,
    give_back,
    leave_batch,
    query,
    reject,
    send,
    settle_by_hand,
)
from kernel.wallet.services.paying import provider_of
from kernel.wallet.tax.explaining import explained

VIEW: Final = "withdrawals.view"
REVIEW: Final = "withdrawals.review"
PAY: Final = "withdrawals.pay"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the withdrawals, the latest first."""
    page, context = narrowed_page(request, WithdrawalFilter(request.GET), _narrowed)
    figures = waiting_figures()
    context |= {
        "rows": [(row, decimal_text(row.minor, row.asset.scale)) for row in page],
        "waiting": [
            (state, State(state).label, figures[state][0])
            for state in State.values
            if state in figures
        ],
        "here": request.get_full_path(),
    }
    return render(request, "backoffice/wallet/list.html", context)


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Show a withdrawal, and what happened to it."""
    row = _row(withdrawal, VIEW)
    scale = row.asset.scale
    service = known_provider(row.provider or provider_of(row))
    context = {
        "row": row,
        "amount": decimal_text(row.minor, scale),
        "fee": decimal_text(row.fee_minor, scale),
        "tax": decimal_text(row.tax_minor, scale),
        "tax_lines": explained(
            row.tax_basis, row.tax_category, currency=row.currency, on=row.tax_on
        ),
        "arrives": Money(row.payout_minor, row.currency).decimal(),
        "events": events_of(row.pk),
        "service": service,
        "fault": service.fault() if service and row.state == State.APPROVED else "",
        "is_second": row.state == State.CHECKED and row.checked_by == request.actor.id,
    }
    return render(request, "backoffice/wallet/detail.html", context)


@require_POST
@staff_page(REVIEW)
def approve_one(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Approve a withdrawal."""
    row = _row(withdrawal, REVIEW)
    return _done(
        request,
        row,
        lambda: approve(row.pk, actor=request.actor, now=utc_now()),
        _("It is approved."),
    )


@require_POST
@staff_page(REVIEW)
def reject_one(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Refuse a withdrawal."""
    row, reason = _row(withdrawal, REVIEW), request.POST.get("reason", "")
    return _done(
        request,
        row,
        lambda: reject(row.pk, reason=reason, actor=request.actor, now=utc_now()),
        _("It is refused; the member has the amount again."),
    )


@require_POST
@staff_page(PAY, is_confirmed=True)
def send_one(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Have a payout service pay a withdrawal."""
    row = _row(withdrawal, PAY)
    return _done(
        request,
        row,
        lambda: send(row.pk, actor=request.actor, now=utc_now()),
        _("It was sent to the payout service."),
    )


@require_POST
@staff_page(PAY)
def ask_one(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Ask the payout service now what became of a withdrawal."""
    row = _row(withdrawal, PAY)
    return _done(request, row, lambda: query(row.pk, now=utc_now()), _("The service was asked."))


@require_POST
@staff_page(PAY, is_confirmed=True)
def settle_one(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Say what became of a withdrawal."""
    row, asked = _row(withdrawal, PAY), request.POST
    return _done(
        request,
        row,
        lambda: settle_by_hand(
            row.pk,
            is_paid=asked.get("paid") == "1",
            reason=asked.get("reason", ""),
            actor=request.actor,
            now=utc_now(),
        ),
        _("Saved."),
    )


@require_POST
@staff_page(PAY, is_confirmed=True)
def return_one(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Say that the bank sent back what was paid."""
    row, reason = _row(withdrawal, PAY), request.POST.get("reason", "")
    return _done(
        request,
        row,
        lambda: give_back(row.pk, reason=reason, actor=request.actor, now=utc_now()),
        _("The member has the amount again."),
    )


@require_POST
@staff_page(PAY)
def leave_one(request: StaffRequest, withdrawal: str) -> HttpResponseBase:
    """Take a withdrawal out of its batch."""
    row = _row(withdrawal, PAY)
    return _done(
        request,
        row,
        lambda: leave_batch(row.pk, actor=request.actor, now=utc_now()),
        _("It was taken out."),
    )


def _narrowed(wanted: dict[str, Any]) -> QuerySet[Withdrawal]:
    return found_withdrawals(
        wanted.get("text", ""), state=wanted.get("state", ""), channel=wanted.get("channel", "")
    )


def _row(text: str, permission: str) -> Withdrawal:
    try:
        return withdrawal_with(identified("wdr", text), permission=permission)
    except UnknownWithdrawal as refusal:
        raise Http404 from refusal


def _done(
    request: StaffRequest, row: Withdrawal, work: Callable[[], object], text: str
) -> HttpResponseBase:
    try:
        work()
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, text)
    wanted = inner_path(request.POST.get("next"))
    here = f"/withdrawals/{row.public_id}/"
    return redirect(wanted if wanted.startswith("/withdrawals/") else here)
