"""The category tree: one query for all bindings of a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from kernel.catalogue.selectors.trees import CategoryNode, category_tree
from themes.contract import Binding, PageContext
from themes.resolving import picture_url
from themes.sources import Source


def href_of(path: str) -> str:
    """Return a category's address."""
    return f"/categories/{quote(path)}/"


def walk(nodes: Iterable[CategoryNode]) -> Iterator[CategoryNode]:
    """Return categories and all below them."""
    for node in nodes:
        yield node
        yield from walk(node.children)


def _load(page: PageContext, bindings: Sequence[Binding]) -> Sequence[Any]:
    roots = category_tree(language=page.language)
    below = {node.path: node.children for node in walk(roots)} | {"": roots}
    return [
        [_shown(node) for node in below.get(binding.get("parent", ""), [])] for binding in bindings
    ]


def _shown(node: CategoryNode) -> dict[str, Any]:
    url = picture_url(node.picture)
    return {
        "path": node.path,
        "title": node.title,
        "href": href_of(node.path),
        "picture": {"url": url, "alt": node.title, "srcset": "", "width": 400, "height": 400}
        if url
        else None,
        "children": [_shown(child) for child in node.children],
    }


CATEGORIES: Final = Source(of="catalogue.categories", load=_load, reads=("categories",))
