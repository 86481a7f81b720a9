"""Notices shared links: any page of the storefront with ``?via=<invite code>``."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.members.actors import member_actor
from kernel.members.joining import ATTRIBUTION_COOKIE
from kernel.members.middleware import member_of
from kernel.relations.attribution import PARAMETER, remember, unseal
from kernel.relations.choices import BindMode, Source
from kernel.relations.services.binding import contact
from kernel.relations.services.invitations import inviter, is_code
from kernel.relations.services.policy import current_policy


class SharedLinkMiddleware:
    """Binds members who open a shared link, and remembers it for visitors.

    Other requests pass without a query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if settings.STOA_PROCESS != "store":
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on, and note who shared the link."""
        response = self.get_response(request)
        code = request.GET.get(PARAMETER, "").strip().lower()
        if request.method == "GET" and is_code(code):
            _note(request, response, code)
        return response


def _note(request: HttpRequest, response: HttpResponseBase, code: str) -> None:
    sponsor_id = inviter(code)
    if sponsor_id is None:
        return
    member = member_of(request)
    if member is not None:
        try:
            contact(
                member.id,
                sponsor_id,
                source=Source.LINK,
                actor=member_actor(member),
                now=utc_now(),
            )
        except DomainError:
            # The page is what was asked for; a link that binds nobody is no fault of it.
            return
        return
    policy = current_policy()
    kept = unseal(request.COOKIES.get(ATTRIBUTION_COOKIE, ""), days=policy.link_days)
    if not kept or (policy.mode == BindMode.OVERRIDE and kept != code):
        remember(response, code, days=policy.link_days)
