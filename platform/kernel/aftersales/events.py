"""What after-sales cases tell others, after the commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


def aggregate_of(case_id: UUID) -> str:
    """Return the name under which a case's events keep their order."""
    return f"case:{case_id.hex}"


@register_event
@dataclass(frozen=True, slots=True)
class CaseChanged(Event):
    """Something happened to a case.

    Attributes:
        change: one of `EntryKind`.
        member_id: None for a buyer without an account.
        side: who did it: ``buyer``, ``shop``, ``platform`` or ``system``.
        amount_minor: what the buyer gets, in minor units of ``currency``.
    """

    name: ClassVar[str] = "aftersales.case_changed"

    case_id: UUID
    order_id: UUID
    number: str
    kind: str
    state: str
    change: str
    side: str
    member_id: UUID | None
    amount_minor: int
    currency: str


@register_event
@dataclass(frozen=True, slots=True)
class CasePictureAdded(Event):
    """A picture came as evidence, and waits to be made fit to be shown."""

    name: ClassVar[str] = "aftersales.picture_added"

    picture_id: UUID
