"""Shows the pictures of brands, at every host."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kernel.branding.errors import UnknownPicture
from kernel.branding.fields import PICTURE
from kernel.branding.pictures import picture
from kernel.tenancy.middleware import serves_held_tenants

_YEAR: Final = 365 * 24 * 3600
_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp",
                 "gif": "image/gif", "svg": "image/svg+xml"}  # fmt: skip


@serves_held_tenants
@require_safe
def look(_request: HttpRequest, name: str) -> HttpResponse:
    """Return a picture; its name changes with its content, so browsers may keep it for ever."""
    if PICTURE.match(f"/look/{name}") is None:
        raise Http404
    try:
        content = picture(name)
    except UnknownPicture as refusal:
        raise Http404 from refusal
    response = HttpResponse(content, content_type=_TYPES[name.rpartition(".")[2]])
    response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    # A drawing that somebody opens by itself is a page: it may draw, and nothing else.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    return response
