"""Keeps staff of certain stores to the stock of these stores."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kernel.access.scopes import stores_for
from kernel.inventory.errors import UnknownStock


def refuse_foreign(location_ids: Iterable[UUID]) -> None:
    """Refuse to touch locations that are not whoever acts's own.

    Raises:
        UnknownStock: one is another's; which one is not told.
    """
    stores = stores_for("stock.manage")
    if stores is not None and not set(location_ids) <= stores:
        raise UnknownStock
