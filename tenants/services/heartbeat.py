"""Keeps a job's lease and shows its progress while a long transaction is open.

What a transaction writes is not seen before it commits, so the lease is
renewed on a connection of its own, by a thread.
"""

from __future__ import annotations

from threading import Event, Thread
from typing import Self

import structlog
from django.db import DatabaseError, connection

from tenants.models import Job
from tenants.services.jobs import LEASE, LeaseLost, progress

_log = structlog.get_logger(__name__)
_BEAT_SECONDS = LEASE.total_seconds() / 12


class Heartbeat:
    """Renews the lease of a job inside a block."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._far = (0, 0)
        self._lost = False
        self._stop = Event()
        self._thread = Thread(target=self._run, name=f"heartbeat-{job.pk}", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End, and wait for the thread to close its connection."""
        self._stop.set()
        self._thread.join()

    def at(self, done: int, total: int) -> None:
        """Note how far the work is.

        Raises:
            LeaseLost: another worker goes on with the job.
        """
        self._far = (done, total)
        if self._lost:
            raise LeaseLost

    def _run(self) -> None:
        try:
            while not self._stop.wait(_BEAT_SECONDS):
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        try:
            progress(self._job, *self._far)
        except LeaseLost:
            self._lost = True
        except DatabaseError as fault:
            # The next beat may succeed; the lease outlasts several.
            _log.warning("job_heartbeat_failed", job=self._job.public_id, error=str(fault))
