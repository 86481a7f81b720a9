"""What levels and segments hear of others, after their commits; run by workers."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kernel.common.outbox.events import Envelope
from kernel.common.time import utc_now
from kernel.levels.events import LevelChanged, MemberGrew
from kernel.levels.models import Level
from kernel.levels.policy import current_policy
from kernel.levels.services.growth import settle_order
from kernel.levels.services.points import settle_points
from kernel.levels.services.reviewing import review
from kernel.levels.services.segments import place_member
from kernel.members.events import MemberRegistered, MembersMerged, MemberTagged
from kernel.orders.events import OrderFact
from kernel.relations.events import SponsorChanged


def on_order(event: OrderFact, envelope: Envelope) -> None:
    """Book growth and points of an order that was paid, received, cancelled or paid back.

    In a shop without levels no growth is booked; its first level finds what was earned.
    Points are multiplied by the level that the member had before the order counts for it.
    """
    if event.member_id is None:
        return
    member_id: UUID | None = event.member_id
    policy = current_policy()
    settle_points(event.order_id, policy, now=utc_now())
    if Level.objects.exists():
        member_id = settle_order(event.order_id, policy, now=utc_now())
    look_at([member_id or event.member_id])


def on_registered(event: MemberRegistered, envelope: Envelope) -> None:
    """Look at a new member."""
    look_at([event.member_id])


def on_merged(event: MembersMerged, envelope: Envelope) -> None:
    """Look at an account that took another over."""
    look_at([event.kept_id])


def on_grown(event: MemberGrew, envelope: Envelope) -> None:
    """Look at a member who got growth."""
    look_at([event.member_id])


def on_tagged(event: MemberTagged, envelope: Envelope) -> None:
    """Put somebody whose tags changed into the segments that ask for them."""
    place_member(event.member_id, now=utc_now())


def on_sponsor_changed(event: SponsorChanged, envelope: Envelope) -> None:
    """Look at those who invited somebody, or did before."""
    look_at(key for key in (event.sponsor_id, event.previous_id) if key is not None)


def on_level_changed(event: LevelChanged, envelope: Envelope) -> None:
    """Put somebody whose level changed into the segments that ask for levels."""
    place_member(event.member_id, now=utc_now())


def look_at(member_ids: Iterable[UUID]) -> None:
    """Decide which levels and segments members of whom something changed belong to."""
    now = utc_now()
    for key in sorted(set(member_ids)):
        if not review([key], now=now):
            # A new level tells so by itself.
            place_member(key, now=now)
