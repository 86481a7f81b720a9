"""The events that endpoints can be told of: what each is called outside, and what it says.

Whatever has an event of its own to tell `offer`s it, while apps are loaded. A name is
for ever; a member of what is said is not taken away, and not given another meaning.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from django.utils.functional import Promise

from kernel.common.outbox.events import Envelope, Event, subscribe
from kernel.webhooks.shapes import MOMENT, Schema, members

# The event is of the offerer's own class, which a shared registry cannot express.
Says: TypeAlias = Callable[[Any], Mapping[str, Any] | None]

ALL_EVENTS: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEvent:
    """An event as the world knows it.

    Attributes:
        code: ``thing.what_happened``.
        source: name of the event of the outbox behind it.
        title: what happened, for people.
        says: from the outbox's event to ``data``; None when the world is not concerned.
            It asks no database: what it says is what the event knew when it happened.
        schema: JSON Schema of ``data``.
        sample: of ``data``; test deliveries send it.
        module: code of the module that tells it; None for the kernel.
    """

    code: str
    source: str
    title: str | Promise
    says: Says
    schema: Schema
    sample: Mapping[str, Any]
    module: str | None = None


_offered: dict[str, PublicEvent] = {}


def offer(event: PublicEvent) -> None:
    """Add an event to the catalogue, and tell of it from now on.

    Raises:
        ValueError: another one has its code.
    """
    from kernel.webhooks.services.recording import note

    if _offered.setdefault(event.code, event) is not event:
        raise ValueError(f"two events are called {event.code}")

    def handle(told: Event, envelope: Envelope) -> None:
        note(event, told, envelope)

    subscribe(event.source, f"webhooks.{event.code}", handle, module=event.module)


def offered() -> list[PublicEvent]:
    """Return all events, by code."""
    return [_offered[code] for code in sorted(_offered)]


def offered_event(code: str) -> PublicEvent | None:
    """Return the event of a code."""
    return _offered.get(code)


def body_of(code: str, data: Mapping[str, Any], *, at: datetime) -> str:
    """Return what is sent: the type, the moment at which it happened, and what it says."""
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {"type": code, "timestamp": moment, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def schema_of(event: PublicEvent) -> Schema:
    """Return the JSON Schema of the whole body."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event.code,
        **members(type={"const": event.code}, timestamp=MOMENT, data=event.schema),
    }
