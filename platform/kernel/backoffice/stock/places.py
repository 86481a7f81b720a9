"""Counts, transfers between locations, and the locations themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.access.scopes import stores_for
from kernel.backoffice.countries import place_of
from kernel.backoffice.goods import Picking
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.stock.forms import (
    MANAGE,
    VIEW,
    ArrivalForm,
    CountForm,
    LocationForm,
    NewLocationForm,
    RoutingForm,
    StockFilter,
    TransferFilter,
    TransferForm,
)
from kernel.backoffice.stock.selectors import levels
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.inventory.choices import TransferState
from kernel.inventory.models import Location, Transfer
from kernel.inventory.selectors import counts, lines_of, locations_for
from kernel.inventory.selectors import transfers as travelling
from kernel.inventory.services import (
    change_location,
    count,
    create_location,
    current_stock_policy,
    default_location,
    receive_transfer,
    send_transfer,
    set_stock_policy,
)

_MOST_COUNTED = 200
_RECENT = 10


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def counting(request: StaffRequest) -> HttpResponseBase:
    """Take what was counted at one location; the books follow it."""
    places = locations_for(MANAGE)
    narrow = StockFilter(request.GET)
    wanted = narrow.wanted()
    place = wanted.get("location") or places.first()
    items = list(levels({**wanted, "location": place})[:_MOST_COUNTED]) if place else []
    form = CountForm(items, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        counted = form.counted()
        if not counted:
            form.add_error(None, _("Nothing was counted yet."))
        elif place is not None:
            try:
                sheet = count(
                    place.pk, counted, note=form.cleaned_data["note"], actor=request.actor
                )
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                told = {"number": len(counted), "place": place.name}
                messages.success(request, _("Counted: %(number)s at %(place)s.") % told)
                return redirect(f"/stock/movements/?kind=counted&location={sheet.location_id}")
    del narrow.fields["low"]
    context = {
        "filter": narrow,
        "place": place,
        "form": form,
        "recent": list(counts().order_by("-id")[:_RECENT]),
        "most": _MOST_COUNTED if len(items) == _MOST_COUNTED else 0,
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/stock/count.html", context, status=status)


@require_safe
@staff_page(VIEW)
def transfers(request: StaffRequest) -> HttpResponseBase:
    """List what travels between locations, newest first."""
    _page, context = narrowed_page(request, TransferFilter(request.GET), _transfers)
    return render(request, "backoffice/stock/transfers.html", context)


def _transfers(wanted: dict[str, Any]) -> QuerySet[Transfer]:
    return travelling(**wanted).order_by("-id")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new_transfer(request: StaffRequest) -> HttpResponseBase:
    """Send goods from one location to another."""
    picking = Picking(request.POST if request.method == "POST" else None)
    form = TransferForm(picking.variants, request.POST if request.method == "POST" else None)
    if request.method == "POST" and not picking.is_finding and form.is_valid():
        told = form.cleaned_data
        try:
            made = send_transfer(
                form.wants(),
                source_id=told["source"].pk,
                destination_id=told["destination"].pk,
                note=told["note"],
                actor=request.actor,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The goods are on their way."))
            return redirect(f"/stock/transfers/{made.public_id}/")
    context = {"form": form, "picking": picking, "places": Location.objects.count()}
    status = 422 if form.is_bound and form.errors and not picking.is_finding else 200
    return render(request, "backoffice/stock/transfer_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def show_transfer(request: StaffRequest, transfer: str) -> HttpResponseBase:
    """Show what travels; take in what arrived."""
    row: Transfer = found(travelling().filter(pk=identified("trf", transfer)).first())
    lines = lines_of(row)
    is_open = row.state == TransferState.SENT and request.person.may(MANAGE)
    form = ArrivalForm(lines, request.POST if request.method == "POST" else None)
    if request.method == "POST" and is_open and form.is_valid():
        try:
            receive_transfer(row.pk, arrived=form.arrived(), now=utc_now(), actor=request.actor)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The goods have arrived."))
            return redirect(f"/stock/transfers/{row.public_id}/")
    context = {"transfer": row, "form": form, "is_open": is_open}
    status = 422 if form.errors else 200
    return render(request, "backoffice/stock/transfer.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def locations(request: StaffRequest) -> HttpResponseBase:
    """List the places with stock; open another."""
    may_open = request.person.may(MANAGE) and stores_for(MANAGE) is None
    if request.method == "POST" and may_open and request.POST.get("act") == "routing":
        return _choose_routing(request)
    usual = {"kind": "warehouse", "priority": 100, "is_active": True}
    form = NewLocationForm(request.POST if request.method == "POST" else None, initial=usual)
    if request.method == "POST" and may_open and form.is_valid():
        given = dict(form.cleaned_data)
        is_active = given.pop("is_active")
        try:
            row = create_location(**given, actor=request.actor)
            if not is_active:
                change_location(row.pk, is_active=False, actor=request.actor)
        except DomainError as refusal:
            taken = refusal.code == "inventory.location_code_taken"
            form.add_error("code" if taken else None, str(refusal))
        else:
            messages.success(request, _("The location was opened."))
            return redirect("/stock/locations/")
    default_location()
    policy = current_stock_policy()
    context = {
        "form": form,
        "places": [(row, place_of(row.region_code)) for row in locations_for(VIEW)],
        "may_open": may_open,
        "routing": RoutingForm(initial={"routing": policy.routing}),
        "rule": policy.get_routing_display(),
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/stock/locations.html", context, status=status)


def _choose_routing(request: StaffRequest) -> HttpResponseBase:
    form = RoutingForm(request.POST)
    if form.is_valid():
        set_stock_policy(**form.cleaned_data, actor=request.actor)
        messages.success(request, _("Which locations serve orders was saved."))
    else:
        messages.error(request, _("Choose one of the values offered."))
    return redirect("/stock/locations/")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def location(request: StaffRequest, location: str) -> HttpResponseBase:
    """Change a location."""
    row: Location = found(locations_for(MANAGE).filter(pk=identified("loc", location)).first())
    names = ("name", "kind", "region_code", "address", "priority", "is_active")
    initial = {name: getattr(row, name) for name in names}
    form = LocationForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_location(row.pk, actor=request.actor, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The location was saved."))
            return redirect("/stock/locations/")
    context = {"form": form, "location": row}
    status = 422 if form.errors else 200
    return render(request, "backoffice/stock/location.html", context, status=status)
