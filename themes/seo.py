"""What search engines are told: where they may look, and what there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from kernel.common.time import utc_now
from kernel.i18n.languages import offered
from kernel.tenancy.context import current_tenant
from themes.in_languages import alternates
from themes.shop.addresses import addresses

_PRIVATE: Final = (
    "/account/",
    "/after-sales/",
    "/cart/",
    "/checkout/",
    "/forms/",
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
    prefixes = ["", *(f"/{code}" for code in offered(current_tenant()))]
    paths = [f"{prefix}{path}" for prefix in prefixes for path in _PRIVATE]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in paths)]
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
    yield (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
    )
    tenant = current_tenant()
    for path, changed in addresses(now=utc_now()):
        when = f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else ""
        others = alternates(origin, path, tenant)
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{tag}" href="{escape(address)}"/>'
            for tag, address in others
        )
        # Each language is an address of its own, and names all the others.
        for address in [address for _tag, address in others[:-1]] or [origin + path]:
            yield f"<url><loc>{escape(address)}</loc>{when}{links}</url>\n"
    yield "</urlset>\n"


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
