"""The seam between the shop and what searches for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Protocol, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from kernel.search.values import Outcome, Wanted


class SearchProvider(Protocol):
    """Keeps an index of products of the current tenant, and searches it.

    Products are told by id; a provider reads them with `kernel.search.documents`.
    """

    def find(self, wanted: Wanted) -> Outcome:
        """Return a page of published products."""
        ...

    def titles(self, text: str, *, now: datetime, limit: int) -> Sequence[UUID]:
        """Return published products whose titles hold words that begin like these."""
        ...

    def index(self, product_ids: Collection[UUID], *, now: datetime) -> int:
        """Take products in as they are now; those that are not on sale are gone after it.

        Returns how many are on sale.
        """
        ...

    def corrected(self, text: str) -> str:
        """Return a search with words of the index in place of misspelt ones; empty without any."""
        ...

    def restock(self, product_ids: Collection[UUID]) -> None:
        """Take note of whether products are in stock."""
        ...

    def note_sold(self, sold: Mapping[UUID, int], *, is_all: bool) -> None:
        """Add to how many of each product were sold, or take it for all that ever were."""
        ...


@cache
def _made(path: str) -> SearchProvider:
    return cast("SearchProvider", import_string(path)())


def provider() -> SearchProvider:
    """Return the installation's provider, as ``STOA_SEARCH_PROVIDER`` names it."""
    return _made(settings.STOA_SEARCH_PROVIDER)
