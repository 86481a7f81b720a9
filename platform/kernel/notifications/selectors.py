"""Reads of messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from kernel.access.scopes import extent_of
from kernel.notifications.choices import MessageChannel, Topic
from kernel.notifications.models import MemberChoice, Message, MessageTemplate

MOST_COUNTED: Final = 99
CHOSEN: Final[Sequence[str]] = tuple(
    f"{topic.value}:{channel.value}"
    for topic in Topic
    for channel in (MessageChannel.EMAIL, MessageChannel.SMS)
)
"""What members can decline; what is in the shop is there in any case."""


def inbox_of_member(member_id: UUID) -> QuerySet[Message]:
    """Return what a member finds in the shop, the newest first."""
    rows = Message.objects.filter(member=member_id, channel=MessageChannel.INBOX)
    return rows.order_by("-id")


def inbox_of_staff(staff_id: UUID) -> QuerySet[Message]:
    """Return what somebody of the staff finds in the console, the newest first."""
    rows = Message.objects.filter(staff=staff_id, channel=MessageChannel.INBOX)
    return rows.order_by("-id")


def unread(rows: QuerySet[Message]) -> int:
    """Return how many of these were not read, at most a hundred; one query."""
    return len(rows.filter(read_at=None).values_list("pk")[: MOST_COUNTED + 1])


def choice_of(member_id: UUID) -> MemberChoice:
    """Return what a member chose, or what holds while he chose nothing."""
    return MemberChoice.objects.filter(pk=member_id).first() or MemberChoice(member_id=member_id)


def own_templates() -> set[tuple[str, str, str]]:
    """Return for what the tenant has words of its own: kind, channel, language."""
    return set(MessageTemplate.objects.values_list("kind", "channel", "language"))


def sent_messages(
    *, kind: str = "", channel: str = "", state: str = "", text: str = ""
) -> QuerySet[Message]:
    """Return messages, the newest first.

    Args:
        kind: code of a kind; empty for any.
        channel: a value of `MessageChannel`; empty for any.
        state: a value of `MessageState`; empty for any.
        text: part of the subject or the body, or the whole address.
    """
    rows = Message.objects.select_related("member", "staff").order_by("-id")
    extent = extent_of("notifications.view")
    if extent is not None:
        # Whoever sees a part of the members alone sees what these were told.
        rows = rows.filter(member__advisor=extent.advisor) if extent.advisor else rows.none()
    for name, value in (("kind", kind), ("channel", channel), ("state", state)):
        rows = rows.filter(**{name: value}) if value else rows
    if text:
        found = Q(subject__icontains=text) | Q(body__icontains=text)
        rows = rows.filter(found | Q(recipient=text.strip().lower()))
    return rows
