"""What a process keeps of its own: the things used last, up to so many bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Near(Generic[K, V]):
    """A bounded store for all threads of a process; what was used longest ago goes first."""

    def __init__(self, most_bytes: int) -> None:
        """Begin with nothing.

        Args:
            most_bytes: how much is kept, by the sizes that `put` is told.
        """
        self._most = most_bytes
        self._used = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K) -> V | None:
        """Return what is kept, or None."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, *, size: int) -> None:
        """Keep something in place of what was kept under its key; too large a thing is not kept.

        Args:
            key: whose it is is a part of it.
            value: what to keep.
            size: in bytes.
        """
        with self._lock:
            self._forget(key)
            if size > self._most:
                return
            self._kept[key] = (value, size)
            self._used += size
            while self._used > self._most:
                self._forget(next(iter(self._kept)))

    def drop(self, key: K) -> None:
        """Keep it no longer."""
        with self._lock:
            self._forget(key)

    def _forget(self, key: K) -> None:
        _value, size = self._kept.pop(key, (None, 0))
        self._used -= size
