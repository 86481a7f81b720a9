"""The buyer's orders: listed, read, cancelled, received, bought again."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.cart.services import Wish, add
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.fulfilment.services import receive_order
from kernel.orders.errors import OrderNotFound
from kernel.orders.machine import failing_guard
from kernel.orders.models import Order, OrderLine
from kernel.orders.services.desk import hide_order
from kernel.orders.services.lifecycle import cancel_orders
from themes.account.members import sign_in_first
from themes.buyers import buyer_of
from themes.cart.owners import keep_token, writer
from themes.fields import Json
from themes.orders.states import OVER, is_unpaid
from themes.pages import serve

_LONGEST_REASON: Final = 300


@never_cache
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Show a buyer's orders, newest first."""
    buyer = buyer_of(request)
    if buyer.member_id is None and not buyer.groups:
        return sign_in_first(request)
    return serve(request, "orders")


@never_cache
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order; what was placed in several leads to what they have in common."""
    buyer = buyer_of(request)
    if buyer.member_id is None and not buyer.groups:
        return sign_in_first(request)
    try:
        buyer.order(number)
    except OrderNotFound:
        return redirect("cashier", number=_group_number(request, number))
    return serve(request, "order", params={"number": number})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether an order shall be cancelled, and cancel it."""
    found, refusal, status = _order(request, number), "", 200
    if request.method == "POST":
        reason = request.POST.get("reason", "").replace("\x00", "").strip()[:_LONGEST_REASON]
        try:
            cancel_orders([found.pk], reason=reason, actor=buyer_of(request).actor, now=utc_now())
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect("order", number=found.number)
    is_paid = not is_unpaid(found)
    text = (
        _("What you paid goes back the way it came.")
        if is_paid
        else _("Nothing was paid yet. The goods are given free for others.")
    )
    asked: dict[str, Json] = {
        "title": _("Cancel this order?"),
        "text": text,
        "label": _("Cancel the order"),
        "is_dangerous": True,
        "asks_reason": True,
        "is_possible": failing_guard(found, "cancel") is None,
    }
    return _confirm(request, found, asked, refusal=refusal, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether everything that was shipped is here, and note it."""
    found, refusal, status = _order(request, number), "", 200
    if request.method == "POST":
        try:
            receive_order(found.pk, actor=buyer_of(request).actor, now=utc_now())
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect("order", number=found.number)
    asked: dict[str, Json] = {
        "title": _("Has everything arrived?"),
        "text": _("Confirm once you hold all parcels that were shipped so far."),
        "label": _("Yes, it is here"),
        "is_dangerous": False,
        "asks_reason": False,
        "is_possible": failing_guard(found, "deliver") is None,
    }
    return _confirm(request, found, asked, refusal=refusal, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hide(request: HttpRequest, number: str) -> HttpResponse:
    """Ask whether an order that is over shall leave the member's list, and take it off."""
    found, refusal, status = _order(request, number), "", 200
    if found.member_id is None:
        raise Http404
    if request.method == "POST":
        try:
            hide_order(found, now=utc_now())
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect("orders")
    asked: dict[str, Json] = {
        "title": _("Take this order off your list?"),
        "text": _("The shop keeps it for its books, and you can still open its address."),
        "label": _("Take it off"),
        "is_dangerous": True,
        "asks_reason": False,
        "is_possible": found.status in OVER,
    }
    return _confirm(request, found, asked, refusal=refusal, status=status)


@never_cache
@require_POST
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Put what an order held into the cart; what is not sold any more is named."""
    found = _order(request, number)
    missing: list[str] = []
    token = ""
    try:
        owner, token = writer(request)
    except DomainError as refusal:
        return serve(request, "cart", inputs={"refusal": str(refusal)}, status=refusal.status)
    for line in OrderLine.objects.filter(order=found, quantity__gt=0).order_by("position"):
        try:
            add(owner, Wish(line.variant_id, line.quantity), now=utc_now())
        except DomainError as refusal:
            missing.append(f"{line.snapshot.get('title', '')}: {refusal}")
    if missing:
        response = serve(request, "cart", inputs={"refusal": " ".join(missing)})
    else:
        response = redirect("cart")
    keep_token(response, token)
    return response


def _confirm(
    request: HttpRequest, found: Order, asked: dict[str, Json], *, refusal: str, status: int
) -> HttpResponse:
    asked |= {"number": found.number, "action": request.path, "refusal": refusal}
    return serve(request, "order_confirm", inputs={"confirm": asked}, status=status)


def _order(request: HttpRequest, number: str) -> Order:
    try:
        return buyer_of(request).order(number)
    except OrderNotFound as refusal:
        raise Http404 from refusal


def _group_number(request: HttpRequest, number: str) -> str:
    try:
        return buyer_of(request).group(number).number
    except OrderNotFound as refusal:
        raise Http404 from refusal
