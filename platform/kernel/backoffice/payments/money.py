"""Payments as they came in, refunds as they go back, and those that people have to make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.access.scopes import stores_for
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.payments.forms_money import PaidBackForm, ReceivedFilter, RefundFilter
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.checkout.paying import PAYABLE
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import day_bounds, utc_now
from kernel.orders.models import Order
from kernel.orders.selectors import visible_orders
from kernel.payments.choices import RefundState, Verdict
from kernel.payments.models import Attempt, PaymentIntent, Refund
from kernel.payments.selectors import refunds_by_hand
from kernel.payments.services import confirm_refund
from kernel.tenancy.context import current_tenant

VIEW, REFUND = "payments.view", "payments.refund"
_BATCH: Final = 500
R = TypeVar("R", Attempt, Refund)


@require_safe
@staff_page(VIEW)
def received(request: StaffRequest) -> HttpResponseBase:
    """List what buyers tried to pay, newest first."""
    page, context = narrowed_page(request, ReceivedFilter(request.GET), _attempts)
    context |= {"rows": _with_numbers(list(page))}
    return render(request, "backoffice/payments/received.html", context)


def export_received_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the payments that a filter leaves."""
    return _attempt_rows(_attempts(ReceivedFilter(query).wanted()))


def export_refund_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the refunds that a filter leaves."""
    return _refund_rows(_refunds(RefundFilter(query).wanted()))


@require_safe
@staff_page(VIEW)
def refunds(request: StaffRequest) -> HttpResponseBase:
    """List what goes back; first of all what somebody has to pay back by hand."""
    page, context = narrowed_page(request, RefundFilter(request.GET), _refunds)
    context |= {
        "rows": _with_numbers(list(page)),
        "waiting": _with_numbers(
            list(_own(_joined(refunds_by_hand())).order_by("created_at", "id"))
        ),
    }
    return render(request, "backoffice/payments/refunds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def refund(request: StaffRequest, refund: str) -> HttpResponseBase:
    """Show a refund; say of one that people make whether it was made."""
    rows = _own(_joined(Refund.objects.all())).filter(pk=identified("prf", refund))
    row: Refund = found(rows.first())
    form = PaidBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not request.person.may(REFUND):
            raise PermissionDenied
        if form.is_valid() and _reviewed(request, row, form):
            return redirect("/payments/refunds/")
    [(_row, numbers)] = _with_numbers([row])
    context = {
        "refund": row,
        "numbers": numbers,
        "form": form,
        "is_open": row.state == RefundState.REVIEW,
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/payments/refund.html", context, status=status)


def _reviewed(request: StaffRequest, row: Refund, form: PaidBackForm) -> bool:
    try:
        done = confirm_refund(
            row.pk,
            verdict=Verdict(form.cleaned_data["verdict"]),
            reference=form.cleaned_data["reference"],
            actor=request.actor,
            now=utc_now(),
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False
    if done.state == RefundState.SUCCEEDED:
        messages.success(request, _("The refund is noted as paid."))
    else:
        messages.success(request, _("The refund is noted as not paid."))
    return True


def _attempts(wanted: dict[str, Any]) -> QuerySet[Attempt]:
    rows = Attempt.objects.select_related("binding").order_by("-created_at", "-id")
    if binding := wanted.get("binding"):
        rows = rows.filter(binding=binding)
    return _narrowed(_own(rows), wanted)


def _joined(rows: QuerySet[Refund]) -> QuerySet[Refund]:
    return rows.select_related("intent", "attempt__binding")


def _refunds(wanted: dict[str, Any]) -> QuerySet[Refund]:
    rows = _joined(Refund.objects.order_by("-created_at", "-id"))
    if binding := wanted.get("binding"):
        rows = rows.filter(attempt__binding=binding)
    return _narrowed(_own(rows), wanted)


def _own(rows: QuerySet[R]) -> QuerySet[R]:
    """Leave out what belongs to orders that whoever acts may not see."""
    if stores_for(VIEW) is None:
        return rows
    return rows.filter(intent__payable_id__in=visible_orders(VIEW).values("group_id"))


def _narrowed(rows: QuerySet[R], wanted: dict[str, Any]) -> QuerySet[R]:
    zone = current_tenant().zone
    if state := wanted.get("state"):
        rows = rows.filter(state=state)
    if since := wanted.get("since"):
        rows = rows.filter(created_at__gte=day_bounds(since, zone)[0])
    if until := wanted.get("until"):
        rows = rows.filter(created_at__lt=day_bounds(until, zone)[1])
    if text := wanted.get("text", "").replace("\x00", ""):
        groups = Order.objects.filter(number__startswith=text).values("group_id")
        rows = rows.filter(intent__payable_type=PAYABLE, intent__payable_id__in=groups)
    return rows


def _with_numbers(rows: Sequence[R]) -> list[tuple[R, list[str]]]:
    """Join payments with the numbers of the orders that they are for; one query."""
    numbers = numbers_of(row.intent for row in rows)
    return [(row, numbers[row.intent.payable_id]) for row in rows]


def numbers_of(intents: Iterable[PaymentIntent]) -> dict[UUID, list[str]]:
    """Return the numbers of the orders that payments are for, by what is paid; one query."""
    keys = {intent.payable_id for intent in intents if intent.payable_type == PAYABLE}
    found: dict[UUID, list[str]] = defaultdict(list)
    orders = Order.objects.filter(group_id__in=keys).order_by("number")
    for group_id, number in orders.values_list("group_id", "number"):
        found[group_id].append(number)
    return found


def _attempt_rows(rows: QuerySet[Attempt]) -> Iterator[list[object]]:
    yield [
        *(_("When"), _("Order number"), _("Payment account"), _("State"), _("Amount")),
        *(_("Received"), _("Refunded"), _("Fee"), _("Currency"), _("Reference")),
    ]
    for batch in _batches(rows):
        for row, numbers in _with_numbers(batch):
            minors = (row.amount_minor, row.captured_minor, row.refunded_minor, row.fee_minor)
            amounts = [Money(minor, row.currency).decimal() for minor in minors]
            yield [
                row.created_at.isoformat(timespec="seconds"),
                *(" ".join(numbers), row.binding.title, row.get_state_display()),
                *(*amounts, row.currency, row.gateway_ref),
            ]


def _refund_rows(rows: QuerySet[Refund]) -> Iterator[list[object]]:
    yield [
        *(_("When"), _("Order number"), _("Payment account"), _("State"), _("Amount")),
        *(_("Currency"), _("Reference")),
    ]
    for batch in _batches(rows):
        for row, numbers in _with_numbers(batch):
            yield [
                row.created_at.isoformat(timespec="seconds"),
                *(" ".join(numbers), row.attempt.binding.title, row.get_state_display()),
                *(Money(row.amount_minor, row.currency).decimal(), row.currency, row.gateway_ref),
            ]


def _batches(rows: QuerySet[R]) -> Iterator[list[R]]:
    """Yield a list in its order, the newest first, without keeping it open meanwhile."""
    batch = list(rows[:_BATCH])
    while batch:
        yield batch
        last = batch[-1]
        older = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        batch = list(rows.filter(older)[:_BATCH])
