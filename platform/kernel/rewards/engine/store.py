"""What the engine remembers between events: records by kind and key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

Record = dict[str, Any]


class Store(Protocol):
    """Records that are plain data, so that any store can keep them."""

    def get(self, kind: str, key: str) -> Record | None:
        """Return a record; a change of it is kept by `put`."""

    def put(self, kind: str, key: str, record: Record) -> None:
        """Keep a record."""

    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        """Return the records of a kind in the order in which they came."""


class MemoryStore:
    """Records in dictionaries."""

    def __init__(self) -> None:
        self._kinds: dict[str, dict[str, Record]] = {}

    def get(self, kind: str, key: str) -> Record | None:
        """Return a record; a change of it is kept by `put`."""
        records = self._kinds.get(kind)
        return None if records is None else records.get(key)

    def put(self, kind: str, key: str, record: Record) -> None:
        """Keep a record."""
        self._kinds.setdefault(kind, {})[key] = record

    def items(self, kind: str) -> Iterator[tuple[str, Record]]:
        """Return the records of a kind in the order in which they came."""
        yield from list(self._kinds.get(kind, {}).items())
