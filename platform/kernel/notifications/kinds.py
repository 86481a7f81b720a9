"""The kinds of messages: what each is about, whom it is for, which words it brings along.

Packages and modules `offer` theirs while apps are loaded. What a kind needs to know it
asks for when its event is handed over, once for all who are told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.utils.functional import Promise

from kernel.common.outbox.events import Envelope, Event, subscribe
from kernel.notifications.choices import Audience, MessageChannel, Topic


@dataclass(frozen=True, slots=True)
class Telling:
    """What somebody is told.

    Attributes:
        values: of the kind's variables; what is translated late is so for each recipient.
        member_id: who, where he has an account.
        email, phone: of a buyer without one.
        link: path of the page it is about.
        at: when it happened, where that may be long past: old news are told to nobody.
    """

    values: Mapping[str, str | Promise]
    member_id: UUID | None = None
    email: str = ""
    phone: str = ""
    link: str = ""
    at: datetime | None = None


# The event is of the offerer's own class, which a shared registry cannot express.
Tells: TypeAlias = Callable[[Any], Sequence[Telling]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """Something that templates may say.

    Attributes:
        label: what it is, for people.
        sample: what previews say.
    """

    label: str | Promise
    sample: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of message.

    Attributes:
        code: ``thing.what_happened``, with ``staff.`` in front for staff.
        source: name of the event of the outbox behind it.
        tells: from that event to what is told to whom; nobody for an event that is not
            concerned.
        subject, body: the words, with ``{{ variables }}``; ``printed`` instead of the body
            for printers, where it is given.
        channels: by which it is sent while nothing else was chosen.
        permission: staff who may do this are told.
        is_urgent: sent in quiet hours too.
        module: code of the module that it belongs to; None for the kernel.
    """

    code: str
    source: str
    title: str | Promise
    audience: Audience
    tells: Tells
    subject: str | Promise
    body: str | Promise
    printed: str | Promise = ""
    variables: Mapping[str, Variable] = field(default_factory=dict)
    topic: Topic = Topic.ORDERS
    channels: tuple[MessageChannel, ...] = (MessageChannel.INBOX, MessageChannel.EMAIL)
    permission: str = ""
    is_urgent: bool = False
    module: str | None = None

    @property
    def possible(self) -> tuple[MessageChannel, ...]:
        """By which channels it can be sent: text messages are for buyers, printers for staff."""
        last = MessageChannel.SMS if self.audience == Audience.MEMBER else MessageChannel.PRINTER
        return (MessageChannel.INBOX, MessageChannel.EMAIL, last)


_kinds: dict[str, Kind] = {}


def offer(kind: Kind) -> None:
    """Add a kind of message, sent from now on.

    Raises:
        ValueError: another one has its code.
    """
    from kernel.notifications.services.composing import compose

    if _kinds.setdefault(kind.code, kind) is not kind:
        raise ValueError(f"two kinds of messages are called {kind.code}")

    def handle(event: Event, envelope: Envelope) -> None:
        compose(kind, event, envelope)

    subscribe(kind.source, f"notifications.{kind.code}", handle, module=kind.module)


def all_kinds() -> list[Kind]:
    """Return every kind, in the order in which they were offered."""
    return list(_kinds.values())


def kind_of(code: str) -> Kind | None:
    """Return the kind of a code."""
    return _kinds.get(code)
