"""Printers of Feie (飞鹅), which many Chinese shops have on their counters.

Source: Feie open platform, "Open_printMsg": a form with ``user``, ``stime``, ``sig``
(SHA-1 of user, key and time), the printer's number, and the text with tags.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import httpx
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.common.time import utc_now
from kernel.members.errors import MessageNotSent
from kernel.notifications.errors import InvalidChoice
from kernel.notifications.printing.drivers import Driver, DriverField, Ticket

_TIMEOUT: Final = httpx.Timeout(8, connect=4)
_LONGEST: Final = 5_000


def print_ticket(values: Mapping[str, str], ticket: Ticket) -> None:
    """Hand a ticket over to the cloud of the maker.

    Raises:
        MessageNotSent: it was not taken.
    """
    now = str(int(utc_now().timestamp()))
    sign = values["user"] + values["key"] + now
    told = {
        "user": values["user"],
        "stime": now,
        "sig": hashlib.sha1(sign.encode(), usedforsecurity=False).hexdigest(),
        "apiname": "Open_printMsg",
        "sn": values["number"],
        "content": content_of(ticket),
        "times": str(ticket.copies),
    }
    try:
        with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
            answer = client.post(settings.STOA_FEIE_URL, data=told)
        code = answer.json().get("ret") if answer.status_code == HTTPStatus.OK else None
    except (httpx.HTTPError, ValueError, AttributeError) as error:
        raise MessageNotSent from error
    if code != 0:
        raise MessageNotSent


def content_of(ticket: Ticket) -> str:
    """Return a ticket with the maker's tags; what buyers wrote has none."""
    lines = [_plain(line) for line in ticket.text.splitlines()]
    return f"<CB>{_plain(ticket.title)}</CB><BR>{'<BR>'.join(lines)}<BR>"[:_LONGEST]


def _plain(text: str) -> str:
    return text.replace("<", "＜").replace(">", "＞")


def _check(values: Mapping[str, str]) -> None:
    for name in ("user", "number", "key"):
        text = values.get(name, "")
        if not text or not text.isprintable() or " " in text:
            raise InvalidChoice(_("Letters and digits are expected."), field=name)


FEIE: Final = Driver(
    code="feie",
    label=gettext_lazy("Feie cloud printer"),
    fields=(
        DriverField(name="user", label=gettext_lazy("Account (USER)")),
        DriverField(name="number", label=gettext_lazy("Number of the printer (SN)")),
        DriverField(name="key", label=gettext_lazy("Key (UKEY)"), is_secret=True),
    ),
    print=print_ticket,
    check=_check,
)
