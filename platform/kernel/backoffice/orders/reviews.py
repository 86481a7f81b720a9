"""Payments made outside: staff look whether the money came."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.orders.forms import ReviewForm
from kernel.backoffice.orders.selectors import reviews_waiting, to_review
from kernel.backoffice.orders.views import draw
from kernel.backoffice.pieces import identified, paged
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.orders.selectors import staff_order
from kernel.payments.choices import AttemptState, Verdict
from kernel.payments.models import Attempt
from kernel.payments.selectors import attempt_with
from kernel.payments.services import review as review_attempt

REVIEW = "payments.review"


@require_safe
@staff_page(REVIEW)
def waiting(request: StaffRequest) -> HttpResponseBase:
    """List the payments that wait for somebody to look."""
    page = paged(request, reviews_waiting().order_by("id"))
    context = {"page": page, "rows": to_review(list(page))}
    return render(request, "backoffice/orders/reviews.html", context)


@require_POST
@staff_page(REVIEW)
def review(request: StaffRequest, number: str, attempt: str) -> HttpResponseBase:
    """Confirm or reject a payment of an order."""
    order = staff_order(number, REVIEW)
    row = attempt_with(identified("pat", attempt))
    if row.intent.payable_id != order.group_id:
        raise Http404
    form = ReviewForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            done = _review(row, form, request)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            status = refusal.status
        else:
            messages.success(request, _said(done))
            return redirect(f"/orders/{order.number}/")
    return draw(request, order, status=status, review=(row.pk, form))


def _review(row: Attempt, form: ReviewForm, request: StaffRequest) -> Attempt:
    told = form.cleaned_data
    received = told["received"]
    return review_attempt(
        row.pk,
        verdict=Verdict(told["verdict"]),
        received=Money.parse(received, row.currency) if received else None,
        reference=told["reference"],
        note=told["note"],
        actor=request.actor,
        now=utc_now(),
    )


def _said(done: Attempt) -> str:
    if done.state == AttemptState.PAID:
        return _("The payment was confirmed.")
    if done.state == AttemptState.PENDING:
        return _("Noted. Somebody else has to confirm it as well.")
    return _("The payment was rejected.")
