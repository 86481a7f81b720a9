"""The money of a move, as the place that another package fills.

What is left of prepaid time goes back to those who paid it, and is charged anew to those
who take over. Where nobody fills the place, a move costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias
from uuid import UUID

from kernel.common.money import Money


@dataclass(frozen=True, slots=True)
class Parties:
    """Between whom a tenant moves; None stands for the operator."""

    tenant_id: UUID
    giving_id: UUID | None
    receiving_id: UUID | None


Side: TypeAlias = Literal["giving", "receiving", "shop"]


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """One amount that a move would credit or charge one of the sides.

    What another side gets or pays tells what it buys for: each is shown its own alone.

    Attributes:
        label: what for, in the reader's language.
        credited: the side gets it; otherwise it pays it.
    """

    label: str
    amount: Money
    credited: bool
    side: Side


class MoneyLegs(Protocol):
    """Settles what a move costs; each call is in the caller's transaction.

    ``key`` is the same for all calls of a move: calling twice does once.
    """

    def preview(self, parties: Parties, *, now: datetime) -> Sequence[MoneyLine]:
        """Return what `settle` would do now, to all sides."""

    def settle(self, key: UUID, parties: Parties, *, now: datetime) -> Mapping[str, Any]:
        """Credit the old chain and charge the new one; return what it takes to undo it.

        Raises:
            DomainError: it cannot be paid.
        """

    def take_back(self, key: UUID, done: Mapping[str, Any], *, now: datetime) -> None:
        """Undo what `settle` did; again changes nothing."""


class NothingCharged:
    """A move that costs nothing."""

    def preview(self, parties: Parties, *, now: datetime) -> Sequence[MoneyLine]:
        """Return no amounts."""
        return ()

    def settle(self, key: UUID, parties: Parties, *, now: datetime) -> Mapping[str, Any]:
        """Charge nothing."""
        return {}

    def take_back(self, key: UUID, done: Mapping[str, Any], *, now: datetime) -> None:
        """Leave all as it is."""


_NOTHING: MoneyLegs = NothingCharged()
_legs: MoneyLegs = _NOTHING


def set_money_legs(legs: MoneyLegs | None) -> None:
    """Plug in who settles; called at start. None makes moves cost nothing."""
    global _legs  # noqa: PLW0603  the port is a process-wide plug
    _legs = legs if legs is not None else _NOTHING


def money_legs() -> MoneyLegs:
    """Return who settles."""
    return _legs


def of_side(lines: Sequence[MoneyLine], side: Side) -> list[MoneyLine]:
    """Return what one side gets and pays."""
    return [each for each in lines if each.side == side]


def told(lines: Sequence[MoneyLine]) -> list[list[object]]:
    """Return amounts as they are kept with a move, and compared."""
    return [[x.label, x.amount.minor, x.amount.currency, x.credited] for x in lines]
