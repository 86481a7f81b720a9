"""What people do with their messages: read them, and choose which they want."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from kernel.members.selectors import standing_account
from kernel.notifications.addresses import read_unsubscribe
from kernel.notifications.choices import MessageChannel, Topic
from kernel.notifications.errors import InvalidChoice, LinkRefused, UnknownMessage
from kernel.notifications.models import MemberChoice, Message
from kernel.notifications.selectors import CHOSEN, inbox_of_member, inbox_of_staff


def read_by_member(message_id: UUID, *, member_id: UUID, now: datetime) -> Message:
    """Note that a member has read a message.

    Raises:
        UnknownMessage: it is not his.
    """
    row = inbox_of_member(member_id).filter(pk=message_id).first()
    return _read(row, now)


def read_all_by_member(member_id: UUID, *, now: datetime) -> int:
    """Note that a member has read everything; return how much was new."""
    return inbox_of_member(member_id).filter(read_at=None).update(read_at=now)


def read_by_staff(message_id: UUID, *, staff_id: UUID, now: datetime) -> Message:
    """Note that somebody of the staff has read a message.

    Raises:
        UnknownMessage: it is not his.
    """
    return _read(inbox_of_staff(staff_id).filter(pk=message_id).first(), now)


def read_all_by_staff(staff_id: UUID, *, now: datetime) -> int:
    """Note that somebody of the staff has read everything; return how much was new."""
    return inbox_of_staff(staff_id).filter(read_at=None).update(read_at=now)


@transaction.atomic
def choose(member_id: UUID, *, language: str, unwanted: Collection[str]) -> MemberChoice:
    """Say in which language one is written to, and what one does not want.

    Raises:
        InvalidChoice: there is no such language, or nothing of the kind to decline.
    """
    if language and language not in dict(settings.LANGUAGES):
        raise InvalidChoice(field="language")
    if not set(unwanted) <= set(CHOSEN):
        raise InvalidChoice(field="unwanted")
    row = _choice(member_id)
    row.language, row.unwanted = language, sorted(set(unwanted))
    row.save(update_fields=["language", "unwanted"])
    return row


@transaction.atomic
def unsubscribe(token: str) -> tuple[Topic, MessageChannel]:
    """Decline what a link in a letter is about; again changes nothing.

    Raises:
        LinkRefused: the link is forged, or of another shop.
    """
    member_id, topic, channel = read_unsubscribe(token)
    standing = standing_account(member_id)
    if standing is None:
        raise LinkRefused
    row = _choice(standing.pk)
    row.unwanted = sorted({*row.unwanted, f"{topic}:{channel}"})
    row.save(update_fields=["unwanted"])
    return topic, channel


def _choice(member_id: UUID) -> MemberChoice:
    MemberChoice.objects.bulk_create([MemberChoice(member_id=member_id)], ignore_conflicts=True)
    return MemberChoice.objects.select_for_update().get(pk=member_id)


def _read(row: Message | None, now: datetime) -> Message:
    if row is None:
        raise UnknownMessage
    if row.read_at is None:
        Message.objects.filter(pk=row.pk, read_at=None).update(read_at=now)
        row.read_at = now
    return row
