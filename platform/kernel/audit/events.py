"""What the audit log tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class LogBroken(Event):
    """The log is not as it was written.

    Attributes:
        sequence: of the first entry that is wrong.
    """

    name: ClassVar[str] = "audit.log_broken"

    sequence: int
