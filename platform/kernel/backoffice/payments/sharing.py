"""Shares of payments that partners get from a gateway: where they stand, and asking one back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.access.scopes import stores_for
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.payments.forms_money import AskBackForm, SplitFilter
from kernel.backoffice.payments.money import REFUND, VIEW, numbers_of
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.checkout.paying import PAYABLE
from kernel.common.errors import DomainError
from kernel.common.time import day_bounds, utc_now
from kernel.orders.models import Order
from kernel.orders.selectors import visible_orders
from kernel.payments.choices import SplitState
from kernel.payments.models import Split
from kernel.payments.services.splits import return_split
from kernel.tenancy.context import current_tenant


@require_safe
@staff_page(VIEW)
def splits(request: StaffRequest) -> HttpResponseBase:
    """List the shares, newest first."""
    page, context = narrowed_page(request, SplitFilter(request.GET), narrowed_splits)
    rows = list(page)
    numbers = numbers_of(row.attempt.intent for row in rows)
    context |= {"rows": [(row, numbers[row.attempt.intent.payable_id]) for row in rows]}
    return render(request, "backoffice/payments/splits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def split(request: StaffRequest, split: str) -> HttpResponseBase:
    """Show a share; ask one that reached its receiver back."""
    row: Split = found(_own().filter(pk=identified("psp", split)).first())
    form = AskBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not request.person.may(REFUND):
            raise PermissionDenied
        if form.is_valid() and _asked_back(request, row, form):
            return redirect(f"/payments/splits/{row.number}/")
    intent = row.attempt.intent
    context = {
        "split": row,
        "numbers": numbers_of([intent])[intent.payable_id],
        "form": form,
        "is_with_receiver": row.state == SplitState.SUCCEEDED,
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/payments/split.html", context, status=status)


def _asked_back(request: StaffRequest, row: Split, form: AskBackForm) -> bool:
    try:
        return_split(row.pk, reason=form.cleaned_data["reason"], actor=request.actor, now=utc_now())
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The share was asked back."))
    return True


def _own() -> QuerySet[Split]:
    """Return the shares, without those of orders that whoever acts may not see."""
    rows = Split.objects.select_related("attempt__intent", "attempt__binding", "receiver")
    if stores_for(VIEW) is None:
        return rows
    seen = visible_orders(VIEW).values("group_id")
    return rows.filter(attempt__intent__payable_id__in=seen)


def narrowed_splits(wanted: dict[str, Any]) -> QuerySet[Split]:
    """Return the shares that a filter leaves, newest first."""
    zone = current_tenant().zone
    rows = _own().order_by("-created_at", "-id")
    if binding := wanted.get("binding"):
        rows = rows.filter(attempt__binding=binding)
    if receiver := wanted.get("receiver"):
        rows = rows.filter(receiver=receiver)
    if state := wanted.get("state"):
        rows = rows.filter(state=state)
    if since := wanted.get("since"):
        rows = rows.filter(created_at__gte=day_bounds(since, zone)[0])
    if until := wanted.get("until"):
        rows = rows.filter(created_at__lt=day_bounds(until, zone)[1])
    if text := wanted.get("text", "").replace("\x00", ""):
        groups = Order.objects.filter(number__startswith=text).values("group_id")
        rows = rows.filter(
            attempt__intent__payable_type=PAYABLE, attempt__intent__payable_id__in=groups
        )
    return rows
