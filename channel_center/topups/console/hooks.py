"""What browsers and Stripe open without signing in: the way to pay, back, and notices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from channel_center.topups.errors import NoReceiver
from channel_center.topups.services.topping import come_back, hear, pay_by_link
from kernel.api.problems import Problem, respond, status_problem
from kernel.branding.addresses import web_address
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import utc_now
from kernel.payments.errors import BadSignature
from kernel.payments.services.notices import LARGEST_BODY
from kernel.tenancy.middleware import request_host


@require_GET
def pay(request: HttpRequest, link: str) -> HttpResponseBase:
    """Send a payer on to Stripe's page; no page of ours is shown."""
    here = web_address(request_host(request), "channel")
    return redirect(pay_by_link(link, here=here, now=utc_now()))


@require_GET
def done(_request: HttpRequest, link: str) -> HttpResponseBase:
    """Ask what became of it, and send the payer back to where he began."""
    return redirect(come_back(link, now=utc_now()))


@csrf_exempt
def notice(request: HttpRequest, receiver: str) -> HttpResponse:
    """Take in what Stripe tells a receiver."""
    if request.method != "POST":
        return respond(Problem(405, "http.405", headers={"Allow": "POST"}), request)
    declared = request.headers.get("Content-Length", "")
    if not declared.isdigit() or int(declared) > LARGEST_BODY:
        return respond(status_problem(413), request)
    try:
        receiver_id = parse_public_id("rcv", receiver)
        hear(receiver_id, headers=dict(request.headers), body=request.body, now=utc_now())
    except (InvalidId, NoReceiver):
        return respond(status_problem(404), request)
    except (BadSignature, RawPostDataException, UnreadablePostError):
        # Who forges is not told what gave him away.
        return respond(status_problem(400), request)
    return HttpResponse(b"{}", content_type="application/json")
