"""Celery entry points of operation; they run as the owner."""

from __future__ import annotations

import structlog

from kernel.tenancy.tasks import tenant_task
from tenants.fleet import runner
from tenants.fleet.errors import RunInProgress, UnsafeMigrations

_LONGEST = 6 * 3600
_log = structlog.get_logger(__name__)


@tenant_task(
    name="operations.upgrade_all",
    queue="moving",
    scope="public",
    soft_time_limit=_LONGEST - 60,
    time_limit=_LONGEST,
)
def upgrade_all() -> None:
    """Bring every shop to this release, ring by ring."""
    try:
        runner.run()
    except (RunInProgress, UnsafeMigrations) as refusal:
        _log.error("upgrade_refused", reason=str(refusal))
