"""The cookie that carries a member's token."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.members.joining import ATTRIBUTION_COOKIE, Arrival
from kernel.members.services import SESSION_LIFETIME


def cookie_name() -> str:
    """Return the cookie's name; over TLS one that no other host can plant."""
    return "__Host-member" if settings.SESSION_COOKIE_SECURE else "member"


def cookie_token(request: HttpRequest) -> str:
    """Return the token of the cookie; empty without one."""
    return request.COOKIES.get(cookie_name(), "")


def bearer_token(request: HttpRequest) -> str:
    """Return the token of ``Authorization: Bearer``; empty without one."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def remember(response: HttpResponseBase, token: str) -> None:
    """Put the token into the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
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


def arrival_of(request: HttpRequest, *, invite_code: str = "") -> Arrival:
    """Return how a visitor found the way here."""
    return Arrival(invite_code=invite_code, attribution=request.COOKIES.get(ATTRIBUTION_COOKIE, ""))
