"""Blocks that fail while they are drawn: left out, told to the log and to the counters.

A block is code of a module, and a page is the shop's: what one of them does wrong must not
take the other away. What the database or the cache fail to do is no fault of a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from markupsafe import Markup
from prometheus_client import Counter
from redis.exceptions import RedisError

from kernel.common.logging import get_logger
from kernel.common.metrics import tenant_label

SECONDS: Final = 60
"""How long a page is kept on which a block is missing that should stand there."""

BLOCK_FAULTS: Final = Counter(
    "theme_block_faults_total", "Blocks that failed and were left out.", ("block", "tenant")
)
_OF_OTHERS: Final = (DatabaseError, RedisError)

log = get_logger(__name__)


@dataclass(slots=True)
class Noted:
    """What failed while something was drawn.

    Attributes:
        errors: by the id of the block.
        instead: what is shown in its place, by id and type; nothing without it.
    """

    errors: dict[str, Exception] = field(default_factory=dict)
    instead: Callable[[str, str], Markup] | None = None


_noted: ContextVar[Noted | None] = ContextVar("faults_of_blocks", default=None)


@contextmanager
def noting(instead: Callable[[str, str], Markup] | None = None) -> Iterator[Noted]:
    """Collect which blocks fail inside the block of code."""
    found = Noted(instead=instead)
    before = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(before)


def in_place_of(block_id: str, block_type: str) -> Markup:
    """Return what is shown where a block failed: nothing, but for somebody who edits the page."""
    noted = _noted.get()
    return noted.instead(block_id, block_type) if noted and noted.instead else Markup("")


class LeavingOut:
    """Goes on after code of one block of a page, whatever it raises; without an id, of a source."""

    __slots__ = ("_id", "_type")

    def __init__(self, block_id: str, block_type: str) -> None:
        self._id = block_id
        self._type = block_type

    def __enter__(self) -> None:
        """Begin with what the block does."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        """Note what it did wrong."""
        if not isinstance(error, Exception) or isinstance(error, _OF_OTHERS):
            return False
        if settings.STOA_BLOCK_FAULTS_RAISE:
            return False
        BLOCK_FAULTS.labels(self._type, tenant_label()).inc()
        # The line says for which shop: the flow is part of each.
        log.error("themes.block_failed", block=self._type, block_id=self._id, exc_info=error)
        if self._id and (noted := _noted.get()) is not None:
            noted.errors[self._id] = error
        return True
