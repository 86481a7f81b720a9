"""The checkout page: chosen, counted, ordered; whole without a script."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kernel.checkout.errors import PlacementRefused, TotalChanged
from kernel.checkout.quoting import Quote
from kernel.checkout.services import place
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.money import InvalidAmount, Money
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.fields.forms import AnswersForm
from kernel.members.errors import TooMany
from kernel.members.normal import normal_phone
from kernel.members.services.addresses import add_address, written_address
from kernel.orders.models import OrderGroup
from kernel.orders.policy import current_policy
from kernel.tenancy.context import current_tenant
from themes.buyers import buyer_of, remember_group
from themes.cart.owners import reader
from themes.checkout.asked import asked_form, asked_inputs
from themes.checkout.coupons import Counted, count, coupon_inputs, redeem_code
from themes.checkout.shown import checkout_inputs, needs_address
from themes.checkout.visits import Filled, read_filled
from themes.comparing.visitors import seated
from themes.pages import serve, viewer_of
from themes.places import address_data, faults_of

PLACED: Final = Limit("themes.placed", "20/minute;200/hour", WhenDown.PASS)
_UNPROCESSABLE: Final = 422
_EMPTY: Final = "checkout.empty"
_UNWRITTEN: Final = "…"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """Ask for what an order needs, say what it costs and why, and place it."""
    owner = reader(viewer_of(request))
    if owner is None:
        return redirect("cart")
    if owner.member_id is None and not current_policy().guests_may_order:
        return redirect(f"{reverse('account:sign-in')}?{urlencode({'next': _here(request)})}")
    filled = read_filled(request, owner)
    if request.method == "POST" and request.POST.get("do") == "place":
        return _place(request, filled)
    notice = ""
    if request.method == "POST" and request.POST.get("code", "").strip():
        filled, notice = redeem_code(request, filled, now=utc_now())
    counted = count(filled, _for_counting(filled), now=utc_now())
    found = counted.found
    if all(each.code == _EMPTY for each in found.refusals) and not found.lines:
        return redirect("cart")
    return _page(request, counted, notice=notice)


def _place(request: HttpRequest, filled: Filled) -> HttpResponse:
    counted = count(filled, _for_counting(filled), now=utc_now())
    filled = counted.filled
    address, faults = _address(filled, counted.found)
    faults |= _contact_faults(filled)
    asked = asked_form(request, is_sent=True)
    if faults or (asked is not None and not asked.is_valid()):
        notice = _("Please look at what is marked.")
        return _page(
            request, counted, faults=faults, notice=notice, status=_UNPROCESSABLE, asked=asked
        )
    if asked is not None:
        filled = replace(filled, answers=asked.answers())
    try:
        PLACED.check(client_ip(request))
        group = _order(request, filled, address)
    except (PlacementRefused, TotalChanged) as refusal:
        return _again(request, filled, address, refusal)
    except DomainError as refusal:
        return _page(request, counted, notice=str(refusal), status=refusal.status)
    if filled.owner.member_id is not None and filled.chosen is None and address:
        _keep(filled, address)
    response = redirect("cashier", number=group.number)
    if filled.owner.member_id is None:
        remember_group(request, response, group)
    with seated(request) as seat:
        seat.bought()
    seat.kept_in(response)
    return response


def _order(request: HttpRequest, filled: Filled, address: dict[str, str]) -> OrderGroup:
    try:
        expected = Money.parse(filled.expected, current_tenant().currency)
    except InvalidAmount:
        raise TotalChanged from None
    ordered = place(
        filled.visit(address),
        key=filled.key,
        expected_total=expected,
        actor=buyer_of(request).actor,
        now=utc_now(),
    )
    return ordered.group


def _address(filled: Filled, found: Quote) -> tuple[dict[str, str], dict[str, str]]:
    """Return where it goes, and what is wrong with what was written."""
    if filled.chosen is not None:
        return dict(filled.visit().address), {}
    if not needs_address(found) and filled.entry.is_empty:
        return {}, {}
    faults = faults_of(filled.entry)
    return ({}, faults) if faults else (written_address(filled.entry.place()), {})


def _for_counting(filled: Filled) -> dict[str, str] | None:
    """Return the new address as far as it is written; None for the chosen one.

    What is missing is filled up, so that all else that speaks against the order is told
    before somebody has written where it goes.
    """
    if filled.chosen is not None:
        return None
    place = filled.entry.place()
    known = {"name": place.name, "phone": place.phone, "line": place.line}
    return {
        **{name: text or _UNWRITTEN for name, text in known.items()},
        "country": place.country,
        "region_code": place.region_code,
        "city": place.city,
        "postcode": place.postcode,
        "latitude": place.latitude,
        "longitude": place.longitude,
    }


def _contact_faults(filled: Filled) -> dict[str, str]:
    if filled.owner.member_id is not None:
        return {}
    faults: dict[str, str] = {}
    if not filled.email and not filled.phone:
        faults["email"] = _("Please leave an e-mail address or a telephone number.")
    if filled.email:
        try:
            validate_email(filled.email)
        except ValidationError:
            faults["email"] = _("This is no e-mail address.")
    if filled.phone and not normal_phone(filled.phone):
        faults["contact"] = _("This is no telephone number.")
    return faults


def _again(
    request: HttpRequest, filled: Filled, address: dict[str, str], refusal: DomainError
) -> HttpResponse:
    """Show what it costs now, and why it could not be ordered."""
    counted = count(filled, address, now=utc_now())
    return _page(request, counted, notice=str(refusal), status=refusal.status)


def _keep(filled: Filled, address: dict[str, str]) -> None:
    """Put a new address into the member's book, unless it stands there."""
    assert filled.owner.member_id is not None  # noqa: S101  the caller has asked
    if any(address_data(each) == address for each in filled.addresses):
        return
    try:
        add_address(filled.owner.member_id, filled.entry.place(), now=utc_now())
    except TooMany:
        # The order has the address; the book is full.
        return


def _page(
    request: HttpRequest,
    counted: Counted,
    *,
    faults: dict[str, str] | None = None,
    notice: str = "",
    status: int = 200,
    asked: AnswersForm | None = None,
) -> HttpResponse:
    said = notice or counted.notice
    inputs = checkout_inputs(counted.filled, counted.found, faults=faults or {}, notice=said)
    inputs["coupons"] = coupon_inputs(counted, now=utc_now())
    inputs["action"] = _here(request)
    inputs["asked"] = asked_inputs(asked or asked_form(request, is_sent=False))
    return serve(request, "checkout", inputs={"checkout": inputs}, status=status)


def _here(request: HttpRequest) -> str:
    path = reverse("checkout")
    return f"{path}?buy=now" if request.GET.get("buy") == "now" else path
