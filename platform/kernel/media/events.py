"""What the library tells its own workers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class AssetAdded(Event):
    """A picture is in storage as it came, and waits to be prepared."""

    name: ClassVar[str] = "media.asset_added"

    asset_id: UUID


@register_event
@dataclass(frozen=True, slots=True)
class MarkAsked(Event):
    """The watermark shall be drawn into a picture, or taken out of it."""

    name: ClassVar[str] = "media.mark_asked"

    asset_id: UUID
