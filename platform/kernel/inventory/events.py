"""What stock tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@dataclass(frozen=True, slots=True)
class LowItem:
    """A stock item that has little left.

    Attributes:
        left: what is left for further orders; negative when more is promised than there is.
    """

    variant_id: UUID
    location_id: UUID
    left: int


@register_event
@dataclass(frozen=True, slots=True)
class StockTurned(Event):
    """At some location there is something left of variants and was nothing, or the reverse."""

    name: ClassVar[str] = "inventory.stock_turned"

    variant_ids: tuple[UUID, ...]


@register_event
@dataclass(frozen=True, slots=True)
class StockRanLow(Event):
    """Stock fell to the mark at which staff want to be told; once until it is filled up."""

    name: ClassVar[str] = "inventory.stock_ran_low"

    items: tuple[LowItem, ...]
