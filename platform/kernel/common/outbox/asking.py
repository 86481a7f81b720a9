"""Asks for delivery once for what many transactions published at nearly the same time.

The first asks at once. What comes within a moment after it is asked for together,
at the moment's end: one delivery takes whatever is committed by then. A process
that is killed in between leaves it to the sweep, which finds the wake-up.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Timer
from time import monotonic
from typing import Final

from django.conf import settings

_MOST: Final = 5_000


class Asking:
    """Remembers what was asked for, by whom it is for; safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: dict[str, float] = {}
        self._waiting: set[str] = set()

    def ask(self, key: str, send: Callable[[], None]) -> None:
        """Send now, or together with what was asked for a moment ago."""
        pause = float(settings.STOA_OUTBOX_TOGETHER_SECONDS)
        now = monotonic()
        with self._lock:
            if key in self._waiting:
                return
            rest = self._last.get(key, -pause) + pause - now
            if rest > 0:
                self._waiting.add(key)
            else:
                self._note(key, now)
        if rest <= 0:
            send()
            return
        # No daemon: a process that ends in peace sends it before.
        Timer(rest, self._send_later, (key, send)).start()

    def _send_later(self, key: str, send: Callable[[], None]) -> None:
        with self._lock:
            # Before it is sent: what is committed from now on asks for itself.
            self._waiting.discard(key)
            self._note(key, monotonic())
        send()

    def _note(self, key: str, now: float) -> None:
        if len(self._last) >= _MOST:
            self._last.clear()
        self._last[key] = now


ASKING: Final = Asking()
