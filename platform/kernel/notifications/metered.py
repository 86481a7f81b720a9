"""Text messages as plans count them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.notifications.choices import MessageChannel, MessageState
from kernel.notifications.models import Message
from kernel.quotas.meters import Meter

SMS: Final = "sms"


def _counted(start: datetime | None, end: datetime | None) -> int:
    rows = Message.objects.filter(
        channel=MessageChannel.SMS, state__in=[MessageState.WAITING, MessageState.SENT]
    )
    return rows.filter(created_at__gte=start, created_at__lt=end).count()


METER: Final = Meter(
    code=SMS,
    label=_("Text messages of the month"),
    at_limit=_("No text messages go out; e-mail and messages in the shop do."),
    counted=_counted,
    begins_anew=True,
)
