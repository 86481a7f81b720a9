"""The coupon page, what is taken there, and a member's own coupons."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.common.errors import DomainError
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.promotions.choices import CouponState
from kernel.promotions.limits import CODES
from kernel.promotions.selectors import MOST_HELD, held_by
from kernel.promotions.services import redeem, take
from themes.account.members import sign_in_first
from themes.fields import Json
from themes.pages import serve
from themes.promotions.shown import coupon_data
from themes.same_origin import same_origin_only

_LONGEST_CODE: Final = 80
_TABS: Final = {
    "unused": (CouponState.UNUSED, CouponState.LOCKED),
    "used": (CouponState.USED,),
    "expired": (CouponState.EXPIRED, CouponState.REVOKED),
}


@never_cache
@require_safe
def coupon_page(request: HttpRequest) -> HttpResponse:
    """Show the coupons that can be taken."""
    return serve(request, "coupons")


@never_cache
@same_origin_only
@require_POST
def take_coupon(request: HttpRequest) -> HttpResponse:
    """Take a coupon; strangers sign in first and press again."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    try:
        key = parse_public_id("cpt", request.POST.get("coupon", ""))
        take(key, member_id=member.pk, now=utc_now())
    except DomainError as refusal:
        told: dict[str, Json] = {"notice": str(refusal), "is_bad": True}
        return serve(request, "coupons", inputs={"coupons": told}, status=refusal.status)
    good: dict[str, Json] = {"notice": _("It is yours."), "is_bad": False}
    return serve(request, "coupons", inputs={"coupons": good})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_coupons(request: HttpRequest) -> HttpResponse:
    """Show a member's coupons; turn a code into another one."""
    member = member_of(request)
    if member is None:
        return sign_in_first(request)
    now, notice, status = utc_now(), "", 200
    if request.method == "POST":
        try:
            CODES.check(f"member:{member.pk}")
            redeem(request.POST.get("code", "")[:_LONGEST_CODE], member_id=member.pk, now=now)
        except DomainError as refusal:
            notice, status = str(refusal), refusal.status
        else:
            return redirect(reverse("account:coupons"))
    tab = request.GET.get("state", "")
    tab = tab if tab in _TABS else "unused"
    rows = held_by(member.pk, states=[each.value for each in _TABS[tab]], now=now)[:MOST_HELD]
    titles = {"unused": _("Usable"), "used": _("Used"), "expired": _("Expired")}
    shown: dict[str, Json] = {
        "notice": notice,
        "tabs": [
            {"code": code, "label": title, "is_current": code == tab}
            for code, title in titles.items()
        ],
        "coupons": [coupon_data(row, now=now) for row in rows],
        "is_first": tab == "unused",
    }
    return serve(request, "my_coupons", inputs={"my_coupons": shown}, status=status)
