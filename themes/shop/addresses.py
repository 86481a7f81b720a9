"""Every address that search engines may know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import quote

from kernel.catalogue.selectors.trees import category_tree, shown_collections
from themes.shop.cards import href_of
from themes.shop.categories import href_of as category_href
from themes.shop.categories import walk
from themes.shop.listings import on_sale
from themes.store import landing_pages


def addresses(*, now: datetime) -> Iterator[tuple[str, datetime | None]]:
    """Return the path of each page, and when it last changed if that is known."""
    yield "/", None
    yield "/categories/", None
    for category in walk(category_tree()):
        yield category_href(category.path), None
    for collection in shown_collections():
        yield f"/collections/{quote(collection.handle)}/", None
    for handle, page in sorted(landing_pages().items()):
        if not page.settings.get("noindex"):
            yield f"/pages/{handle}/", None
    rows = on_sale(now).order_by("-updated_at").values_list("handle", "updated_at")
    for handle, changed in rows.iterator(chunk_size=1000):
        yield href_of(handle), changed
