"""What webhooks tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class EndpointStopped(Event):
    """An endpoint failed for so long that nothing is sent to it any more; staff have to look."""

    name: ClassVar[str] = "webhooks.endpoint_stopped"

    endpoint_id: UUID
    title: str
    url: str
    failure: str
