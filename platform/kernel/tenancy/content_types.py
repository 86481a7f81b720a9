"""Content types per schema.

Django keeps one dictionary of content types in the process. Their ids differ
between tenants, because tables come in another order where modules were
switched on in another order; a shared dictionary hands one tenant's ids to
another.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Any

from django.db import connection

_SCHEMAS_KEPT = 256


class ScopedContentTypeCache:
    """Stands where `ContentTypeManager` keeps its dictionary; one part per schema."""

    def __init__(self) -> None:
        self._parts: OrderedDict[tuple[str, str], dict[Any, Any]] = OrderedDict()
        self._lock = Lock()

    def _part(self, using: str) -> dict[Any, Any]:
        key = (connection.schema_name, using)  # type: ignore[attr-defined]
        with self._lock:
            part = self._parts.setdefault(key, {})
            self._parts.move_to_end(key)
            while len(self._parts) > _SCHEMAS_KEPT:
                self._parts.popitem(last=False)
        return part

    def __getitem__(self, using: str) -> dict[Any, Any]:
        """Return the part of the current schema."""
        return self._part(using)

    def setdefault(self, using: str, default: dict[Any, Any]) -> dict[Any, Any]:
        """Return the part of the current schema; the default is not needed."""
        return self._part(using)

    def clear(self) -> None:
        """Do nothing: Django clears at moments when only one tenant changed."""

    def forget(self, schema: str) -> None:
        """Drop what is kept of one schema, when it goes."""
        with self._lock:
            for key in [key for key in self._parts if key[0] == schema]:
                del self._parts[key]
