"""Documents in the background: runs of the printer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.common.time import utc_now
from kernel.documents.services.printing import ask_to_resume, run, stuck_runs
from kernel.tenancy.tasks import enqueue, tenant_task


@tenant_task(name="documents.print")
def print_run(run_id: str) -> None:
    """Draw a run's file."""
    run(UUID(run_id), clock=utc_now)


def begin(run_id: UUID) -> None:
    """Begin to draw, after the commit."""
    enqueue(print_run, run_id=str(run_id))


def resume_stuck(*, now: datetime) -> None:
    """Go on with runs whose worker died; what a schedule calls."""
    for key in stuck_runs(now=now):
        begin(key)
    ask_to_resume()
