"""What carts do when something happened to members; run by workers after the commit."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from kernel.cart.services.members import forget_member, join_members
from kernel.common.outbox.events import Envelope, subscribe
from kernel.common.time import utc_now


class Anonymised(Protocol):
    """``members.anonymised``: an account was closed for good."""

    member_id: UUID


class Merged(Protocol):
    """``members.merged``: one account took another over."""

    kept_id: UUID
    absorbed_id: UUID


def on_anonymised(event: Anonymised, envelope: Envelope) -> None:
    """Erase what the member had written into carts."""
    forget_member(event.member_id)


def on_merged(event: Merged, envelope: Envelope) -> None:
    """Put the absorbed member's cart into the other's."""
    join_members(kept_id=event.kept_id, absorbed_id=event.absorbed_id, now=utc_now())


def connect() -> None:
    """Subscribe the handlers."""
    subscribe("members.anonymised", "cart.forget_member", on_anonymised)
    subscribe("members.merged", "cart.join_members", on_merged)
