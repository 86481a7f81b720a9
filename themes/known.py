"""A cookie that tells scripts only that somebody is known: signed in, or with a cart.

Pages that are kept for everybody ask for their islands when it is there. It
names nobody and opens nothing.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http.response import HttpResponseBase

COOKIE: Final = "known"
_YEAR: Final = 365 * 24 * 3600


def remember_known(response: HttpResponseBase) -> None:
    """Let this browser's pages ask for what is the visitor's own."""
    response.set_cookie(
        COOKIE,
        "1",
        max_age=_YEAR,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        # Read by the page's own script; see above for what it tells.
        httponly=False,
        samesite="Lax",
    )


def forget_known(response: HttpResponseBase) -> None:
    """Take it back."""
    response.delete_cookie(COOKIE, samesite="Lax")
