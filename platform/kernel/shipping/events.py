"""What shipping tells others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class ShippingChanged(Event):
    """A way to ship or a freight template was made, changed or deleted.

    Attributes:
        kind: ``method`` or ``template``.
    """

    name: ClassVar[str] = "shipping.changed"

    kind: str
    code: str
    change: str
