"""What workers of the provisioning queue do; they sign in as the owner."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.tenancy.tasks import enqueue, tenant_task
from tenants.choices import LONG_JOBS
from tenants.fleet import drift
from tenants.services import domain_checks, jobs, pool, requests, sandboxes, states

QUEUE = "provisioning"
LONG_QUEUE = "moving"
"""Of work that may take hours: it has workers of its own, so that a new tenant waits for none."""
_log = structlog.get_logger(__name__)
_HOURS = 3600
_DRIFT_SECONDS = 20.0
_LONGEST = 2 * _HOURS - 300
"""Less than the time after which Redis hands an unfinished message to another worker."""


@tenant_task(
    name="tenants.run_job",
    queue=QUEUE,
    scope="public",
    soft_time_limit=_LONGEST - 60,
    time_limit=_LONGEST,
)
def run_job(job: str) -> None:
    """Do what is left of a job, unless another worker is at it."""
    if (claimed := jobs.claim(UUID(job))) is not None:
        jobs.work(claimed)


@tenant_task(
    name="tenants.sweep_jobs",
    queue=QUEUE,
    scope="public",
    soft_time_limit=_LONGEST - 60,
    time_limit=_LONGEST,
)
def sweep_jobs() -> None:
    """Hand out jobs that nobody is at: whose worker died, or was never told."""
    for job_id, kind in jobs.free_jobs(limit=100):
        run_job.apply_async(kwargs={"job": str(job_id)}, expires=60, queue=_queue_of(kind))


def _queue_of(kind: str) -> str:
    return LONG_QUEUE if kind in LONG_JOBS else QUEUE


@tenant_task(name="tenants.refill_pool", queue=QUEUE, scope="public")
def refill_pool() -> None:
    """Keep so many schemas ready as the settings say."""
    pool.refill(settings.STOA_WARM_POOL_SIZE)


@tenant_task(name="tenants.follow_holds", queue=QUEUE, scope="public")
def follow_holds() -> None:
    """Reopen tenants whose last closing hold has lapsed."""
    states.follow_lapsed_holds(actor=Actor.system("tenants.follow_holds"))


@tenant_task(name="tenants.recheck_domains", queue=QUEUE, scope="public")
def recheck_domains() -> None:
    """Look again whether proven names are still proven."""
    domain_checks.recheck(now=utc_now(), actor=Actor.system("tenants.recheck_domains"))


@tenant_task(name="tenants.delete_old_exports", queue=QUEUE, scope="public")
def delete_old_exports() -> None:
    """Delete the files of exports that were ready to fetch for a week."""
    requests.delete_exports(before=utc_now() - timedelta(days=7))


@tenant_task(name="tenants.end_sandboxes", queue=QUEUE, scope="public")
def end_sandboxes() -> None:
    """Archive sandboxes of 90 days, and delete those that were archived."""
    sandboxes.end_sandboxes(now=utc_now(), actor=Actor.system("tenants.end_sandboxes"))


@tenant_task(name="tenants.check_drift", queue=QUEUE, scope="public")
def check_drift() -> None:
    """Compare some tenants' catalogs with their packs; the next call goes on with the rest.

    Short turns, so that a new tenant does not wait behind them.
    """
    tally = drift.check(seconds=_DRIFT_SECONDS)
    if tally.drifted:
        _log.error("schemas_drifted", tenants=tally.drifted)


class Provisioner:
    """Wakes the provisioner once the current transaction commits."""

    def job(self, job_id: UUID, kind: str) -> None:
        """Have a job done."""
        enqueue(run_job, on_queue=_queue_of(kind), job=str(job_id))

    def pool(self) -> None:
        """Have the warm pool filled up."""
        enqueue(refill_pool)
