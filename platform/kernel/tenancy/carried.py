"""What follows a piece of work from process to process beside its tenant.

The request id and the acting person belong to packages above this one. They
register here how to read and how to set theirs, and tasks and events carry all
of them without knowing one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """One carried value.

    Attributes:
        name: key in message headers and in stored events.
        read: returns the value as text, or None when nothing is set.
        bind: sets the value (or clears it, for None) for the length of a block.
    """

    name: str
    read: Callable[[], str | None]
    bind: Callable[[str | None], AbstractContextManager[object]]


_carriers: dict[str, Carrier] = {}


def register_carrier(carrier: Carrier) -> None:
    """Let a value follow tasks and events; registering a name again replaces it."""
    _carriers[carrier.name] = carrier


def snapshot() -> dict[str, str]:
    """Return every carried value that is set now."""
    read = ((name, carrier.read()) for name, carrier in _carriers.items())
    return {name: value for name, value in read if value is not None}


@contextmanager
def restored(values: Mapping[str, str]) -> Iterator[None]:
    """Set every carried value to what a snapshot says; one that it lacks is cleared."""
    with ExitStack() as stack:
        for name, carrier in _carriers.items():
            stack.enter_context(carrier.bind(values.get(name)))
        yield
