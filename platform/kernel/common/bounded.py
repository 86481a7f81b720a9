"""What a process remembers for a while, never more than so many entries of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedMemory(Generic[K, V]):
    """A least-recently-used map whose entries expire; safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """Return a living entry, or None."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry[0] <= monotonic():
                self._entries.pop(key, None)
                return None
            self._entries.move_to_end(key)
            return entry[1]

    def put(self, key: K, value: V, *, seconds: float) -> None:
        """Keep an entry for so long, and throw out the least used beyond the bound."""
        with self._lock:
            self._entries[key] = (monotonic() + seconds, value)
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)

    def drop(self, key: K) -> None:
        """Forget one entry."""
        with self._lock:
            self._entries.pop(key, None)

    def drop_values(self, value: V) -> None:
        """Forget the entries that hold a value."""
        with self._lock:
            for key in [key for key, entry in self._entries.items() if entry[1] == value]:
                del self._entries[key]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)
