"""The cookie that carries a stranger's cart token."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.cart.services import is_token

HEADER: Final = "X-Cart-Token"
_LASTS: Final = 60 * 24 * 60 * 60


def cookie_name() -> str:
    """Return the cookie's name; over TLS one that no other host can plant."""
    return "__Host-cart" if settings.SESSION_COOKIE_SECURE else "cart"


def cookie_token(request: HttpRequest) -> str:
    """Return the token of the cookie; empty without one that can be a token."""
    token = request.COOKIES.get(cookie_name(), "")
    return token if is_token(token) else ""


def header_token(request: HttpRequest) -> str:
    """Return the token that an app sends; empty without one that can be a token."""
    token = request.headers.get(HEADER, "")
    return token if is_token(token) else ""


def remember(response: HttpResponseBase, token: str) -> None:
    """Put the token into the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=_LASTS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def forget(response: HttpResponseBase) -> None:
    """Take the token out of the browser."""
    response.set_cookie(
        cookie_name(),
        "",
        max_age=0,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
        path="/",
    )
