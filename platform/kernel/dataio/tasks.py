"""Imports in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from kernel.common.time import utc_now
from kernel.dataio.fetching import fetch
from kernel.dataio.pictures import fetch_pictures
from kernel.dataio.services import ask_to_resume, run, stuck_imports
from kernel.tenancy.tasks import enqueue, tenant_task

_SPAN: Final = timedelta(seconds=180)


@tenant_task(name="dataio.run_import")
def run_import(import_id: str) -> None:
    """Go on with an import for three minutes, then hand over to the next task."""
    key = UUID(import_id)
    done = run(key, clock=utc_now, until=utc_now() + _SPAN)
    enqueue(fetch_imported_pictures if done else run_import, import_id=import_id)


@tenant_task(name="dataio.fetch_pictures")
def fetch_imported_pictures(import_id: str) -> None:
    """Fetch an import's pictures for three minutes, then hand over to the next task."""
    until = utc_now() + _SPAN
    if not fetch_pictures(UUID(import_id), fetch=fetch, clock=utc_now, until=until):
        enqueue(fetch_imported_pictures, import_id=import_id)


def resume_stuck(*, now: datetime) -> None:
    """Go on with imports whose worker died; what a schedule calls."""
    for key in stuck_imports(now=now):
        enqueue(run_import, import_id=str(key))
    ask_to_resume()
