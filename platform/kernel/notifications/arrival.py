"""Messages of a shop that was copied: what waited is sent by the original alone."""

from __future__ import annotations

from datetime import datetime

from kernel.notifications.choices import MessageState, Skipped
from kernel.notifications.models import Message, Printer


def hold_back(_now: datetime) -> None:
    """Send nobody what the original still sends."""
    waiting = Message.objects.filter(state=MessageState.WAITING)
    Printer.objects.update(is_on=False)
    waiting.update(state=MessageState.SKIPPED, reason=Skipped.COPIED, leased_until=None)
