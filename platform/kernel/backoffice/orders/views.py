"""The order desk: find orders, look at them, cancel, write notes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.orders.forms import (
    NoteForm,
    OrderFilter,
    ReasonForm,
    ReviewForm,
    ShipForm,
    TagsForm,
)
from kernel.backoffice.orders.selectors import desk_order, narrowed_orders
from kernel.backoffice.pieces import narrowed_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.orders.models import Order
from kernel.orders.selectors import listed, staff_order
from kernel.orders.services.desk import add_note, set_tags
from kernel.orders.services.lifecycle import cancel_orders

VIEW, MANAGE = "orders.view", "orders.manage"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List orders, newest first."""
    page, context = narrowed_page(request, OrderFilter(request.GET), narrowed_orders)
    context |= {"orders": listed(list(page), with_tags=True)}
    return render(request, "backoffice/orders/list.html", context)


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, number: str) -> HttpResponseBase:
    """Show one order."""
    return draw(request, staff_order(number))


def draw(
    request: StaffRequest,
    order: Order,
    *,
    status: int = 200,
    ship: ShipForm | None = None,
    note: NoteForm | None = None,
    review: tuple[Any, ReviewForm] | None = None,
) -> HttpResponseBase:
    """Draw the page of an order, with the form that was refused."""
    desk = desk_order(order)
    reviewed, refused = review or (None, None)
    reviews = [
        (each, refused if each.attempt.pk == reviewed else ReviewForm())
        for each in desk.payments
        if each.waits_for_staff
    ]
    context = {
        "order": order,
        "desk": desk,
        "ship": ship or ShipForm(desk.detail.lines, order.method),
        "note": note or NoteForm(),
        "tags": TagsForm(initial={"tags": ", ".join(desk.detail.tags)}),
        "reviews": reviews,
    }
    return render(request, "backoffice/orders/detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def cancel(request: StaffRequest, number: str) -> HttpResponseBase:
    """Ask, then cancel; what was paid goes back."""
    order = staff_order(number, MANAGE)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                cancel_orders(
                    [order.pk],
                    reason=form.cleaned_data["reason"],
                    actor=request.actor,
                    now=utc_now(),
                )
            except DomainError as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("The order was cancelled."))
            return redirect(f"/orders/{order.number}/")
    context = {"order": order, "form": form}
    return render(request, "backoffice/orders/cancel.html", context, status=status)


@require_POST
@staff_page(MANAGE)
def note(request: StaffRequest, number: str) -> HttpResponseBase:
    """Write a note for colleagues."""
    order = staff_order(number, MANAGE)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return draw(request, order, status=422, note=form)
    add_note(order.pk, form.cleaned_data["text"], actor=request.actor, now=utc_now())
    messages.success(request, _("The note was written."))
    return redirect(f"/orders/{order.number}/")


@require_POST
@staff_page(MANAGE)
def tags(request: StaffRequest, number: str) -> HttpResponseBase:
    """Give an order these tags and no others."""
    order = staff_order(number, MANAGE)
    form = TagsForm(request.POST)
    try:
        if form.is_valid():
            set_tags(order.pk, form.names(), actor=request.actor, now=utc_now())
            messages.success(request, _("The tags were saved."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"/orders/{order.number}/")
