"""What callers hand to the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID, uuid5

from kernel.ledger.choices import OwnerKind, State

# The purposes of system accounts are names; their ids follow from the names, in
# every tenant and installation alike.
_PURPOSES: Final = UUID("5d1c6a0e-3f0b-5b7a-9d53-0f6f2f1a7c11")
NOBODY: Final = UUID(int=0)
"""Stands in accounts for the id of an owner that is the only one of its kind."""

FROZEN: Final = "hold.frozen"
"""Kind of the journals that put units on hold."""

_SOMEBODY: Final = frozenset({OwnerKind.MEMBER.value, OwnerKind.SELLER.value})
MAY_OWE: Final = frozenset(
    {OwnerKind.TENANT.value, OwnerKind.GATEWAY.value, OwnerKind.SYSTEM.value}
)

Reference: TypeAlias = tuple[str, UUID]
"""Type and id of what a journal was made for, ``("order", id)``."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose accounts.

    Accounts of the tenant, of gateways and of the system may go below zero; those
    of members and sellers may not.

    Attributes:
        kind: ``member``, ``seller``, ``tenant``, ``gateway`` or ``system``.
        id: the member's, the seller's, the payment binding's; None for the tenant.
    """

    kind: str
    id: UUID | None = None

    def __post_init__(self) -> None:
        """Refuse somebody without an id: all of them would share one account."""
        if self.id is None and self.kind in _SOMEBODY:
            raise ValueError(f"a {self.kind} has an id")
        if self.kind not in _SOMEBODY and self.kind not in MAY_OWE:
            raise ValueError(f"no kind of owner: {self.kind!r}")

    @property
    def stored_id(self) -> UUID:
        """The id as accounts keep it."""
        return self.id or NOBODY

    @property
    def may_owe(self) -> bool:
        """Whether the owner's accounts may go below zero."""
        return self.kind in MAY_OWE


TENANT: Final = Owner(OwnerKind.TENANT.value)


def system(purpose: str) -> Owner:
    """Return the system account of a purpose, for example ``points.expired``."""
    return Owner(OwnerKind.SYSTEM.value, purpose_id(purpose))


def purpose_id(purpose: str) -> UUID:
    """Return the owner id that stands for a purpose."""
    return uuid5(_PURPOSES, purpose)


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of a journal.

    Attributes:
        minor: units at the scale of the asset; negative for what goes out. A leg
            of zero is left out.
        undoes: a journal that this leg takes back, in whole or in part. What comes
            in returns to the batches that it was taken from, with their
            expiry; what goes out is taken from the batches that it made.
        expires_at: when what comes in expires, for an asset that expires; the
            asset's own rule without it.
    """

    owner: Owner
    asset: str
    minor: int
    state: str = State.AVAILABLE.value
    undoes: UUID | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A journal to be posted; see `kernel.ledger.services.post`."""

    key: str
    kind: str
    legs: Sequence[Leg]
    occurred_at: datetime | None = None
    reference: Reference | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    reverses: UUID | None = None
