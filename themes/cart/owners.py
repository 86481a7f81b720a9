"""Whose cart a browser's is."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.cart import cookies
from kernel.cart.limits import CHANGED, OPENED
from kernel.cart.selectors import is_known
from kernel.cart.services import CartOwner, merge, new_token
from kernel.common.http import client_ip
from kernel.common.time import utc_now
from kernel.members.middleware import member_of
from kernel.members.models import Member
from themes.cart.left import note_left
from themes.contract import Viewer
from themes.known import remember_known


def reader(viewer: Viewer) -> CartOwner | None:
    """Return whose cart a viewer sees; None for somebody who has none."""
    if viewer.member_id is not None:
        return CartOwner(member_id=viewer.member_id)
    return CartOwner(token=viewer.token) if viewer.token else None


def writer(request: HttpRequest) -> tuple[CartOwner, str]:
    """Return whose cart is changed, and the token that was made for it, if one was.

    Only tokens that were issued here are taken, so nobody can plant one.

    Raises:
        RateLimited: too often.
    """
    member = member_of(request)
    if member is not None:
        CHANGED.check(f"member:{member.pk}")
        return CartOwner(member_id=member.pk), ""
    token = cookies.cookie_token(request)
    if token and is_known(CartOwner(token=token)):
        CHANGED.check(f"token:{token}")
        return CartOwner(token=token), ""
    OPENED.check(client_ip(request))
    token = new_token()
    return CartOwner(token=token), token


def keep_token(response: HttpResponseBase, token: str) -> None:
    """Put a new cart's token into the browser."""
    if token:
        cookies.remember(response, token)
        remember_known(response)


def bring_along(request: HttpRequest, response: HttpResponseBase, member: Member) -> None:
    """Put what a stranger chose into the cart of the member whom he turned out to be."""
    if token := cookies.cookie_token(request):
        note_left(response, merge(token=token, member_id=member.pk, now=utc_now()))
        cookies.forget(response)
