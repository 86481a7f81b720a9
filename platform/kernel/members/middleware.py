"""Says which member a request comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from kernel.common.time import utc_now
from kernel.members.cookies import bearer_token, cookie_token
from kernel.members.models import Member
from kernel.members.services import current_member
from kernel.members.whereabouts import ANSWERED


def member_of(request: HttpRequest) -> Member | None:
    """Return who sent a request, or None; asks the database once in a request."""
    if not hasattr(request, "_member"):
        token = bearer_token(request) or cookie_token(request)
        request._member = current_member(token, now=utc_now()) if token else None  # type: ignore[attr-defined]  # noqa: SLF001  kept on the request it belongs to
    found: Member | None = request._member  # type: ignore[attr-defined]  # noqa: SLF001  as above
    return found


class MemberMiddleware:
    """Sets ``request.member``; nothing is asked until somebody looks.

    Only for storefronts: a token in a console's request is somebody else's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if settings.STOA_PROCESS != "store":
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on, with the member within reach."""
        request.member = SimpleLazyObject(lambda: member_of(request))  # type: ignore[attr-defined]
        if secret := bearer_token(request) or cookie_token(request):
            # Who a keyed request belongs to, without asking the database.
            digest = hashlib.sha256(secret.encode()).hexdigest()
            request.actor_key = f"member:{digest}"  # type: ignore[attr-defined]
        token = ANSWERED.set(request)
        try:
            return self.get_response(request)
        finally:
            ANSWERED.reset(token)
