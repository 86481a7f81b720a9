"""Which part of the shop whoever acts may see: all of it, or what certain stores serve.

A page and an API view set the limits of the person who asks; whoever reads orders
or stock asks for them here, so that lists, exports and searches cannot differ.
Where nobody is signed in as staff, nothing is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol
from uuid import UUID


class Limited(Protocol):
    """Somebody whose permissions may hold for some stores only."""

    def stores_for(self, permission: str) -> frozenset[UUID] | None:
        """Return where a permission holds; None for everywhere."""


_person: Final[ContextVar[Limited | None]] = ContextVar("access_limits", default=None)


@contextmanager
def limited_to(person: Limited | None) -> Iterator[None]:
    """Let a person's limits hold inside the block; None for no limits."""
    token = _person.set(person)
    try:
        yield
    finally:
        _person.reset(token)


def limit_to(person: Limited) -> None:
    """Let a person's limits hold until the end of the block of `limited_to` around the call."""
    _person.set(person)


def stores_for(permission: str) -> frozenset[UUID] | None:
    """Return the stores for which a permission holds for whoever acts; None for all."""
    person = _person.get()
    return None if person is None else person.stores_for(permission)
