"""Runs one ring: several connections, each at one tenant at a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from django.db import connection
from django.db.models import F

from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.fleet.apply import Outcome, Result, replay
from tenants.fleet.django_way import execute
from tenants.fleet.plan import Work, make_plan
from tenants.fleet.queue import RingQueue, Task
from tenants.models import TenantMigration

# PostgreSQL keeps what a connection has seen of each schema for the life of the session.
_TENANTS_PER_CONNECTION = 200
_LONGEST_WAIT = 8.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a locked tenant is waited for.

    Attributes:
        attempts: how often a tenant is tried in all.
        first_wait: seconds before the second attempt; doubled for each one after it.
    """

    attempts: int = 8
    first_wait: float = 0.25

    def seconds(self, attempts: int) -> float:
        """Return how long to wait after so many attempts."""
        return float(min(_LONGEST_WAIT, self.first_wait * 2 ** (attempts - 1)))


@dataclass(slots=True)
class RingState:
    """How far a ring is.

    Attributes:
        gone: tenants that were archived meanwhile.
        retried: attempts that met a lock and were put back.
        errors: by tenant, what went wrong.
    """

    ring: int
    total: int
    done: int = 0
    gone: int = 0
    retried: int = 0
    waiting: int = 0
    aborted: bool = False
    errors: dict[UUID, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether every tenant of the ring is where it should be."""
        return self.done + self.gone == self.total

    def as_json(self) -> dict[str, object]:
        """Return what the run's report keeps."""
        return {
            "ring": self.ring,
            "total": self.total,
            "done": self.done,
            "gone": self.gone,
            "failed": len(self.errors),
            "left": self.total - self.done - self.gone - len(self.errors),
            "retried": self.retried,
        }


Watch = Callable[[RingState], None]


class RingRun:
    """One ring of one run."""

    def __init__(
        self,
        ring: int,
        works: list[Work],
        *,
        run_id: UUID,
        connections: int,
        patience: Patience,
        watch: Watch,
    ) -> None:
        self.state = RingState(ring, len(works))
        self._queue = RingQueue(works)
        self._run_id = run_id
        self._connections = min(connections, len(works))
        self._patience = patience
        self._watch = watch
        self._lock = Lock()

    def run(self) -> RingState:
        """Work until nothing is left, a tenant fails for good, or an abort is asked for."""
        self._watch(self.state)
        with ThreadPoolExecutor(self._connections, thread_name_prefix="ring") as pool:
            futures = [pool.submit(self._work) for _ in range(self._connections)]
            try:
                for future in futures:
                    future.result()
            finally:
                self._queue.stop()
        return self.state

    def _work(self) -> None:
        visited = 0
        try:
            while (task := self._queue.take()) is not None:
                try:
                    wait = self._settle(task, self._attempt(task))
                except BaseException:
                    self._queue.stop()
                    raise
                if wait is None:
                    self._queue.finished()
                else:
                    self._queue.put_back(task, seconds=wait)
                self._show()
                visited += 1
                if visited % _TENANTS_PER_CONNECTION == 0:
                    connection.close()
        finally:
            connection.close()

    def _attempt(self, task: Task) -> Result:
        task.attempts += 1
        with public_context():
            if task.work.replayable:
                return replay(task.work, run_id=self._run_id)
            return execute(task.work, run_id=self._run_id)

    def _settle(self, task: Task, result: Result) -> float | None:
        """Note the outcome; return after how many seconds to try again, or None."""
        connection.close_if_unusable_or_obsolete()
        match result.outcome:
            case Outcome.DONE:
                self._count(done=1)
            case Outcome.GONE:
                self._count(gone=1)
            case Outcome.MOVED:
                return self._look_again(task)
            case Outcome.LATER:
                return self._later(task, result.error)
            case Outcome.FAILED:
                self._fail(task, result.error)
                self._queue.stop()
            case Outcome.ABORTED:
                self.state.aborted = True
                self._queue.stop()
        return None

    def _look_again(self, task: Task) -> float | None:
        """Plan the tenant anew: somebody else was faster, with all of it or with a part."""
        fresh = make_plan([task.work.member.id]).work
        if not fresh:
            self._count(done=1)
            return None
        task.work = fresh[0]
        return self._later(task, "its state keeps changing")

    def _later(self, task: Task, error: str) -> float | None:
        if task.attempts >= self._patience.attempts:
            self._fail(task, error)
            return None
        with self._lock:
            self.state.retried += 1
        self._note(task, error)
        return self._patience.seconds(task.attempts)

    def _fail(self, task: Task, error: str) -> None:
        with self._lock:
            self.state.errors[task.work.member.id] = error
        self._note(task, error)

    def _note(self, task: Task, error: str) -> None:
        member = task.work.member
        with public_context():
            row, made = TenantMigration.objects.get_or_create(
                run_id=self._run_id,
                tenant_id=member.id,
                defaults={"ring": member.ring, "error": error, "attempts": 1},
            )
            if not made:
                TenantMigration.objects.filter(pk=row.pk, done=False).update(
                    error=error, attempts=F("attempts") + 1, at=utc_now()
                )

    def _count(self, *, done: int = 0, gone: int = 0) -> None:
        with self._lock:
            self.state.done += done
            self.state.gone += gone

    def _show(self) -> None:
        with self._lock:
            self.state.waiting = self._queue.waiting()
            self._watch(self.state)
