"""Keeps messages in the tenant's own mailbox instead of sending them: for demos.

Whoever may read the table can read the codes, so no installation that real
people use may be set to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from typing_extensions import override

from kernel.members.choices import Channel
from kernel.members.messages.sms import Sms
from kernel.members.models import MailboxMessage

KEPT: Final = timedelta(days=7)


class MailboxSms:
    """A gateway that puts text messages into the mailbox."""

    def send(self, message: Sms) -> None:
        """Keep the message."""
        MailboxMessage.objects.create(channel=Channel.SMS, recipient=message.to, body=message.text)


class MailboxEmail(BaseEmailBackend):
    """An e-mail backend of Django that puts letters into the mailbox."""

    @override
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the letters; return how many."""
        rows = [
            MailboxMessage(
                channel=Channel.EMAIL,
                recipient=recipient,
                subject=str(letter.subject)[:200],
                body=str(letter.body),
            )
            for letter in email_messages
            for recipient in letter.recipients()
        ]
        MailboxMessage.objects.bulk_create(rows)
        return len(email_messages)


def purge_mailbox(*, now: datetime) -> int:
    """Delete what is older than a week; return how many."""
    return MailboxMessage.objects.filter(created_at__lt=now - KEPT).delete()[0]
