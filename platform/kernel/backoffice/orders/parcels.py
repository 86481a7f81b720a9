"""Parcels that have left: corrected, noted as arrived; and orders that are fetched."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.orders.forms import CodeForm, ProofForm, TrackingForm
from kernel.backoffice.orders.shipping import SHIP
from kernel.backoffice.pieces import identified
from kernel.catalogue.sent import contents_of
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.fulfilment.errors import ProofRefused
from kernel.fulfilment.models import Fulfilment
from kernel.fulfilment.services import (
    Proof,
    change_shipment,
    hand_over_by_code,
    receive_fulfilment,
)
from kernel.orders.selectors import staff_order


@require_POST
@staff_page(SHIP)
def change(request: StaffRequest, number: str, parcel: str) -> HttpResponseBase:
    """Name another carrier or number."""
    key = _own_parcel(number, parcel)
    form = TrackingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Carrier and tracking number are needed."))
        return redirect(f"/orders/{number}/")
    try:
        change_shipment(key, **form.cleaned_data, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The parcel was corrected."))
    return redirect(f"/orders/{number}/")


@require_POST
@staff_page(SHIP)
def receive(request: StaffRequest, number: str, parcel: str) -> HttpResponseBase:
    """Note that a parcel arrived, and with whom; or add to what shows it."""
    key = _own_parcel(number, parcel)
    form = ProofForm(request.POST)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    try:
        pictures = contents_of(request.FILES.getlist("pictures"), refusal=ProofRefused)
        proof = Proof(name, pictures)
        receive_fulfilment(key, proof=proof, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The arrival was noted."))
    return redirect(f"/orders/{number}/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(SHIP)
def pickup(request: StaffRequest) -> HttpResponseBase:
    """Hand an order to whoever says its code."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = hand_over_by_code(form.cleaned_data["code"], actor=request.actor, now=utc_now())
        except DomainError as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _("The order was handed over."))
            return redirect(f"/orders/{made.order.number}/")
    status = 422 if form.errors else 200
    return render(request, "backoffice/orders/pickup.html", {"form": form}, status=status)


def _own_parcel(number: str, parcel: str) -> UUID:
    """Return the id of a parcel of an order that whoever asks may ship."""
    order, key = staff_order(number, SHIP), identified("ful", parcel)
    if not Fulfilment.objects.filter(pk=key, order=order).exists():
        raise Http404
    return key
