"""Changes of an order: proposed in a form, looked at, then made or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kernel.backoffice.goods import Picking
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.orders.change_forms import ChangeForm
from kernel.backoffice.orders.comparing import compared
from kernel.backoffice.orders.views import MANAGE
from kernel.backoffice.pieces import found, identified
from kernel.catalogue.models import Variant
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.orders.choices import ChangeState
from kernel.orders.machine import failing_guard
from kernel.orders.models import Order, OrderChange, OrderLine
from kernel.orders.selectors import staff_order
from kernel.orders.services.edits import apply_change, discard_change, propose_change
from kernel.pricing.groups import buying_from
from kernel.pricing.services import prices_for
from kernel.pricing.values import Buyer, PriceRequest

_DECISIONS: Final = frozenset({"apply", "discard"})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def edit(request: StaffRequest, number: str) -> HttpResponseBase:
    """Take a change; show what it would mean before anything is done."""
    order = staff_order(number, MANAGE)
    if failing_guard(order, "edit"):
        messages.error(request, _("The order cannot be changed any more: goods have left."))
        return redirect(f"/orders/{order.number}/")
    picking = Picking(request.POST if request.method == "POST" else None)
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    form = ChangeForm(
        order, lines, _priced(order, picking.variants), _sent(request, order, picking)
    )
    if request.method == "POST" and not picking.is_finding and form.is_valid():
        change = _proposed(request, order, form)
        if change is not None:
            return redirect(f"/orders/{order.number}/changes/{change.public_id}/")
    context = {"order": order, "form": form, "picking": picking}
    is_refused = form.is_bound and bool(form.errors) and not picking.is_finding
    status = 422 if is_refused else 200
    return render(request, "backoffice/orders/edit.html", context, status=status)


def _sent(request: StaffRequest, order: Order, picking: Picking) -> Any:
    """Return what was sent; goods found just now get what they would begin with."""
    if request.method != "POST":
        return None
    if not picking.is_finding:
        return request.POST
    sent = request.POST.copy()
    for variant, minor in _priced(order, picking.variants):
        key = variant.public_id
        sent.setdefault(f"quantity_{key}", "0")
        price = "" if minor is None else Money(minor, order.currency).decimal()
        sent.setdefault(f"price_{key}", price)
    return sent


def _proposed(request: StaffRequest, order: Order, form: ChangeForm) -> OrderChange | None:
    operations = form.operations()
    if not operations:
        form.add_error(None, _("Nothing would change."))
        return None
    try:
        return propose_change(
            order.pk,
            operations,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            now=utc_now(),
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return None


def _priced(order: Order, variants: Sequence[Variant]) -> list[tuple[Variant, int | None]]:
    if not variants:
        return []
    answers = prices_for(
        [PriceRequest(variant.pk) for variant in variants],
        buyer=buying_from(Buyer(member_id=order.member_id), order.address.get("country", "")),
        currency=order.currency,
        now=utc_now(),
    )
    return [
        (variant, answers[variant.pk].unit.minor if variant.pk in answers else None)
        for variant in variants
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def decide(request: StaffRequest, number: str, change: str) -> HttpResponseBase:
    """Show a proposed change beside the order as it is; make it, or drop it."""
    order = staff_order(number, MANAGE)
    rows = OrderChange.objects.filter(pk=identified("chg", change), order=order)
    row: OrderChange = found(rows.first())
    if request.method == "POST" and request.POST.get("act") in _DECISIONS:
        return _decided(request, order, row)
    if row.state != ChangeState.PROPOSED:
        return redirect(f"/orders/{order.number}/")
    try:
        seen = compared(order, row, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/orders/{order.number}/")
    context = {"order": order, "change": row, "seen": seen}
    return render(request, "backoffice/orders/change.html", context)


def _decided(request: StaffRequest, order: Order, row: OrderChange) -> HttpResponseBase:
    try:
        if request.POST["act"] == "apply":
            apply_change(row.pk, actor=request.actor, now=utc_now())
            messages.success(request, _("The order was changed."))
        else:
            discard_change(row.pk, now=utc_now())
            messages.success(request, _("The change was dropped; the order is as it was."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"/orders/{order.number}/")
