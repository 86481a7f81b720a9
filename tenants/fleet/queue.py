"""The work of one ring, shared by several connections."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from threading import Condition
from time import monotonic

from tenants.fleet.plan import Work


@dataclass(slots=True)
class Task:
    """A tenant's work and how often it was tried."""

    work: Work
    attempts: int = 0


@dataclass(order=True, slots=True)
class _Waiting:
    at: float
    number: int
    task: Task = field(compare=False)


class RingQueue:
    """Hands out tasks; those put back wait for their time while others go on."""

    def __init__(self, works: Iterable[Work]) -> None:
        self._ready = deque(Task(work) for work in works)
        self._waiting: list[_Waiting] = []
        self._numbers = count()
        self._taken = 0
        self._stopped = False
        self._changed = Condition()

    def take(self) -> Task | None:
        """Return the next task, waiting for one that is put back; None when all is done."""
        with self._changed:
            while not self._stopped:
                self._wake_due()
                if self._ready:
                    self._taken += 1
                    return self._ready.popleft()
                if not self._taken and not self._waiting:
                    break
                self._changed.wait(self._seconds_to_next())
            self._changed.notify_all()
            return None

    def finished(self) -> None:
        """Say that a taken task is over, one way or another."""
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()

    def put_back(self, task: Task, *, seconds: float) -> None:
        """Offer a taken task again after so long."""
        with self._changed:
            self._taken -= 1
            at = monotonic() + seconds
            heapq.heappush(self._waiting, _Waiting(at, next(self._numbers), task))
            self._changed.notify_all()

    def stop(self) -> None:
        """Hand out nothing more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped

    def waiting(self) -> int:
        """Return how many tasks wait for another attempt."""
        return len(self._waiting)

    def _wake_due(self) -> None:
        while self._waiting and self._waiting[0].at <= monotonic():
            self._ready.append(heapq.heappop(self._waiting).task)

    def _seconds_to_next(self) -> float | None:
        return max(0.0, self._waiting[0].at - monotonic()) if self._waiting else None
