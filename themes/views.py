"""The storefront's home page, its small files, and how it refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kernel.common.colours import mark_svg, palette, palette_css
from kernel.modules.gate import mode_of
from kernel.modules.registry import manifests
from kernel.tenancy.context import TenantRef, current_tenant

_DAY: Final = 24 * 3600
_YEAR: Final = 365 * _DAY


@dataclass(frozen=True, slots=True)
class Door:
    """A function that visitors can enter."""

    path: str
    name: str
    summary: str
    icon: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Welcome visitors, with a door to every function that is switched on."""
    context = {"doors": doors(current_tenant()), "sign_in_path": _sign_in_path()}
    return render(request, "themes/home.html", context, using="jinja2")


def doors(tenant: TenantRef) -> list[Door]:
    """Return what a tenant's visitors can enter, in the order of the modules' codes."""
    found = []
    for manifest in manifests().values():
        if "store" not in manifest.urls or mode_of(tenant, manifest.code) == "off":
            continue
        path = f"/{manifest.code.replace('_', '-')}/"
        try:
            resolve(path)
        except Resolver404:
            continue
        language = get_language()
        found.append(
            Door(
                path,
                manifest.name.in_language(language),
                manifest.summary.in_language(language),
                manifest.icon,
            )
        )
    return found


def _sign_in_path() -> str:
    try:
        return reverse("account:sign-in")
    except NoReverseMatch:
        return ""


@require_safe
def theme_css(_request: HttpRequest) -> HttpResponse:
    """Return the shop's colours as a style sheet; its address changes with them."""
    response = HttpResponse(palette_css(current_tenant().brand.colour), content_type="text/css")
    patch_cache_control(response, public=True, max_age=_DAY)
    return response


@require_safe
def mark(_request: HttpRequest) -> HttpResponse:
    """Return the shop's letter as a picture."""
    brand = current_tenant().brand
    response = HttpResponse(mark_svg(brand.name, brand.colour), content_type="image/svg+xml")
    patch_cache_control(response, public=True, max_age=_DAY)
    return response


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """Let search engines read live shops, never sandboxes."""
    rule = "Disallow:" if current_tenant().kind == "live" else "Disallow: /"
    return HttpResponse(f"User-agent: *\n{rule}\n", content_type="text/plain")


@require_safe
def manifest_json(_request: HttpRequest) -> HttpResponse:
    """Describe the shop to phones that put it on the home screen."""
    tenant = current_tenant()
    body = {
        "name": tenant.brand.name,
        "short_name": tenant.brand.name[:12],
        "start_url": "/",
        "display": "minimal-ui",
        "lang": tenant.locale,
        "theme_color": palette(tenant.brand.colour).brand,
        "background_color": "#ffffff",
        "icons": [{"src": "/mark.svg", "sizes": "any", "type": "image/svg+xml"}],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/manifest+json"
    )
    patch_cache_control(response, public=True, max_age=_DAY)
    return response


@require_safe
def choose_language(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Remember a language in a cookie and go back."""
    wanted = request.GET.get("next") or "/"
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, None):
        wanted = "/"
    response = HttpResponseRedirect(wanted)
    if code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            code,
            max_age=_YEAR,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def problem_page(
    request: HttpRequest, *, status: int, title: str, text: str, reference: str
) -> HttpResponse:
    """Draw a page that says why nothing was done, in the shop's brand."""
    context = {"status": status, "title": title, "text": text, "reference": reference}
    return render(request, "themes/problem.html", context, status=status, using="jinja2")
