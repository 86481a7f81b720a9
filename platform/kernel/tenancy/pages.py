"""Pages that stand in for a tenant's own: they must work when nothing else does.

They are drawn here, without templates and database, and an unknown host's page
names nobody: whoever asks has no business knowing whose server this is.
"""

from __future__ import annotations

from html import escape

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from kernel.tenancy.context import TenantRef

_STYLE = (
    "body{margin:0;min-height:100vh;display:grid;place-items:center;background:#f6f6f4;"
    "color:#222;font:16px/1.6 system-ui,'PingFang SC','Noto Sans CJK SC',sans-serif}"
    "main{max-width:26rem;padding:2rem;text-align:center}h1{font-size:1.25rem;margin:1rem 0}"
    "p{margin:0;color:#555}.mark{width:3.5rem;height:3.5rem;border-radius:1rem;margin:auto;"
    "display:grid;place-items:center;color:#fff;font-size:1.5rem}"
)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _problem(status: int, code: str, title: str) -> JsonResponse:
    body = {"type": "about:blank", "status": status, "code": code, "title": title}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def _page(status: int, title: str, text: str, *, mark: str = "", colour: str = "") -> HttpResponse:
    picture = (
        f'<div class="mark" style="background:{escape(colour)}">{escape(mark)}</div>'
        if mark
        else ""
    )
    response = HttpResponse(
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><style>{_STYLE}</style></head><body><main>'
        f"{picture}<h1>{escape(title)}</h1><p>{escape(text)}</p></main></body></html>",
        status=status,
    )
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"
    )
    response["Cache-Control"] = "no-store"
    return response


def unknown_host_page(request: HttpRequest) -> HttpResponse:
    """Answer for a host name that belongs to nobody here: 404, no brand."""
    if _wants_json(request):
        return _problem(404, "tenancy.unknown_host", "Not found")
    return _page(404, "404", "这里没有网页。 There is no page here.")


def closed_page(request: HttpRequest, tenant: TenantRef) -> HttpResponse:
    """Answer for a shop that is held back: 503, in the shop's own name and colour."""
    title = _("The shop is closed for now.")
    if _wants_json(request):
        return _problem(503, "tenancy.closed", title)
    name = tenant.brand.name
    return _page(
        503,
        name,
        title + (f" {tenant.brand.support_email}" if tenant.brand.support_email else ""),
        mark=name[:1],
        colour=tenant.brand.colour,
    )


def read_only_refusal(request: HttpRequest, tenant: TenantRef) -> HttpResponse:
    """Refuse a change in a console that is read-only: 423."""
    title = _("The console can be read but not changed for now.")
    if _wants_json(request):
        return _problem(423, "tenancy.read_only", title)
    brand = tenant.console_brand
    return _page(423, brand.name, title, mark=brand.name[:1], colour=brand.colour)
