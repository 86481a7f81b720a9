"""Balances of who buys here: what is there and owed, credit that is given, and its limit."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from channel_center.billing.choices import PartyKind
from channel_center.billing.console.forms import GiftForm, LimitForm
from channel_center.billing.console.pages import MANAGE
from channel_center.billing.models import Gift, Wallet
from channel_center.billing.services.wallets import (
    GIFTS,
    set_limits,
    top_up,
    view_of,
    views_of,
)
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.common.errors import DomainError
from kernel.common.ids import uuid7
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context

_SIZE = 50


def wallets_below(seller_id: UUID | None) -> QuerySet[Wallet]:
    """Return the balances of who buys from a seller directly: its shops, and partners below."""
    shops = Q(kind=PartyKind.SHOP) & Q(tenant__channel_id=seller_id)
    partners = Q(kind=PartyKind.PARTNER) & Q(channel__parent=seller_id)
    rows = Wallet.objects.filter(shops | partners).select_related("tenant", "channel")
    return rows.order_by("kind", "tenant__name", "channel__name", "currency")


@require_GET
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the balances of one's own shops and of the partners right below."""
    with public_context():
        page = paged(request, wallets_below(request.person.channel_id), size=_SIZE)
        rows = list(page.object_list)
        views = views_of(rows)
        context = {"page": page, "rows": [(row, views[row.id]) for row in rows]}
        return render(request, "billing/balances.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def show(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Show one; give credit that is spent first, or say how far it may go below zero."""
    with public_context():
        rows = wallets_below(request.person.channel_id)
        wallet = rows.filter(pk=identified("wal", public_id)).first()
        if wallet is None:
            raise Http404
        told = request.POST if request.method == "POST" else None
        do = told.get("do", "") if told is not None else ""
        gift = GiftForm(told if do == "gift" else None, currency=wallet.currency)
        limit = LimitForm(
            told if do == "limit" else None,
            currency=wallet.currency,
            initial={
                "limit": Money(wallet.credit_limit_minor, wallet.currency).decimal(),
                "low": Money(wallet.low_at_minor, wallet.currency).decimal(),
            },
        )
        is_done = (do == "gift" and _given(request, gift, wallet)) or (
            do == "limit" and wallet.tenant_id is not None and _limited(request, limit, wallet)
        )
        if is_done:
            return redirect(f"/balances/{wallet.public_id}/")
        context = {
            "wallet": wallet,
            "view": view_of(wallet),
            "gift": gift,
            "limit": limit if wallet.tenant_id is not None else None,
            "gifts": Gift.objects.filter(top_up__wallet=wallet)
            .select_related("top_up")
            .order_by("-expires_at")[:_SIZE],
            "key": uuid7().hex,
        }
        status = 422 if gift.errors or limit.errors else 200
        return render(request, "billing/balance_of.html", context, status=status)


def _given(request: StaffRequest, form: GiftForm, wallet: Wallet) -> bool:
    """Give credit once for a form, however often it is sent."""
    if not form.is_valid():
        return False
    told = form.cleaned_data
    try:
        top_up(
            wallet,
            told["amount"],
            source=GIFTS,
            reference=f"{wallet.id.hex}:{told['key'].hex}",
            actor=request.actor,
            note=told["note"],
            expires_at=utc_now() + timedelta(days=told["days"]),
        )
    except DomainError as refusal:
        form.add_error("amount", str(refusal))
        return False
    messages.success(request, _("It is on the balance, and is spent first."))
    return True


def _limited(request: StaffRequest, form: forms.Form, wallet: Wallet) -> bool:
    if not form.is_valid():
        return False
    told = form.cleaned_data
    try:
        set_limits(
            wallet,
            credit_limit_minor=told["limit"] or 0,
            low_at_minor=told["low"] or 0,
            actor=request.actor,
        )
    except DomainError as refusal:
        form.add_error("limit", str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True
