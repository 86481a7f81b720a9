"""What the kernel's kinds of messages say alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from kernel.common.money import Money
from kernel.notifications.choices import MessageChannel
from kernel.notifications.kinds import Variable

INBOX: Final = (MessageChannel.INBOX,)
CASE: Final[Mapping[str, Variable]] = {
    "number": Variable(label=_("Number of the after-sales case"), sample="AS2607010001"),
    "what": Variable(label=_("What happened"), sample="Approved"),
}
NAME: Final = Variable(label=_("Name of the buyer"), sample="林晓")
ORDER: Final[Mapping[str, Variable]] = {
    "name": NAME,
    "number": Variable(label=_("Number of the order"), sample="2607010000012"),
    "total": Variable(label=_("What the order costs"), sample="CNY 128.00"),
}


def amount_text(minor: int, currency: str) -> str:
    """Return an amount as messages say it."""
    return f"{currency} {Money(minor, currency).decimal()}"
