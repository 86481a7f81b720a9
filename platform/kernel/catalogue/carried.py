"""Categories as templates carry them; products are carried by `kernel.dataio`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Final, cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.audit.actor import Actor
from kernel.catalogue.models import Category
from kernel.catalogue.services.categories import (
    CategoryFields,
    change_category,
    create_category,
    delete_category,
)
from kernel.snapshots.contract import Content, Files, Piece
from kernel.snapshots.errors import UnreadableContent

_FIELDS: Final = ("title", "titles", "purpose", "is_shown", "seo_title", "seo_description")


class CategoriesPart:
    """One piece a category, by its path; those above come first."""

    code: ClassVar[str] = "catalogue.categories"
    label: ClassVar[str | Promise] = _("Categories")

    def pieces(self, files: Files | None, keys: Collection[str] | None = None) -> Sequence[Piece]:
        """Return the categories, from the top."""
        rows = Category.objects.order_by("path")
        if keys is not None:
            rows = rows.filter(path__in=keys)
        return [
            Piece(row.path, row.title, {name: getattr(row, name) for name in _FIELDS})
            for row in rows
        ]

    def put(self, key: str, content: Content, *, files: Files, actor: Actor) -> None:
        """Add the category below the one above it, or change it.

        Raises:
            UnreadableContent: the category above it is missing.
            DomainError: the catalogue refuses it.
        """
        told = cast("CategoryFields", {name: content[name] for name in _FIELDS})
        known = Category.objects.filter(path=key).first()
        if known is not None:
            change_category(known.id, told, actor=actor)
            return
        above, _slash, slug = key.rpartition("/")
        parent = Category.objects.filter(path=above).first() if above else None
        if above and parent is None:
            raise UnreadableContent(_("The category above is missing."), path=above)
        create_category(
            cast("CategoryFields", {**cast("Mapping[str, object]", told), "slug": slug}),
            parent_id=parent.id if parent else None,
            actor=actor,
        )

    def drop(self, key: str, *, actor: Actor) -> None:
        """Delete the category when it holds nothing.

        Raises:
            CategoryInUse: it holds categories or products.
        """
        row = Category.objects.filter(path=key).first()
        if row is not None:
            delete_category(row.id, actor=actor)
