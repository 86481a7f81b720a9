"""What templates and clients get for a stored setting: addresses, pictures, markup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse

from themes.contract import PageContext
from themes.fields import Field, Image, Items, Json, Link, RichText, Settings, as_markup

PACKED: Final = "packs/"
"""What the names of pictures begin with that come along with the themes."""

_PATHS: Final[Mapping[str, str]] = {
    "home": "/",
    "categories": "/categories/",
    "cart": "/cart/",
    "orders": "/orders/",
    "member": "/account/",
    "product": "/products/{id}/",
    "category": "/categories/{id}/",
    "collection": "/collections/{id}/",
    "page": "/pages/{id}/",
    "module": "/{id}/",
}


def resolve(fields: Mapping[str, Field], settings: Settings, page: PageContext) -> dict[str, Any]:
    """Return settings as templates and clients take them."""
    return {
        name: _resolve(each, settings.get(name, each.default), page)
        for name, each in fields.items()
    }


def _resolve(kind: Field, value: Json, page: PageContext) -> Any:
    if isinstance(kind, Items) and isinstance(value, list):
        return [resolve(kind.fields, item, page) for item in value if isinstance(item, dict)]
    if isinstance(kind, Link) and isinstance(value, dict):
        return link(value, page)
    if isinstance(kind, Image) and isinstance(value, dict):
        return {**value, "url": picture_url(str(value["asset"]))}
    if isinstance(kind, RichText):
        return as_markup(str(value))
    return value


def link(value: Mapping[str, Json], page: PageContext) -> dict[str, Any]:
    """Return where a link leads: an address on the web, a page and its query elsewhere."""
    kind, target = str(value["to"]), str(value.get("id", ""))
    if kind == "url":
        return {"href": str(value["href"])}
    if page.client != "web":
        return {"page": kind, "query": {"id": target} if target else {}}
    if kind == "search":
        return {"href": f"/search/?{urlencode({'q': target})}"}
    return {"href": _PATHS[kind].format(id=quote(target))}


def path_of(name: str) -> str:
    """Return the address of a page by its route; empty when the shop has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def picture_url(name: str) -> str:
    """Return the address of one of the shop's pictures; empty when the name is none."""
    if name.startswith(("http://", "https://")):
        return name
    try:
        if name.startswith(PACKED):
            return static(f"themes/{name}")
        return default_storage.url(name) if name else ""
    except (SuspiciousFileOperation, ValueError):
        return ""
