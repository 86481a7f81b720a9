"""What search engines are told: where they may look, and what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from kernel.common.time import utc_now
from kernel.tenancy.context import current_tenant
from themes.shop.addresses import addresses

_PRIVATE: Final = (
    "/account/",
    "/after-sales/",
    "/cart/",
    "/checkout/",
    "/orders/",
    "/reviews/",
    "/search/",
    "/islands/",
    "/api/",
)
_HOUR: Final = 3_600


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read live shops, never sandboxes."""
    if current_tenant().kind != "live":
        return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _PRIVATE)]
    lines += ["", f"Sitemap: {_origin(request)}/sitemap.xml", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


@require_safe
def sitemap(request: HttpRequest) -> StreamingHttpResponse:
    """List every page that may be found, newest change first; never held in memory."""
    response = StreamingHttpResponse(_lines(_origin(request)), content_type="application/xml")
    patch_cache_control(response, public=True, max_age=_HOUR)
    return response


def _lines(origin: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    for path, changed in addresses(now=utc_now()):
        when = f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(origin + path)}</loc>{when}</url>\n"
    yield "</urlset>\n"


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
