"""Celery entry points of work on many shops; they run as the owner."""

from __future__ import annotations

from uuid import UUID

from channel_center.bulk.services.working import abandoned_runs, settle, work_on
from kernel.common.time import utc_now
from kernel.tenancy.tasks import enqueue, tenant_task
from tenants.tasks import LONG_QUEUE, QUEUE

_TURN = 60.0


@tenant_task(name="bulk.work", queue=LONG_QUEUE, scope="public")
def work(run: str) -> None:
    """Do what is left of a run; the next turn goes on with the rest."""
    if work_on(UUID(run), seconds=_TURN):
        enqueue(work, run=run)


@tenant_task(name="bulk.sweep", queue=QUEUE, scope="public")
def sweep() -> None:
    """Have runs gone on with that nobody is at, and learn what became of jobs."""
    for run_id in abandoned_runs(now=utc_now()):
        settle(run_id)
        enqueue(work, run=str(run_id))
