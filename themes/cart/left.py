"""What did not come along when a stranger's cart became a member's, told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.cart.choices import DropReason
from kernel.cart.values import Dropped
from kernel.tenancy import signing
from themes.fields import Json

_COOKIE: Final = "left"
_SALT: Final = "themes.cart.left"
_LASTS: Final = timedelta(minutes=10)
_MOST: Final = 5
_LONGEST_TITLE: Final = 60


def note_left(response: HttpResponseBase, dropped: Sequence[Dropped]) -> None:
    """Have the cart's page tell what was dropped."""
    if not dropped:
        return
    told = [
        [each.title[:_LONGEST_TITLE], each.quantity, str(each.reason)] for each in dropped[:_MOST]
    ]
    response.set_cookie(
        _COOKIE,
        signing.dumps(told, salt=_SALT),
        max_age=int(_LASTS.total_seconds()),
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )


def left_behind(request: HttpRequest) -> list[Json]:
    """Return what is to be told; nothing for a forged or old cookie."""
    if not (text := request.COOKIES.get(_COOKIE, "")):
        return []
    try:
        told = signing.loads(text, salt=_SALT, max_age=_LASTS)
    except signing.BadSignature:
        return []
    return [
        {"title": title, "quantity": quantity, "why": str(DropReason(reason).label)}
        for title, quantity, reason in told
    ]


def forget_left(response: HttpResponseBase) -> None:
    """It has been told."""
    response.delete_cookie(_COOKIE, samesite="Lax")
