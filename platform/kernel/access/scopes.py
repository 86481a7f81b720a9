"""Which part of the shop whoever acts may see: all of it, certain stores, or his own members.

A page and an API view set the limits of the person who asks; whoever reads orders,
members or stock asks for them here, so that lists, exports and searches cannot
differ. Where nobody is signed in as staff, nothing is limited.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Extent:
    """What a permission holds for that does not hold for everything.

    Attributes:
        stores: what these stock locations serve; None where no role speaks of stores.
        advisor: the members whom this person looks after, and what is theirs; None
            where no role speaks of them.
    """

    stores: frozenset[UUID] | None = None
    advisor: UUID | None = None


class Limited(Protocol):
    """Somebody whose permissions may hold for a part only."""

    def may(self, permission: str) -> bool:
        """Tell whether the person may do what a permission names."""

    def extent_of(self, permission: str) -> Extent | None:
        """Return what a permission holds for; None for everything."""


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


def extent_of(permission: str) -> Extent | None:
    """Return what a permission holds for, for whoever acts; None for everything."""
    person = _person.get()
    return None if person is None else person.extent_of(permission)


def stores_for(permission: str) -> frozenset[UUID] | None:
    """Return the stores for which a permission holds for whoever acts; None for all."""
    extent = extent_of(permission)
    return None if extent is None else extent.stores or frozenset()


def advisor_for(permission: str) -> UUID | None:
    """Return whose own members alone a permission holds for; None for all members.

    A role for certain stores says nothing of members: it holds for all of them.
    """
    extent = extent_of(permission)
    return extent.advisor if extent is not None and extent.stores is None else None


def may_act(permission: str) -> bool:
    """Tell whether whoever acts may do what a permission names; anybody who is no staff may."""
    person = _person.get()
    return person is None or person.may(permission)
