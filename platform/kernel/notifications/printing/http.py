"""Any printer behind an address of the shop's choice: a program of its own prints.

It is posted ``{"title", "text", "copies"}``, signed as Standard Webhooks has it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.common.ids import public_id, uuid7
from kernel.common.outside import NotOutside, Unreachable, judged, post
from kernel.common.time import utc_now
from kernel.members.errors import MessageNotSent
from kernel.notifications.errors import InvalidChoice
from kernel.notifications.printing.drivers import Driver, DriverField, Ticket
from kernel.webhooks.signing import headers_for

_OK: Final = range(200, 300)
_SHORTEST: Final = 16


def print_ticket(values: Mapping[str, str], ticket: Ticket) -> None:
    """Post a ticket.

    Raises:
        MessageNotSent: nobody took it, or the address leads inside.
    """
    told = {"title": ticket.title, "text": ticket.text, "copies": ticket.copies}
    body = json.dumps(told, ensure_ascii=False).encode()
    message, moment = public_id("tkt", uuid7()), int(utc_now().timestamp())
    signed = headers_for(message, body, timestamp=moment, secrets=[_key(values["secret"])])
    headers = {"Content-Type": "application/json", **signed}
    try:
        answer = post(
            values["url"], body, headers=headers, inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS
        )
    except (NotOutside, Unreachable) as error:
        raise MessageNotSent from error
    if answer.status not in _OK:
        raise MessageNotSent


def _key(secret: str) -> str:
    """Return a secret as libraries of the standard take it."""
    return f"whsec_{base64.b64encode(secret.encode()).decode()}"


def _check(values: Mapping[str, str]) -> None:
    if len(values.get("secret", "")) < _SHORTEST:
        text = _("At least %(number)s characters are needed.") % {"number": _SHORTEST}
        raise InvalidChoice(text, field="secret")
    try:
        judged(values.get("url", ""), inner_hosts=settings.STOA_WEBHOOK_INNER_HOSTS)
    except NotOutside:
        text = _("An https:// address in the open internet is needed.")
        raise InvalidChoice(text, field="url") from None
    except Unreachable:
        # A name that is not known yet may be tomorrow; it is judged again at each ticket.
        pass


HTTP: Final = Driver(
    code="http",
    label=gettext_lazy("A program at an address"),
    fields=(
        DriverField(name="url", label=gettext_lazy("Address")),
        DriverField(name="secret", label=gettext_lazy("Secret for signatures"), is_secret=True),
    ),
    print=print_ticket,
    check=_check,
)
