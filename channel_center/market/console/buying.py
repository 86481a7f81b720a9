"""Buying: the price first, then one click; ending and renewing."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channel_center.billing.choices import ChargeKind
from channel_center.billing.errors import InsufficientFunds
from channel_center.billing.models import Subscription
from channel_center.billing.services.quoting import quote
from channel_center.billing.services.renewing import renew
from channel_center.billing.services.selling import Sale, buy, cancel
from channel_center.billing.services.wallets import view_of, wallet_of
from channel_center.market.console.pages import MANAGE
from channel_center.market.console.views import note_undo
from channel_center.market.console.words import changes_of
from channel_center.market.errors import UnknownItem
from channel_center.market.selectors import item_of
from channel_center.market.switching import switch_on
from channel_center.market.values import Item, Offered
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant
from kernel.tenancy.ports import directory

_MOST: Final = 4


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def buy_it(request: StaffRequest, code: str) -> HttpResponseBase:
    """Show what it costs now and what it does; then buy exactly that."""
    item = item_of(current_tenant(), code, now=utc_now())
    if request.method == "POST":
        return _bought(request, item)
    offered = _offered(item, request.GET.get("offer", ""))
    quantity = _quantity(request.GET.get("quantity", "1"))
    is_trial = request.GET.get("trial") == "1"
    tenant_id = current_tenant().id
    try:
        asked = quote(tenant_id, offered.offer.code, quantity=quantity, as_trial=is_trial)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(f"/market/{item.code}/")
    wallet = view_of(wallet_of(tenant_id=tenant_id))
    manifest = item.function.status.manifest if item.function else None
    context = {
        "item": item,
        "offered": offered,
        "quote": asked,
        "is_trial": asked.kind == ChargeKind.TRIAL,
        "is_change": asked.kind == ChargeKind.DOWNGRADE,
        "wallet": wallet,
        "left_minor": wallet.balance_minor - asked.due.minor,
        "missing_minor": max(asked.due.minor - wallet.available_minor, 0),
        "changes": changes_of(manifest) if manifest and not item.is_on else [],
    }
    return render(request, "market/buy.html", context)


def _bought(request: StaffRequest, item: Item) -> HttpResponseBase:
    here = f"/market/{item.code}/"
    try:
        sale = buy(
            request.POST.get("token", ""), tenant_id=current_tenant().id, actor=request.actor
        )
    except InsufficientFunds as short:
        messages.error(request, str(short))
        return redirect(f"/balance/?missing={short.fields.get('missing', 0)}")
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect(here)
    messages.success(request, _told(sale, item))
    _switch_what_was_bought(request, item)
    return redirect(here)


def _switch_what_was_bought(request: StaffRequest, item: Item) -> None:
    """Switch a function on that was bought, if nothing is in the way; else say what is."""
    if item.function is None or item.is_on:
        return
    # The right is new: what this process remembers of the shop is older.
    directory().forget(current_tenant().id)
    anew = item_of(current_tenant(), item.code, now=utc_now())
    try:
        switch_on(anew, actor=request.actor)
    except DomainError as refusal:
        messages.warning(request, _("It is not switched on yet: %(why)s") % {"why": refusal})
    else:
        note_undo(request, item.code, "off")


def _told(sale: Sale, item: Item) -> str:
    kind = sale.charge.kind if sale.charge is not None else ChargeKind.DOWNGRADE
    texts = {
        ChargeKind.TRIAL: _("You can try %(name)s now."),
        ChargeKind.UPGRADE: _("%(name)s was upgraded."),
        ChargeKind.DOWNGRADE: _("%(name)s changes with the next period."),
        ChargeKind.RENEWAL: _("%(name)s was renewed."),
    }
    return texts.get(ChargeKind(kind), _("%(name)s is yours now.")) % {"name": item.name}


@require_POST
@staff_page(MANAGE)
def end_it(request: StaffRequest, code: str) -> HttpResponseBase:
    """Let it end with the running period, or take that back."""
    item = item_of(current_tenant(), code, now=utc_now())
    keep = request.POST.get("do") == "keep"
    try:
        cancel(_subscription(item).id, actor=request.actor, keep=keep)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("It goes on.") if keep else _("It ends with the running period.")
        messages.success(request, text)
    return redirect(f"/market/{item.code}/")


@require_POST
@staff_page(MANAGE)
def renew_it(request: StaffRequest, code: str) -> HttpResponseBase:
    """Pay the period that began."""
    item = item_of(current_tenant(), code, now=utc_now())
    try:
        charge = renew(_subscription(item).id, actor=request.actor)
    except InsufficientFunds as short:
        messages.error(request, str(short))
        return redirect(f"/balance/?missing={short.fields.get('missing', 0)}")
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("%(name)s was renewed.") % {"name": item.name}
        messages.success(request, done if charge else _("There is nothing to pay."))
    return redirect(f"/market/{item.code}/")


def _subscription(item: Item) -> Subscription:
    if item.bought is None:
        raise UnknownItem
    return item.bought.subscription


def _offered(item: Item, code: str) -> Offered:
    for each in item.offers:
        if each.offer.code == code:
            return each
    raise UnknownItem


def _quantity(text: str) -> int:
    return max(int(text), 1) if text.isdecimal() and len(text) <= _MOST else 1
