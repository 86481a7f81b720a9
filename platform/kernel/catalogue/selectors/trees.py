"""The category tree and the collections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from kernel.catalogue.choices import CategoryPurpose
from kernel.catalogue.errors import NotFound
from kernel.catalogue.models import Category, CategoryRedirect, Collection
from kernel.catalogue.texts import in_language
from kernel.common.db.kept import Kept


@dataclass(slots=True)
class CategoryNode:
    """A category with those below it, in order."""

    id: UUID
    public_id: str
    title: str
    path: str
    slug: str
    depth: int
    picture: str
    is_shown: bool
    children: list[CategoryNode] = field(default_factory=list)


_ALL: Final = Kept(
    lambda purpose: Category.objects.filter(purpose=purpose).order_by("depth", "position", "id"),
    purpose=str,
)


def category_tree(
    *,
    language: str | None = None,
    purpose: str = CategoryPurpose.SHOP,
    with_hidden: bool = False,
) -> list[CategoryNode]:
    """Return the tree; one query. What is hidden hides what stands below it."""
    rows = _ALL(purpose=str(purpose))
    roots: list[CategoryNode] = []
    nodes: dict[UUID, CategoryNode] = {}
    for row in rows:
        if not (row.is_shown or with_hidden):
            continue
        above = nodes.get(row.parent_id) if row.parent_id else None
        if row.parent_id and above is None:
            continue
        nodes[row.id] = node = CategoryNode(
            id=row.id,
            public_id=row.public_id,
            title=in_language(row.titles, language, row.title),
            path=row.path,
            slug=row.slug,
            depth=row.depth,
            picture=row.picture,
            is_shown=row.is_shown,
        )
        (above.children if above else roots).append(node)
    return roots


def category_at(path: str) -> Category:
    """Return the category with an address that is shown in the shop; one query.

    Raises:
        NotFound: there is none; `moved_category` knows whether there was.
    """
    rows = Category.objects.filter(path=path, is_shown=True, purpose=CategoryPurpose.SHOP)
    category = rows.first()
    if category is None:
        raise NotFound(kind="category")
    return category


def moved_category(path: str) -> str | None:
    """Return the address that a category has now, for one that it had; one query."""
    row = CategoryRedirect.objects.select_related("category").filter(path=path).first()
    return row.category.path if row else None


def breadcrumbs(category: Category) -> Sequence[Category]:
    """Return a category after all above it; one query."""
    parts = category.path.split("/")
    paths = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    return list(Category.objects.filter(path__in=paths).order_by("depth"))


def shown_collections() -> list[Collection]:
    """Return the collections that are shown; one query."""
    return list(Collection.objects.filter(is_shown=True).order_by("title", "id"))


def collection_with(handle: str) -> Collection:
    """Return a collection that is shown; one query.

    Raises:
        NotFound: there is none.
    """
    collection = Collection.objects.filter(handle=handle, is_shown=True).first()
    if collection is None:
        raise NotFound(kind="collection")
    return collection
