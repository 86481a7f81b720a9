"""Takes in what a page's script tells of a visit; pages themselves count nothing.

Kept pages are sent without a query, so they cannot count who looks at them. The script
tells it afterwards, with ids that it makes up for one day and one visit.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import unquote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kernel.analytics.choices import Step
from kernel.analytics.services import note_steps
from kernel.analytics.sources import device_of, is_robot, origin_of
from kernel.analytics.values import Seen
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, RateLimited, WhenDown
from kernel.common.time import utc_now
from kernel.orders.errors import OrderNotFound
from themes.buyers import buyer_of
from themes.in_languages import without_prefix
from themes.same_origin import same_origin_only

STEPS: Final = Limit("themes.steps", "240/minute;4000/hour", WhenDown.PASS)
_LONGEST: Final = 4_000
_LONGEST_TEXT: Final = 2_000
_LONGEST_HANDLE: Final = 200
_PRODUCT: Final = re.compile(r"/products/([^/]+)/")
_CASHIER: Final = re.compile(r"/orders/([^/]+)/pay/")


@never_cache
@same_origin_only
@require_POST
def note(request: HttpRequest) -> HttpResponse:
    """Keep a step of a visit; what cannot be read is dropped, and nobody is told."""
    agent = request.headers.get("User-Agent", "")
    told = _told(request)
    if told is None or is_robot(agent):
        return HttpResponse(status=204)
    try:
        STEPS.check(client_ip(request))
        seen = _seen(request, told, agent)
    except (RateLimited, ValueError, OrderNotFound):
        return HttpResponse(status=204)
    note_steps([(utc_now(), seen)])
    return HttpResponse(status=204)


def _told(request: HttpRequest) -> dict[str, Any] | None:
    try:
        if int(request.headers.get("Content-Length") or 0) > _LONGEST:
            return None
        found = json.loads(request.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _seen(request: HttpRequest, told: dict[str, Any], agent: str) -> Seen:
    """Read a step.

    Raises:
        ValueError: an id is none.
        OrderNotFound: the order is not of whoever tells it.
    """
    path = without_prefix(_text(told, "path"))
    step, handle, group_id = Step.PAGE, "", None
    if path == "/checkout/":
        step = Step.CHECKOUT
    elif found := _PRODUCT.fullmatch(path):
        step = Step.CART if told.get("act") == "cart" else Step.PRODUCT
        handle = unquote(found[1])[:_LONGEST_HANDLE]
    elif found := _CASHIER.fullmatch(path):
        step, group_id = Step.PLACED, buyer_of(request).group(unquote(found[1])).pk
    origin = origin_of(
        landing=_text(told, "landing"),
        referrer=_text(told, "referrer"),
        host=request.get_host(),
        agent=agent,
    )
    return Seen(
        visitor=UUID(_text(told, "visitor")),
        visit=UUID(_text(told, "visit")),
        step=step,
        channel=origin.channel,
        source=origin.source,
        device=device_of(agent),
        handle=handle,
        group_id=group_id,
    )


def _text(told: dict[str, Any], name: str) -> str:
    return str(told.get(name) or "").replace("\x00", "")[:_LONGEST_TEXT]
