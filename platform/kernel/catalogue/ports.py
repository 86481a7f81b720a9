"""What the catalogue asks of the centres that stand above it: pricing and shipping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.common.money import Money


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """What one piece costs somebody, as pages show it.

    Attributes:
        compare_at: shown struck through; None unless it is above `unit`.
        lowest_recent: the lowest price that everybody was offered in the last 30 days.
    """

    unit: Money
    compare_at: Money | None
    lowest_recent: Money | None = None


@dataclass(frozen=True, slots=True)
class SetPrice:
    """A base price to be set; None takes it away."""

    variant_id: UUID
    price: Money | None
    compare_at: Money | None = None


class Prices(Protocol):
    """The pricing centre as the catalogue's edges see it."""

    def shown(
        self,
        variant_ids: Iterable[UUID],
        *,
        member_id: UUID | None,
        now: datetime,
        with_history: bool = False,
    ) -> Mapping[UUID, ShownPrice]:
        """Return what variants cost a member, or a stranger, in the shop's currency."""
        ...

    def base(self, variant_ids: Iterable[UUID]) -> Mapping[UUID, ShownPrice]:
        """Return the base prices of variants in the shop's currency."""
        ...

    def save(self, prices: Sequence[SetPrice], *, actor: Actor, now: datetime) -> None:
        """Set base prices in the shop's currency, inside the caller's transaction."""
        ...


class _Unpriced:
    def shown(
        self,
        variant_ids: Iterable[UUID],
        *,
        member_id: UUID | None,
        now: datetime,
        with_history: bool = False,
    ) -> Mapping[UUID, ShownPrice]:
        return {}

    def base(self, variant_ids: Iterable[UUID]) -> Mapping[UUID, ShownPrice]:
        return {}

    def save(self, prices: Sequence[SetPrice], *, actor: Actor, now: datetime) -> None:
        return None


_prices: list[Prices] = [_Unpriced()]


def set_prices(prices: Prices) -> None:
    """Say who knows prices; done once, while applications are loaded."""
    _prices[:] = [prices]


def prices() -> Prices:
    """Return who knows prices; without a pricing centre nothing has one."""
    return _prices[0]


_freight: list[Callable[[], Mapping[str, str]]] = [dict]


def set_freight(names: Callable[[], Mapping[str, str]]) -> None:
    """Say who knows the freight templates; done once, while applications are loaded."""
    _freight[:] = [names]


def freight_templates() -> Mapping[str, str]:
    """Return the names of the freight templates that a product may name, by their codes."""
    return _freight[0]()
