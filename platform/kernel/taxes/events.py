"""What taxes tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class TaxesChanged(Event):
    """What the shop taxes, and how, is another now."""

    name: ClassVar[str] = "taxes.changed"

    what: str


@register_event
@dataclass(frozen=True, slots=True)
class ExemptionDecided(Event):
    """Somebody pays no tax from now on, or does again; see `ExemptionState`."""

    name: ClassVar[str] = "taxes.exemption_decided"

    exemption_id: UUID
    member_id: UUID
    state: str
