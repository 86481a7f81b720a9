"""Typed events and who listens to them.

An event is a frozen dataclass with a public name in the past tense::

    @dataclass(frozen=True, slots=True)
    class CheckedIn(Event):
        name: ClassVar[str] = "check_in.checked_in"
        version: ClassVar[int] = 1
        member_id: UUID
        day: date
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeAlias, TypeVar
from uuid import UUID

from kernel.common.outbox.codec import Json, decode_dataclass, encode
from kernel.common.outbox.errors import PayloadMismatch, UnknownEvent


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events.

    Attributes:
        name: ``area.fact``; public and permanent.
        version: grows when the meaning of stored payloads changes; `upgrade`
            then reads the old ones. A new field with a default needs no version.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1

    @classmethod
    def upgrade(cls, payload: dict[str, Json], *, version: int) -> dict[str, Json]:
        """Turn the payload of an older version into the current one.

        Raises:
            PayloadMismatch: the version is not known to this class.
        """
        raise PayloadMismatch(f"{cls.name} version {version} cannot be read (payload {payload})")

    def payload(self) -> dict[str, Json]:
        """Return the fields as a JSON object."""
        encoded = encode(self)
        assert isinstance(encoded, dict)  # noqa: S101  a dataclass encodes to an object
        return encoded


E = TypeVar("E", bound=type[Event])


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of an event beside its own fields.

    Attributes:
        id: the same at each attempt; a key for work outside the database.
        sequence: grows with publication inside an aggregate.
    """

    id: UUID
    sequence: int
    name: str
    aggregate: str
    created_at: datetime


# The first argument is the subscriber's own event class, which a shared
# registry cannot express.
Handler: TypeAlias = Callable[[Any, Envelope], None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One listener.

    Attributes:
        handler: stable public name; what was done for an event is stored under it.
        module: it listens only while this module may write in the tenant; None
            for the kernel.
    """

    event: str
    handler: str
    function: Handler
    module: str | None = None


_classes: dict[str, type[Event]] = {}
_subscriptions: dict[str, dict[str, Subscription]] = {}


def register_event(event_class: E) -> E:
    """Make an event class known by its name; usable as a class decorator.

    Raises:
        ValueError: no name, or another class has it.
    """
    name = event_class.name
    taken = _classes.get(name)
    if not name or (taken is not None and taken.__qualname__ != event_class.__qualname__):
        raise ValueError(f"event name {name!r} is missing or taken")
    _classes[name] = event_class
    return event_class


def registered(event: Event) -> bool:
    """Tell whether what is stored of this event can be read back."""
    return _classes.get(event.name) is type(event)


def subscribe(
    event: str, handler: str, function: Handler, *, module: str | None = None
) -> Subscription:
    """Add a listener; the same handler name again replaces the earlier one."""
    subscription = Subscription(event, handler, function, module)
    _subscriptions.setdefault(event, {})[handler] = subscription
    return subscription


def unsubscribe(subscription: Subscription) -> None:
    """Remove a listener."""
    _subscriptions.get(subscription.event, {}).pop(subscription.handler, None)


@contextmanager
def subscribed_temporarily(*subscriptions: Subscription) -> Iterator[None]:
    """Add listeners for the length of a block, for tests."""
    for item in subscriptions:
        subscribe(item.event, item.handler, item.function, module=item.module)
    try:
        yield
    finally:
        for item in subscriptions:
            unsubscribe(item)


def subscriptions_of(event: str) -> tuple[Subscription, ...]:
    """Return the listeners of an event, in order of registration."""
    return tuple(_subscriptions.get(event, {}).values())


def read_event(name: str, version: int, payload: dict[str, Json]) -> Event:
    """Build the event object from what was stored.

    Raises:
        UnknownEvent: no class has the name.
        PayloadMismatch: the payload does not fit the class.
    """
    event_class = _classes.get(name)
    if event_class is None:
        raise UnknownEvent(name)
    if version != event_class.version:
        payload = event_class.upgrade(payload, version=version)
    event: Event = decode_dataclass(event_class, payload)
    return event
