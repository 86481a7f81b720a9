"""What the pricing centre tells others; prices of products are told by the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class PriceListChanged(Event):
    """A price list was made or changed, or its prices are others now."""

    name: ClassVar[str] = "pricing.price_list_changed"

    price_list_id: UUID
    change: str
