"""An event for the tests, and a handler whose effect is a row in the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from kernel.audit.actor import SYSTEM
from kernel.audit.models import AuditEntry
from kernel.audit.services import record
from kernel.common.outbox.events import Envelope, Event, Subscription, register_event


@register_event
@dataclass(frozen=True, slots=True)
class Probed(Event):
    """The number ``number`` was published for an aggregate."""

    name: ClassVar[str] = "probe.probed"
    number: int


def write_down(event: Probed, envelope: Envelope) -> None:
    """Leave one row for the event."""
    record(
        action="probe.seen",
        actor=SYSTEM,
        obj=("probe", envelope.aggregate),
        after={"number": event.number},
    )


WRITE_DOWN = Subscription(Probed.name, "probe.write_down", write_down)


def seen(aggregate: str) -> list[int]:
    """Return the numbers that the handler wrote down, in order."""
    rows = AuditEntry.objects.filter(
        action="probe.seen", object_type="probe", object_id=aggregate
    ).order_by("sequence")
    return [int(number) for number in rows.values_list("after__number", flat=True)]
