"""Sends what waits, by mail server and gateway; an outage delays and loses nothing.

An attempt is a claim, which is committed, then the hand-over outside of any transaction,
then its outcome. Whoever dies in between leaves a lease that ends.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min, Q
from django.db.models.functions import Coalesce, Greatest

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.time import utc_now
from kernel.common.turns import doubled, take_turns
from kernel.members.errors import MessageNotSent, SmsUnavailable
from kernel.notifications.channels import hand_over
from kernel.notifications.choices import MessageState, Skipped
from kernel.notifications.errors import NotAgain, UnknownMessage
from kernel.notifications.models import Message
from kernel.notifications.services.composing import SENDING, have_sent
from kernel.tenancy.schedules import ask

MOST_ATTEMPTS: Final = 12
_FIRST_DELAY: Final = timedelta(seconds=30)
_LONGEST_DELAY: Final = timedelta(hours=3)
_LEASE: Final = timedelta(minutes=2)
_KEPT: Final = timedelta(days=180)


def send_due(
    *, clock: Callable[[], datetime] = utc_now, most: int = 200, seconds: float = 120
) -> int:
    """Send the current tenant's due messages; return how many were tried.

    Fewer than ``most``, within ``seconds``, means that nothing was due any more. Safe to
    run any number of times at once.
    """
    return take_turns(
        lambda: _claim(clock()), lambda row: _attempt(row, clock), most=most, seconds=seconds
    )


def keep_sending(*, now: datetime) -> None:
    """Send what is due, forget what is old, and ask for the next time; what a schedule calls."""
    send_due()
    Message.objects.filter(created_at__lt=now - _KEPT).exclude(state=MessageState.WAITING).delete()
    ask_again()


def ask_again() -> None:
    """Have the clock send what waits, when the first of it is due."""
    waiting = Message.objects.filter(state=MessageState.WAITING)
    due = Greatest("next_at", Coalesce("leased_until", "next_at"))
    with transaction.atomic():
        ask(SENDING, waiting.aggregate(at=Min(due))["at"])


def delay_after(attempts: int) -> timedelta:
    """Return how long a message waits after so many failed attempts."""
    return doubled(attempts, first=_FIRST_DELAY, longest=_LONGEST_DELAY)


@transaction.atomic
def send_again(message_id: UUID, *, actor: Actor, now: datetime) -> Message:
    """Try a message again that was given up.

    Raises:
        UnknownMessage: there is none.
        NotAgain: it was not given up.
    """
    row = Message.objects.select_for_update().filter(pk=message_id).first()
    if row is None:
        raise UnknownMessage
    if row.state != MessageState.FAILED:
        raise NotAgain
    row.state, row.attempts, row.next_at, row.reason = MessageState.WAITING, 0, now, ""
    row.save(update_fields=["state", "attempts", "next_at", "reason"])
    record(action="notifications.sent_again", actor=actor, obj=row, after={"kind": row.kind})
    have_sent(now)
    return row


@transaction.atomic
def _claim(now: datetime) -> Message | None:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    due = Message.objects.filter(free, state=MessageState.WAITING, next_at__lte=now)
    row = due.order_by("next_at", "id").select_for_update(skip_locked=True).first()
    if row is None:
        return None
    row.attempts += 1
    row.leased_until = now + _LEASE
    row.save(update_fields=["attempts", "leased_until"])
    return row


def _attempt(row: Message, clock: Callable[[], datetime]) -> None:
    mine = Message.objects.filter(pk=row.pk, attempts=row.attempts, state=MessageState.WAITING)
    try:
        hand_over(row)
    except SmsUnavailable:
        mine.update(state=MessageState.SKIPPED, reason=Skipped.NO_PROVIDER, leased_until=None)
    except MessageNotSent as error:
        why = type(error.__cause__ or error).__name__[:200]
        if row.attempts >= MOST_ATTEMPTS:
            mine.update(state=MessageState.FAILED, reason=why, leased_until=None)
        else:
            later = clock() + delay_after(row.attempts)
            mine.update(next_at=later, reason=why, leased_until=None)
    else:
        mine.update(state=MessageState.SENT, sent_at=clock(), reason="", leased_until=None)
