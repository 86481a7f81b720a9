"""Who acts, as context.

Middleware sets the actor once it knows who is signed in; tasks and events carry
it. Services still take the actor as an argument: the context is only where
edges get it from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

ActorKind: TypeAlias = Literal["staff", "member", "system", "operator", "program"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the system.

    Attributes:
        kind: ``operator`` is staff of the installation or of a channel, ``program``
            whatever shows an API key that staff made.
        id: opaque id of the person; for the system, the name of the job.
        name: as it was at the time, for people who read the log later.
        acting_as: whom the person stands in for, during support access.
        ip: where the request came from; empty for work without a request.
    """

    kind: ActorKind
    id: str
    name: str = ""
    acting_as: Actor | None = None
    ip: str = ""

    @classmethod
    def system(cls, name: str) -> Actor:
        """Return an actor that is no person: a job or a command."""
        return cls("system", name, name)

    @property
    def is_privileged(self) -> bool:
        """Tell whether this is staff, or a program that acts for them: what they do is recorded."""
        return self.kind in {"staff", "program"}

    def __str__(self) -> str:
        label = f"{self.kind}:{self.id}"
        return f"{label} ({self.name})" if self.name not in {"", self.id} else label


SYSTEM: Final = Actor("system", "system")

_actor: ContextVar[Actor | None] = ContextVar("stoa_actor", default=None)


def current_actor() -> Actor:
    """Return who acts; the system when nobody is signed in."""
    return _actor.get() or SYSTEM


@contextmanager
def acting(actor: Actor | None) -> Iterator[None]:
    """Act as this person inside the block; None stands for the system."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def read_carried() -> str | None:
    """Return the actor as text for message headers, or None when nobody is set."""
    actor = _actor.get()
    return None if actor is None else json.dumps(_to_json(actor), ensure_ascii=False)


@contextmanager
def bind_carried(value: str | None) -> Iterator[None]:
    """Set the actor that `read_carried` wrote."""
    with acting(None if value is None else _from_json(json.loads(value))):
        yield


def _to_json(actor: Actor) -> dict[str, object]:
    return {
        "kind": actor.kind,
        "id": actor.id,
        "name": actor.name,
        "ip": actor.ip,
        "acting_as": None if actor.acting_as is None else _to_json(actor.acting_as),
    }


def _from_json(value: dict[str, Any]) -> Actor:
    below = value["acting_as"]
    return Actor(
        kind=value["kind"],
        id=value["id"],
        name=value["name"],
        ip=value["ip"],
        acting_as=None if below is None else _from_json(below),
    )
