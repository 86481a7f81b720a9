"""Whole pages, kept for everybody who is not known to the shop as somebody else.

One round trip answers: the page and the tokens of all data are asked for at once,
and a page counts while the tokens it was drawn with are still the current ones.
"""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache as memoised
from typing import Any, Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from kernel.common.http import route_label
from kernel.modules.gate import mode_of
from kernel.tenancy.context import TenantRef
from themes.cache.counters import counter_key
from themes.environment import release_fingerprint
from themes.registry import all_blocks
from themes.rendering import fingerprint

_LEVEL: Final = 6
SENT: Final = "stoa.page"
"""Where a request carries the page that it was answered with, and by which route."""


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it is sent.

    Attributes:
        tokens: versions of the data it was drawn with.
        modes: what the modules of its blocks might do then.
        until: when it looks different by itself, seconds since the epoch.
    """

    body: bytes
    packed: bytes
    etag: str
    tokens: Mapping[str, str]
    modes: Mapping[str, str]
    until: float


def page_key(tenant: TenantRef, *parts: str) -> str:
    """Return the key of a page; the tenant itself is added by the cache."""
    text = chr(0).join((*parts, str(tenant.version), code_fingerprint()))
    return f"themes:p:{hashlib.sha256(text.encode()).hexdigest()[:32]}"


@memoised
def code_fingerprint() -> str:
    """Return the hash of all that draws pages; a new release finds no page of the old one."""
    from themes.environment import template_fingerprint

    parts = sorted(fingerprint(kind) for kind in all_blocks().values())
    parts += [template_fingerprint("themes/page.html"), release_fingerprint()]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def find_page(
    tenant: TenantRef, key: str, counters: frozenset[str]
) -> tuple[KeptPage | None, Mapping[str, str]]:
    """Return a page that is still what would be drawn, or None; asks no database.

    The tokens that there are come with it: whoever draws need not ask for them again.
    """
    names = {counter_key(name): name for name in counters}
    found: dict[str, Any] = cache.get_many([key, *names])
    stored = found.get(key)
    current = {names[name]: str(token) for name, token in found.items() if name in names}
    if stored is None:
        return None, current
    page = KeptPage(*stored)
    return (page if is_fresh(page, tenant, current) else None), current


def keep_page(
    tenant: TenantRef,
    key: str,
    body: bytes,
    *,
    tokens: Mapping[str, str],
    modules: frozenset[str],
    seconds: float,
) -> KeptPage:
    """Keep a page and return it."""
    page = KeptPage(
        body=body,
        packed=gzip.compress(body, _LEVEL, mtime=0),
        etag=f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        tokens=dict(tokens),
        modes={module: mode_of(tenant, module) for module in modules},
        until=time.time() + seconds,
    )
    stored = (page.body, page.packed, page.etag, page.tokens, page.modes, page.until)
    cache.set(key, stored, timeout=max(1, int(seconds)))
    return page


@dataclass(frozen=True, slots=True)
class SentPage:
    """A page that answered a request, and the pattern that the request matched."""

    page: KeptPage
    route: str


def is_fresh(page: KeptPage, tenant: TenantRef, current: Mapping[str, str]) -> bool:
    """Tell whether a page is what would be drawn with these versions of the data."""
    return (
        page.until > time.time()
        and all(current.get(name) == token for name, token in page.tokens.items())
        and all(mode_of(tenant, module) == mode for module, mode in page.modes.items())
    )


def answer(request: HttpRequest, page: KeptPage) -> HttpResponse:
    """Send a page: nothing when the browser has it, packed when it can unpack."""
    request.META[SENT] = SentPage(page, route_label(request))
    if request.META.get("HTTP_IF_NONE_MATCH") == page.etag:
        response = HttpResponse(status=304)
    elif "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        # Nothing in it is secret or the visitor's own, so its length tells nothing.
        response = HttpResponse(page.packed, headers={"Content-Encoding": "gzip"})
    else:
        response = HttpResponse(page.body)
    response.headers["ETag"] = page.etag
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    return response
