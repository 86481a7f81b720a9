"""What happens to quotas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class QuotaUsed(Event):
    """Much of what the plan allows was used, or all of it.

    Attributes:
        percent: 80 or 100.
    """

    name: ClassVar[str] = "quotas.reached"

    meter: str
    percent: int
    used: int
    limit: int
