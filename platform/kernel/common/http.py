"""Small facts of a request that several edges need."""

from __future__ import annotations

import re
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from kernel.common.ids import uuid7

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{7,63}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def safe_request_id(given: str | None) -> str:
    """Return the given id when it is 8 to 64 plain characters, else a new UUIDv7."""
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    return str(uuid7())


def client_ip(request: HttpRequest) -> str:
    """Return the peer's address, read through as many proxies as are trusted.

    ``STOA_TRUSTED_PROXIES`` counts the proxies in front. Each appends the address
    it saw, so only that many entries from the right are believed.
    """
    hops: int = getattr(settings, "STOA_TRUSTED_PROXIES", 0)
    remote: str = request.META.get("REMOTE_ADDR", "")
    if hops <= 0:
        return remote
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return seen[-hops] if len(seen) >= hops and seen[-hops] else remote


def method_label(request: HttpRequest) -> str:
    """Return the method, or ``OTHER`` for one that no route knows."""
    method = request.method or ""
    return method if method in _METHODS else "OTHER"


def route_label(request: HttpRequest) -> str:
    """Return the pattern that the request matched, never the path itself."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else "unmatched"


def is_api(request: HttpRequest) -> bool:
    """Tell whether a program asks: a path for programs, or a client that wants JSON only."""
    if request.path_info.startswith(("/api/", "/hooks/")):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "html" not in accept
