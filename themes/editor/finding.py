"""What pickers offer: pictures and goods, categories, collections, pages, forms, functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import get_language

from kernel.catalogue.choices import ProductStatus
from kernel.catalogue.models import Category, Collection, Product
from kernel.catalogue.texts import translated
from kernel.forms.models import Form
from kernel.i18n.languages import in_any
from kernel.media.choices import AssetKind, AssetState
from kernel.media.models import Asset
from kernel.media.selectors import name_for, searched
from kernel.modules.gate import mode_of
from kernel.modules.registry import manifests
from kernel.tenancy.context import current_tenant
from themes.desk import live_theme
from themes.models import Page
from themes.names import LANDING
from themes.resolving import picture_url
from themes.shop.thumbs import thumbs_of

MOST: Final = 20
PAGE: Final = 24
_WIDTH: Final = 1600
_SMALL: Final = 480
_LONGEST_ALT: Final = 120


def find(kind: str, *, text: str, wanted: str) -> list[dict[str, Any]]:
    """Return what somebody may mean, or the one thing that is ``wanted``."""
    finder = _FINDERS.get(kind)
    return finder(" ".join(text.replace("\x00", "").split())[:100], wanted) if finder else []


def _products(text: str, wanted: str) -> list[dict[str, Any]]:
    rows = Product.objects.exclude(status=ProductStatus.ARCHIVED)
    if wanted:
        rows = rows.filter(handle=wanted)
    elif text:
        rows = rows.filter(Q(title__icontains=text) | Q(i18n__icontains=text) | Q(handle=text))
    found = list(rows.order_by("-created_at")[:MOST])
    thumbs = thumbs_of(row.pk for row in found)
    return [
        {
            "id": row.handle,
            "title": translated(row.i18n, get_language(), "title", row.title),
            "picture": thumbs.get(row.pk, ""),
        }
        for row in found
    ]


def _categories(text: str, wanted: str) -> list[dict[str, Any]]:
    rows = Category.objects.filter(is_shown=True)
    if wanted:
        rows = rows.filter(path=wanted)
    elif text:
        rows = rows.filter(Q(title__icontains=text) | Q(titles__icontains=text))
    return [
        {"id": row.path, "title": row.titles.get(get_language()) or row.title}
        for row in rows.order_by("path")[: MOST * 2]
    ]


def _collections(text: str, wanted: str) -> list[dict[str, Any]]:
    rows = Collection.objects.filter(is_shown=True)
    if wanted:
        rows = rows.filter(handle=wanted)
    elif text:
        rows = rows.filter(Q(title__icontains=text) | Q(titles__icontains=text))
    return [
        {"id": row.handle, "title": row.titles.get(get_language()) or row.title}
        for row in rows.order_by("title")[:MOST]
    ]


def _pages(text: str, wanted: str) -> list[dict[str, Any]]:
    rows = Page.objects.filter(template=LANDING, theme=live_theme())
    if wanted:
        rows = rows.filter(handle=wanted)
    elif text:
        rows = rows.filter(title__icontains=text)
    return [{"id": row.handle, "title": row.title} for row in rows.order_by("title")[:MOST]]


def _forms(text: str, wanted: str) -> list[dict[str, Any]]:
    rows = Form.objects.order_by("code")
    if wanted:
        rows = rows.filter(code=wanted)
    elif text:
        rows = rows.filter(Q(code__icontains=text) | Q(names__icontains=text))
    return [
        {"id": row.code, "title": in_any(row.names, get_language(), row.code)}
        for row in rows[:MOST]
    ]


def _modules(text: str, wanted: str) -> list[dict[str, Any]]:
    tenant, language = current_tenant(), get_language()
    found = []
    for manifest in manifests().values():
        name, path = manifest.name.in_language(language), manifest.code.replace("_", "-")
        is_meant = wanted == path if wanted else text.lower() in name.lower()
        if is_meant and mode_of(tenant, manifest.code) != "off":
            found.append({"id": path, "title": name})
    return found


_FINDERS: Final[Mapping[str, Callable[[str, str], list[dict[str, Any]]]]] = {
    "product": _products,
    "category": _categories,
    "collection": _collections,
    "page": _pages,
    "module": _modules,
    "form": _forms,
}


def media(kind: str, *, text: str, page: int) -> tuple[list[dict[str, Any]], bool]:
    """Return a page of the library's files of a kind, and whether there are more."""
    wanted = AssetKind.VIDEO if kind == "video" else AssetKind.IMAGE
    rows = searched(text=text, kind=wanted).filter(state=AssetState.READY)
    start = (page - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    return [asset_told(row) for row in found[:PAGE]], len(found) > PAGE


def asset_told(row: Asset) -> dict[str, Any]:
    """Return a file as the picker hands it on."""
    name = name_for(row, _WIDTH)
    told: dict[str, Any] = {"asset": name, "name": row.name, "alt": row.alt[:_LONGEST_ALT]}
    return {
        **told,
        "url": picture_url(name_for(row, _SMALL)),
        "focus": [row.focus_x / 1000, row.focus_y / 1000],
    }
