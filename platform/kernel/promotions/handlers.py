"""What promotions hear of members and orders, after their commit."""

from __future__ import annotations

from kernel.common.outbox.events import Envelope
from kernel.members.events import MemberRegistered
from kernel.orders.events import OrderCancelled, OrderPaid, OrderRefunded
from kernel.promotions.book import current_book
from kernel.promotions.services.taking import reward, take_back, welcome


def on_registered(event: MemberRegistered, envelope: Envelope) -> None:
    """Give a new member what every new member gets; not those whom the shop brought along."""
    if event.by_staff:
        return
    welcome(event.member_id, now=envelope.created_at)


def on_paid(event: OrderPaid, envelope: Envelope) -> None:
    """Give a member what a purchase brings."""
    if event.member_id is not None and current_book().is_used:
        reward(event.group_id, now=envelope.created_at)


def on_undone(event: OrderCancelled | OrderRefunded, envelope: Envelope) -> None:
    """Withdraw what a purchase had brought that is no more."""
    if event.member_id is not None and current_book().is_used:
        take_back(event.group_id)
