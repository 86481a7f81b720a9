"""Works a job in front of somebody, or watches another process work it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING
from uuid import UUID

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from config.cli.output import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenants.models import Job

_LOOK_SECONDS = 0.25


def follow(job_id: UUID) -> Job:
    """Do a job here unless a worker is at it; return it when it has ended.

    Raises:
        JobFailed: it failed.
    """
    from tenants.choices import JobState
    from tenants.errors import JobFailed
    from tenants.services import jobs

    with _shown(job_id):
        while True:
            if (claimed := jobs.claim(job_id)) is not None:
                jobs.work(claimed)
            job = read(job_id)
            if job.state == JobState.FAILED:
                raise JobFailed(job.error, job=job.public_id)
            if job.state == JobState.DONE:
                return job
            time.sleep(_LOOK_SECONDS)


def read(job_id: UUID) -> Job:
    """Return a job as it is now."""
    from kernel.tenancy.context import public_context
    from tenants.models import Job

    with public_context():
        return Job.objects.get(pk=job_id)


@contextmanager
def _shown(job_id: UUID) -> Iterator[None]:
    """Draw a job's progress on the error stream while the block runs."""
    if not errors.is_terminal:
        yield
        return
    bars = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=errors,
        transient=True,
    )
    ended = Event()

    def draw() -> None:
        from django.db import connection

        bar = bars.add_task("waiting", total=None)
        try:
            while not ended.wait(_LOOK_SECONDS):
                job = read(job_id)
                bars.update(
                    bar,
                    description=f"{job.kind} · {job.step_name or 'waiting'}",
                    completed=job.done,
                    total=job.total or None,
                )
        finally:
            connection.close()

    thread = Thread(target=draw, name="progress", daemon=True)
    with bars:
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
