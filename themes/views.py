"""The storefront's public pages, its small files, and how it refuses."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe
from markupsafe import Markup

from kernel.common.colours import mark_svg, palette
from kernel.i18n.languages import offered
from kernel.i18n.middleware import remember
from kernel.i18n.showing import COOKIE, offered_currency
from kernel.tenancy.context import current_tenant
from themes.account.footprints import note_look
from themes.brand import SIZES, icon_png
from themes.comparing.visitors import seated
from themes.former import handle_now
from themes.in_languages import prefix_for, prefix_of, without_prefix
from themes.kinds import cleaned, kind_of
from themes.names import LANDING, document_name
from themes.packs.errors import UnknownPack, UnknownPalette
from themes.packs.wearing import colours_sheet, theme_with, trying
from themes.pages import Chrome, context_of, serve, sheet_of, viewer_of
from themes.rendering import draw_block
from themes.store import GROUPS, in_edition, landing_pages, published

_DAY: Final = 24 * 3600
_SERVER_ERROR: Final = 500
_MOST_ISLANDS: Final = 30
_MOST_RELEASES: Final = 100
_RELEASE: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORKER: Final = Path(__file__).parent / "worker.js"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the shop's front page."""
    return serve(request, "home")


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """Show the tree of categories."""
    return serve(request, "categories")


@require_safe
def category(request: HttpRequest, path: str) -> HttpResponse:
    """Show a category's products."""
    return serve(request, "category", params={"category": path})


@require_safe
def collection(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a collection's products."""
    return serve(request, "collection", params={"collection": handle})


@require_safe
def landing(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a page that the shop made itself, or lead to where it is by now."""
    if handle in landing_pages():
        return serve(request, document_name(LANDING, handle))
    if now := handle_now(handle):
        return _moved(request, f"/pages/{now}/")
    raise Http404


@require_safe
def product(request: HttpRequest, handle: str) -> HttpResponse:
    """Show a product."""
    return serve(request, "product", params={"handle": handle})


@require_safe
def islands(request: HttpRequest) -> HttpResponse:
    """Return the parts of a page that differ by person, by the ids of their blocks."""
    template = request.GET.get("page", "")
    names = [name for name in request.GET.get("ids", "").split(",") if name][:_MOST_ISLANDS]
    with seated(request):
        try:
            kind = kind_of(template)
            blocks = [each for name in (*GROUPS, template) for each in published(name).blocks]
        except KeyError as error:
            raise Http404 from error
        params = cleaned(kind, request.GET.dict())
        viewer = viewer_of(request)
        page = context_of(template, params, viewer=viewer)
        if template == "product":
            note_look(viewer, params.get("handle", ""))
        drawn = {name: draw_block(blocks, name, page) for name in names}
    response = JsonResponse({name: str(html or "") for name, html in drawn.items()})
    add_never_cache_headers(response)
    return response


@require_safe
def sheet(request: HttpRequest, name: str) -> HttpResponse:
    """Return the styles that the settings of a page's blocks ask for."""
    releases = tuple(each for each in request.GET.get("of", "").split(",") if each)
    if len(releases) > _MOST_RELEASES or not all(map(_RELEASE.fullmatch, releases)):
        raise Http404
    try:
        theme = theme_with(request.GET.get("theme", "")).code
        with trying(theme), in_edition(releases):
            text = sheet_of("" if name == "frame" else name)
    except (KeyError, UnknownPack, UnknownPalette) as error:
        raise Http404 from error
    return _small(text, "text/css")


@require_safe
def theme_css(request: HttpRequest) -> HttpResponse:
    """Return the shop's colours as a style sheet; its address changes with them."""
    try:
        return _small(colours_sheet(request.GET.get("theme", "")), "text/css")
    except (UnknownPack, UnknownPalette) as error:
        raise Http404 from error


@require_safe
def mark(_request: HttpRequest) -> HttpResponse:
    """Return the shop's letter as a picture."""
    brand = current_tenant().brand
    return _small(mark_svg(brand.name, brand.colour), "image/svg+xml")


@require_safe
def icon(_request: HttpRequest, size: int) -> HttpResponse:
    """Return the shop's sign for a telephone's home screen."""
    if size not in SIZES:
        raise Http404
    return _small(icon_png(current_tenant().brand.colour, size), "image/png")


@require_safe
def manifest_json(_request: HttpRequest) -> HttpResponse:
    """Describe the shop to phones that put it on the home screen."""
    tenant = current_tenant()
    icons = [
        {
            "src": f"/icons/{size}.png",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": aim,
        }
        for size in SIZES
        for aim in ("any", "maskable")
    ]
    if own := tenant.brand.favicon_url:
        kind = "image/svg+xml" if own.endswith(".svg") else "image/png"
        icons = [{"src": own, "sizes": "any", "type": kind, "purpose": "any"}, *icons]
    body = {
        "id": "/",
        "name": tenant.brand.name,
        "short_name": tenant.brand.tab_name,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "lang": tenant.locale,
        "theme_color": palette(tenant.brand.colour).brand,
        "background_color": "#ffffff",
        "icons": [*icons, {"src": "/mark.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    return _small(json.dumps(body, ensure_ascii=False), "application/manifest+json")


@require_safe
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Return the script that keeps the shop's own files on the telephone."""
    response = HttpResponse(_WORKER.read_bytes(), content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what is left without a network."""
    empty = Chrome(Markup(""), Markup(""), Markup(""), "")
    response = render(request, "themes/offline.html", {"regions": empty}, using="jinja2")
    patch_cache_control(response, public=True, max_age=_DAY)
    return response


@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Remember a language in a cookie and go back, to the page in that language."""
    wanted, tenant = _wanted(request), current_tenant()
    if code not in offered(tenant):
        return HttpResponseRedirect(wanted)
    path = f"{prefix_for(code, tenant)}{without_prefix(wanted)}"
    response = HttpResponseRedirect(path)
    remember(response, settings.LANGUAGE_COOKIE_NAME, code)
    return response


@require_safe
def choose_currency(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Remember in a cookie which currency amounts are shown in too, and go back."""
    response, tenant = HttpResponseRedirect(_wanted(request)), current_tenant()
    is_own = code == tenant.currency
    if is_own and not tenant.offers.markets:
        response.delete_cookie(COOKIE, samesite="Lax")
    elif is_own or offered_currency(tenant, code) is not None:
        # Where a market has a currency of its own, the shop's is a choice like any other.
        remember(response, COOKIE, code)
    return response


def problem_page(
    request: HttpRequest, *, status: int, title: str, text: str, reference: str
) -> HttpResponse:
    """Draw a page that says why nothing was done, in the shop's brand."""
    context: dict[str, object] = {
        "status": status,
        "title": title,
        "text": text,
        "reference": reference,
    }
    if status >= _SERVER_ERROR:
        # What stands around a page asks the database, which may be what failed.
        context["regions"] = Chrome(Markup(""), Markup(""), Markup(""), "")
    return render(request, "themes/problem.html", context, status=status, using="jinja2")


def _moved(request: HttpRequest, path: str) -> HttpResponsePermanentRedirect:
    """Lead to an address for good; browsers ask again, since another page may take the old one."""
    query = request.META.get("QUERY_STRING", "")
    address = f"{prefix_of(request)}{path}" + (f"?{query}" if query else "")
    response = HttpResponsePermanentRedirect(address)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _wanted(request: HttpRequest) -> str:
    """Return where somebody wants to go on: a page of this shop."""
    wanted = request.GET.get("next") or _came_from(request)
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, None):
        return "/"
    return wanted


def _came_from(request: HttpRequest) -> str:
    """Return the path of the page with the link, if it was one of this shop's."""
    origin = f"{request.scheme}://{request.get_host()}"
    referrer = request.headers.get("Referer", "")
    return referrer.removeprefix(origin) if referrer.startswith(f"{origin}/") else "/"


def _small(content: str | bytes, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    patch_cache_control(response, public=True, max_age=_DAY)
    return response
