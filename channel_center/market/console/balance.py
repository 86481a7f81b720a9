"""The shop's balance with its provider: what is there, what came, was paid, and is topped up."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from channel_center.billing.models import Wallet
from channel_center.billing.services.wallets import view_of, wallet_of
from channel_center.market.console.pages import MANAGE, VIEW
from channel_center.market.console.words import STATES
from channel_center.market.selectors import items_of, statement_of
from channel_center.topups.choices import Method, TopUpState
from channel_center.topups.console.forms import TopUpForm
from channel_center.topups.errors import NoReceiver
from channel_center.topups.models import Receiver
from channel_center.topups.selectors import offered_by, top_ups_of
from channel_center.topups.services.topping import begin, link_of
from kernel.backoffice.forms import add_refusal
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.branding.addresses import web_address
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant, public_context
from kernel.tenancy.middleware import request_host

_MOST_DIGITS = 12
_FIELDS = {
    "topups.invalid_amount": "amount",
    "topups.reference_known": "reference",
    "topups.no_receiver": "method",
}


@require_GET
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show the balance, what runs and until when, and the last movements."""
    wallet = wallet_of(tenant_id=current_tenant().id)
    receiver = offered_by(wallet)
    form = None
    if receiver is not None and request.person.may(MANAGE):
        missing = request.GET.get("missing", "")
        initial = {}
        if missing.isdecimal() and len(missing) <= _MOST_DIGITS:
            initial["amount"] = Money(int(missing), wallet.currency).decimal()
        form = TopUpForm(wallet=wallet, receiver=receiver, initial=initial)
    return _page(request, wallet, receiver, form)


@require_POST
@staff_page(MANAGE)
def begin_top_up(request: StaffRequest) -> HttpResponseBase:
    """Write a top-up down and send the payer on, or say that a transfer is waited for."""
    wallet = wallet_of(tenant_id=current_tenant().id)
    receiver = offered_by(wallet)
    if receiver is None:
        raise NoReceiver
    form = TopUpForm(request.POST, wallet=wallet, receiver=receiver)
    if form.is_valid():
        told = form.cleaned_data
        try:
            row = begin(
                wallet,
                told["amount"],
                method=told["method"],
                reference=told["reference"],
                back_to=f"{web_address(request_host(request), 'console')}balance/",
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal, _FIELDS)
        else:
            if row.method == Method.STRIPE:
                where = web_address(_host_of(receiver), "channel")
                return redirect(f"{where}pay/top-up/{link_of(row)}/")
            messages.success(
                request, _("Thank you. It is on the balance once the transfer was seen.")
            )
            return redirect("/balance/")
    return _page(request, wallet, receiver, form)


@public_context()
def _host_of(receiver: Receiver) -> str:
    """Return the host of the process that has the receiver's keys."""
    if receiver.channel is None:
        return str(settings.STOA_OPERATOR_HOST)
    return str(receiver.channel.host)


def _page(
    request: StaffRequest, wallet: Wallet, receiver: Receiver | None, form: TopUpForm | None
) -> HttpResponseBase:
    tenant = current_tenant()
    items = items_of(tenant, now=utc_now())
    top_ups = top_ups_of(wallet)
    context = {
        "wallet": view_of(wallet),
        "owned": [each for each in items if each.bought is not None and each.bought.is_open],
        "lines": [(line, STATES.get(line.kind, line.kind)) for line in statement_of(tenant.id)],
        "form": form,
        "receiver": receiver,
        "own": top_ups,
        "is_busy": any(each.state == TopUpState.OPEN for each in top_ups),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "market/balance.html", context, status=status)
