"""What members tell the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class MemberRegistered(Event):
    """An account was opened.

    Attributes:
        by_staff: by the shop, for somebody who did not ask for it: nobody is greeted.
    """

    name: ClassVar[str] = "members.registered"

    member_id: UUID
    by_staff: bool = False


@register_event
@dataclass(frozen=True, slots=True)
class MembersMerged(Event):
    """One account took another over."""

    name: ClassVar[str] = "members.merged"

    kept_id: UUID
    absorbed_id: UUID


@register_event
@dataclass(frozen=True, slots=True)
class MemberAnonymised(Event):
    """An account was closed for good and its personal data erased."""

    name: ClassVar[str] = "members.anonymised"

    member_id: UUID


@register_event
@dataclass(frozen=True, slots=True)
class MemberTagged(Event):
    """Staff changed a member's tags."""

    name: ClassVar[str] = "members.tagged"

    member_id: UUID


def aggregate_of(member_id: UUID) -> str:
    """Return what the order of a member's events belongs to."""
    return f"member:{member_id}"
