"""Top-ups of partners and the operator: one's own, and those of who buys here."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from channel_center.billing.currencies import currencies_of, currency_in
from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import view_of, wallet_of
from channel_center.topups.choices import Method, TopUpState
from channel_center.topups.console.forms import ReceiverForm, TopUpForm, minor_of
from channel_center.topups.console.pages import MANAGE
from channel_center.topups.errors import UnknownTopUp
from channel_center.topups.models import TopUpRequest
from channel_center.topups.selectors import (
    offered_by,
    received_by,
    receiver_for,
    taken_back_from,
    top_ups_of,
)
from channel_center.topups.services.receiving import set_receiver
from channel_center.topups.services.topping import begin, decide, page_of
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import identified, paged
from kernel.branding.addresses import web_address
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.tenancy.middleware import request_host

_MOST_SHOWN = 30
_FIELDS = {
    "topups.invalid_amount": "amount",
    "topups.reference_known": "reference",
    "topups.no_receiver": "method",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show one's own balance with the way to top it up, and what others pay here."""
    channel_id = request.person.channel_id
    wallet = None
    if channel_id is not None:
        currency = currency_in(channel_id, request.GET.get("currency", ""))
        wallet = wallet_of(channel_id=channel_id, currency=currency)
    receiver = offered_by(wallet) if wallet is not None else None
    form = None
    if wallet is not None and receiver is not None:
        told = request.POST if request.method == "POST" else None
        form = TopUpForm(told, wallet=wallet, receiver=receiver)
        if request.method == "POST" and form.is_valid():
            answer = _begun(request, form, wallet)
            if answer is not None:
                return answer
    page = paged(request, received_by(channel_id), size=30)
    context = {
        "form": form,
        "here": f"/top-ups/?currency={wallet.currency}" if wallet is not None else "",
        "wallet": view_of(wallet) if wallet is not None else None,
        "currency": wallet.currency if wallet is not None else "",
        "currencies": currencies_of(channel_id) if wallet is not None else [],
        "receiver": receiver,
        "own": top_ups_of(wallet) if wallet is not None else [],
        "page": page,
        "receiving": receiver_for(channel_id),
        "checking": TopUpState.CHECKING,
        "taken_back": taken_back_from(channel_id)[:_MOST_SHOWN],
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "topups/index.html", context, status=status)


def _begun(request: StaffRequest, form: TopUpForm, wallet: Wallet) -> HttpResponseBase | None:
    here, told, now = web_address(request_host(request), "channel"), form.cleaned_data, utc_now()
    try:
        row = begin(
            wallet,
            told["amount"],
            method=told["method"],
            reference=told["reference"],
            back_to=f"{here}top-ups/?currency={wallet.currency}",
            actor=request.actor,
            now=now,
        )
        if row.method == Method.STRIPE:
            return redirect(page_of(row.pk, here=here, now=now))
    except DomainError as refusal:
        add_refusal(form, refusal, _FIELDS)
        return None
    messages.success(request, _("Thank you. It is on the balance once the transfer was seen."))
    return redirect(f"/top-ups/?currency={wallet.currency}")


@require_POST
@staff_page(MANAGE, is_confirmed=True)
def decide_it(request: StaffRequest, public_id: str) -> HttpResponseBase:
    """Confirm what came of a transfer, or refuse it."""
    channel_id = request.person.channel_id
    row = _received(request, public_id)
    try:
        minor = None
        if request.POST.get("do") == "credit":
            minor = minor_of(request.POST.get("amount", ""), row.currency)
        decide(
            row.pk,
            receiver_channel=channel_id,
            minor=minor,
            reason=request.POST.get("reason", ""),
            actor=request.actor,
            now=utc_now(),
        )
    except forms.ValidationError as wrong:
        messages.error(request, " ".join(wrong.messages))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        credited = _("It is on the balance.")
        messages.success(request, credited if minor is not None else _("It is refused."))
    return redirect("/top-ups/")


def _received(request: StaffRequest, public_id: str) -> TopUpRequest:
    mine = received_by(request.person.channel_id)
    row = mine.filter(pk=identified("tpr", public_id)).first()
    if row is None:
        raise UnknownTopUp
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE, is_confirmed=True)
def receiving(request: StaffRequest) -> HttpResponseBase:
    """Say how one is paid."""
    channel_id = request.person.channel_id
    row = receiver_for(channel_id)
    initial = {
        "bank": row.bank if row else "",
        "least": Money(row.least_minor, "CNY").decimal() if row else "1.00",
    }
    form = ReceiverForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            set_receiver(
                channel_id,
                bank=told["bank"],
                least_minor=told["least"],
                keys=form.keys(),
                actor=request.actor,
            )
        except DomainError as refusal:
            add_refusal(form, refusal, {"topups.invalid_receiver": "restricted_key"})
        else:
            messages.success(request, _("Saved."))
            return redirect("/top-ups/receiving/")
    hook = ""
    if row is not None:
        here = web_address(request_host(request), "channel")
        hook = f"{here}hooks/top-up/{row.public_id}/"
    context = {"form": form, "row": row, "hook": hook}
    return render(request, "topups/receiving.html", context, status=422 if form.errors else 200)
