"""Keeps one message a tenant in the queue, however often its events ask for delivery.

A delivery takes whatever waits when it begins, so a second message behind the first
would only take a second turn: a shop that publishes for minutes without a pause would
have a queue full of turns, and every other shop would wait behind them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.cache import cache

_KEY: Final = "outbox:queued"
# A message that is lost is missed for so long; the sweep asks without regard to it.
_SECONDS: Final = 60


def queue_once(send: Callable[[], object]) -> None:
    """Send the current tenant's message unless one waits already."""
    if cache.add(_KEY, True, _SECONDS):
        queue(send)


def queue(send: Callable[[], object]) -> None:
    """Send the current tenant's message, whether or not one waits."""
    cache.set(_KEY, True, _SECONDS)
    try:
        send()
    except Exception:
        cache.delete(_KEY)
        raise


def begin() -> None:
    """Say that what is published from now on needs a message of its own.

    Called before events are looked for: what was committed before is found by them.
    """
    cache.delete(_KEY)
