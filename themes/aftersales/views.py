"""A buyer asks for something after the sale, follows it, and answers."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kernel.aftersales import services
from kernel.aftersales.choices import CaseKind, Reason, Remedy
from kernel.aftersales.errors import InvalidCase, UnknownCase
from kernel.aftersales.limits import ASKED, SAID
from kernel.aftersales.models import Case
from kernel.aftersales.planning import Plan, openings_of
from kernel.aftersales.selectors import case_of, cases_of, detail_of, lines_of
from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.time import utc_now
from kernel.orders.errors import OrderNotFound
from kernel.orders.models import Order
from themes.account.members import sign_in_first
from themes.aftersales.asking import form_of, kinds_of, pictures_in, wishes_in
from themes.aftersales.shown import detail_data, listed_data, path_of
from themes.buyers import Buyer, buyer_of
from themes.fields import Json
from themes.pages import serve
from themes.shop.thumbs import thumbs_of

ON_A_PAGE: Final = 10


@never_cache
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Show a buyer's cases, the newest first."""
    buyer = buyer_of(request)
    if buyer.member_id is None and not buyer.groups:
        return sign_in_first(request)
    text = request.GET.get("page", "1")
    number = int(text) if text.isdecimal() and 0 < len(text) < 5 else 1  # noqa: PLR2004
    start = (max(number, 1) - 1) * ON_A_PAGE
    found = cases_of(member_id=buyer.member_id, groups=buyer.groups)
    # One more than is shown tells whether there is a next page.
    rows = list(found[start : start + ON_A_PAGE + 1])
    shown, language = rows[:ON_A_PAGE], get_language() or ""
    lines = lines_of(shown)
    thumbs = thumbs_of(each.line.product_id for of in lines.values() for each in of)
    inputs: dict[str, Json] = {
        "cases": {
            "cases": [listed_data(row, lines[row.pk], thumbs, language) for row in shown],
            "page": number,
            "previous": f"{request.path}?page={number - 1}" if number > 1 else "",
            "next": f"{request.path}?page={number + 1}" if len(rows) > ON_A_PAGE else "",
        }
    }
    return serve(request, "cases", inputs=inputs)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for something of an order: first what, then of which goods; shown before it is sent."""
    buyer = buyer_of(request)
    order = _order(buyer, number)
    openings = openings_of(order, now=utc_now())
    kind = _kind(request.GET.get("kind", ""))
    refusal, status, seen = "", 200, None
    if request.method == "POST" and kind is not None:
        try:
            made = _ask(request, order, kind, buyer)
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            if isinstance(made, Case):
                return redirect(path_of(made))
            seen = made
    asked: dict[str, Json] = {
        "order": order.number,
        "kinds": kinds_of(order, openings),
        "refusal": refusal,
        "form": form_of(request, order, kind, openings, seen=seen) if kind else None,
    }
    return serve(request, "case_request", inputs={"asked": asked}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a case, and do what its buyer may do."""
    buyer = buyer_of(request)
    if buyer.member_id is None and not buyer.groups:
        return sign_in_first(request)
    found = _case(buyer, number)
    refusal, status = "", 200
    if request.method == "POST":
        try:
            _act(request, found, buyer)
        except DomainError as error:
            refusal, status = str(error), error.status
        else:
            return redirect(path_of(found))
        found = _case(buyer, number)
    detail = detail_of(found)
    thumbs = thumbs_of(each.line.product_id for each in detail.lines)
    inputs: dict[str, Json] = {
        "case": {**detail_data(detail, thumbs, get_language() or ""), "refusal": refusal}
    }
    return serve(request, "case", inputs=inputs, status=status)


def _ask(request: HttpRequest, order: Order, kind: CaseKind, buyer: Buyer) -> Case | Plan:
    """Work out what was filled in; keep it when the buyer has sent it."""
    openings = openings_of(order, now=utc_now())
    wishes = wishes_in(request, order, kind, openings)
    reason = request.POST.get("reason", "")
    if reason not in Reason.values:
        raise InvalidCase(field="reason")
    is_new = request.POST.get("remedy") == Remedy.REPLACEMENT
    remedy = Remedy.REPLACEMENT if is_new else Remedy.MONEY
    if "send" not in request.POST:
        return services.preview(order, kind, Reason(reason), wishes, remedy=remedy, now=utc_now())
    ASKED.check(_identity(request, buyer))
    return services.request(
        order.pk,
        kind,
        Reason(reason),
        wishes,
        remedy=remedy,
        text=request.POST.get("text", ""),
        pictures=pictures_in(request),
        actor=buyer.actor,
        now=utc_now(),
    )


def _act(request: HttpRequest, found: Case, buyer: Buyer) -> None:
    asked, actor, now = request.POST, buyer.actor, utc_now()
    SAID.check(_identity(request, buyer))
    act, text = asked.get("act", ""), asked.get("text", "")
    if act == "cancel":
        services.cancel(found.pk, actor=actor, now=now)
    elif act == "take":
        services.take_offer(found.pk, actor=actor, now=now)
    elif act == "decline":
        services.decline_offer(found.pk, text=text, actor=actor, now=now)
    elif act == "dispute":
        services.dispute(found.pk, text=text, actor=actor, now=now)
    elif act == "escalate":
        services.escalate(found.pk, text=text, actor=actor, now=now)
    elif act == "money":
        services.take_money(found.pk, actor=actor, now=now)
    elif act == "send":
        carrier, tracking = asked.get("carrier", ""), asked.get("tracking", "")
        services.send_back(found.pk, carrier=carrier, tracking=tracking, actor=actor, now=now)
    else:
        services.say(found.pk, text, pictures=pictures_in(request), actor=actor, now=now)


def _order(buyer: Buyer, number: str) -> Order:
    try:
        return buyer.order(number)
    except OrderNotFound as refusal:
        raise Http404 from refusal


def _case(buyer: Buyer, number: str) -> Case:
    try:
        return case_of(number, member_id=buyer.member_id, groups=buyer.groups)
    except UnknownCase as refusal:
        raise Http404 from refusal


def _kind(text: str) -> CaseKind | None:
    return CaseKind(text) if text in CaseKind.values else None


def _identity(request: HttpRequest, buyer: Buyer) -> str:
    if buyer.member_id is not None:
        return f"member:{buyer.member_id}"
    return f"address:{client_ip(request)}"
