"""The category tree: one query for all bindings of a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from kernel.catalogue.choices import CategoryPurpose
from kernel.catalogue.models import Category
from themes.contract import Binding, PageContext
from themes.resolving import picture_url
from themes.sources import Source

_SHOWN_LEVELS: Final = 3


def href_of(path: str) -> str:
    """Return a category's address."""
    return f"/categories/{quote(path)}/"


def in_language(titles: dict[str, str], language: str, otherwise: str) -> str:
    """Return a text in a language, or the one that is always there."""
    return titles.get(language) or titles.get(language.partition("-")[0]) or otherwise


def shown_categories() -> list[Category]:
    """Return the shown categories, parents before children; one query."""
    found = Category.objects.filter(purpose=CategoryPurpose.SHOP, depth__lte=_SHOWN_LEVELS)
    return list(found.order_by("depth", "position", "path"))


def _load(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    nodes: dict[str, dict[str, Any]] = {}
    children: dict[str, list[dict[str, Any]]] = {"": []}
    for each in shown_categories():
        parent = each.path.rpartition("/")[0]
        if not each.is_shown or (parent and parent not in nodes):
            continue
        title = in_language(each.titles, page.language, each.title)
        url = picture_url(each.picture)
        node = {
            "path": each.path,
            "title": title,
            "href": href_of(each.path),
            "picture": {"url": url, "alt": title, "srcset": "", "width": 400, "height": 400}
            if url
            else None,
            "children": children.setdefault(each.path, []),
        }
        nodes[each.path] = node
        children[parent].append(node)
    return [children.get(binding.get("parent", ""), []) for binding in bindings]


CATEGORIES: Final = Source(of="catalogue.categories", load=_load, reads=("categories",))
