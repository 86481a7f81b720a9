"""Runs long work step by step, so that a kill costs one step at most."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from typing import Protocol
from uuid import UUID

import structlog
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.choices import JobKind, JobState
from tenants.errors import JobOpen, StateRefused, UnknownJob
from tenants.models import Job, Tenant
from tenants.services.states import locked

_log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
MOST_DEATHS = 20
"""So many workers may die at one job, or fail it in a way nobody foresaw."""
LONGEST_PAUSE = 300
"""Seconds between two attempts at most; the first pause is two seconds, and each doubles."""


class LeaseLost(Exception):
    """The lease ran out and another worker goes on with the job: this one must stop."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a kind of job.

    Attributes:
        run: does the step; it may find its own work done already.
        atomic: run in one transaction together with the note that it is done;
            otherwise the step is repeated as a whole after a kill.
    """

    name: str
    run: Callable[[Job], None]
    atomic: bool = True


class Waker(Protocol):
    """Tells workers, after commit, that there is something to do; a sweep finds what it loses."""

    def job(self, job_id: UUID, kind: str) -> None:
        """A job of a kind waits."""

    def pool(self) -> None:
        """A schema was taken from the warm pool."""


_waker: Waker | None = None


def set_waker(waker: Waker | None) -> None:
    """Plug in who wakes workers; called at start. None leaves all to the sweep."""
    global _waker  # noqa: PLW0603  the port is a process-wide plug
    _waker = waker


def wake_for_pool() -> None:
    """Have the warm pool filled up after commit."""
    if _waker is not None:
        _waker.pool()


@dataclass(frozen=True, slots=True)
class _Kind:
    steps: Sequence[Step]
    undo: Callable[[Job], None] | None


_kinds: dict[str, _Kind] = {}


def define(
    kind: JobKind, steps: Sequence[Step], *, undo: Callable[[Job], None] | None = None
) -> None:
    """Say what a kind of job does; called while apps are loaded.

    Args:
        kind: the kind.
        steps: what it does, in order.
        undo: takes back what finished steps did when the job fails; it may be
            called again, and must find its own work done.
    """
    _kinds[kind] = _Kind(steps, undo)


@public_context()
@transaction.atomic
def start(
    tenant_id: UUID, kind: JobKind, *, actor: Actor, data: Mapping[str, object] | None = None
) -> Job:
    """Write a job down and wake a worker after commit.

    Raises:
        UnknownTenant: there is none.
        JobOpen: another job on this tenant has not ended.
    """
    tenant = locked(tenant_id)
    try:
        with transaction.atomic():
            job = Job.objects.create(
                tenant=tenant, kind=kind, data=dict(data or {}), requested_by=str(actor)[:200]
            )
    except IntegrityError as error:
        raise JobOpen from error
    _announce(job, tenant, f"tenants.job_{kind}", actor)
    return job


@public_context()
@transaction.atomic
def retry(job_id: UUID, *, actor: Actor) -> Job:
    """Open a failed job again, from its first step.

    Raises:
        UnknownJob: there is none.
        StateRefused: it has not failed.
        JobOpen: another job on its tenant has not ended.
    """
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise UnknownJob
    if job.state != JobState.FAILED:
        raise StateRefused(state=job.state)
    job.state, job.step, job.attempts, job.error = JobState.QUEUED, 0, 0, ""
    job.finished_at = None
    try:
        with transaction.atomic():
            job.save()
    except IntegrityError as error:
        raise JobOpen from error
    _announce(job, locked(job.tenant_id), "tenants.job_retried", actor)
    return job


def _announce(job: Job, tenant: Tenant, action: str, actor: Actor) -> None:
    record(
        action=action,
        actor=actor,
        obj=("tenant", tenant.public_id),
        before={},
        after={"job": job.public_id},
    )
    if _waker is not None:
        _waker.job(job.pk, job.kind)


def holder_name() -> str:
    """Return a name for one holding of one lease, which says where the holder runs."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{token_hex(4)}"


def _free() -> QuerySet[Job]:
    return Job.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=utc_now()),
        state__in=[JobState.QUEUED, JobState.RUNNING],
    ).order_by("created_at")


def free_jobs(*, limit: int) -> list[tuple[UUID, str]]:
    """Return the ids and kinds of jobs that nobody is at, the oldest first."""
    with public_context():
        return list(_free().values_list("pk", "kind")[:limit])


def open_job_of(tenant_id: UUID, kind: JobKind) -> Job | None:
    """Return the work of a kind on a tenant that has not ended, or None."""
    open_states = [JobState.QUEUED, JobState.RUNNING]
    return Job.objects.filter(tenant_id=tenant_id, kind=kind, state__in=open_states).first()


@public_context()
def claim(job_id: UUID | None = None) -> Job | None:
    """Take a job whose lease is free, the given one or the oldest; None when there is none."""
    free = _free() if job_id is None else _free().filter(pk=job_id)
    with transaction.atomic():
        job = free.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        job.state = JobState.RUNNING
        job.lease_holder = holder_name()
        job.lease_until = utc_now() + LEASE
        job.attempts += 1
        job.save(update_fields=["state", "lease_holder", "lease_until", "attempts"])
    return job


def work(job: Job) -> Job:
    """Do what is left of a claimed job.

    A refusal ends it as failed. A fault of the database or of storage leaves it
    open, for another attempt when the lease ends, `MOST_ATTEMPTS` times.
    """
    steps = _kinds[job.kind].steps
    with public_context():
        if job.attempts > MOST_DEATHS:
            _give_up(job, "its workers died again and again")
            return job
        while job.step < len(steps):
            step = steps[job.step]
            try:
                _do(job, step)
            except LeaseLost:
                _log.warning("job_lease_lost", job=job.public_id, step=step.name)
                return job
            except DomainError as refusal:
                _give_up(job, f"{refusal.code}: {refusal}")
                return job
            except (DatabaseError, OSError) as fault:
                _log.warning("job_step_failed", job=job.public_id, step=step.name, error=str(fault))
                if job.attempts >= MOST_ATTEMPTS:
                    _give_up(job, str(fault))
                else:
                    _release(job, str(fault))
                return job
        ended = _held(job).update(
            state=JobState.DONE, finished_at=utc_now(), lease_until=None, error=""
        )
        if ended:
            job.state = JobState.DONE
    return job


def _held(job: Job) -> QuerySet[Job]:
    """Return the job's row as long as this worker holds it."""
    return Job.objects.filter(pk=job.pk, lease_holder=job.lease_holder, state=JobState.RUNNING)


def _do(job: Job, step: Step) -> None:
    begun = _held(job).update(step_name=step.name, done=0, total=0, lease_until=utc_now() + LEASE)
    if not begun:
        raise LeaseLost
    if step.atomic:
        with transaction.atomic():
            refuse_if_taken(job)
            step.run(job)
            _advance(job)
    else:
        step.run(job)
        with transaction.atomic():
            refuse_if_taken(job)
            _advance(job)
    job.step += 1


def refuse_if_taken(job: Job) -> None:
    """Stop when the lease ran out and another worker goes on with the job.

    Holds the job's row until the caller's transaction ends.

    Raises:
        LeaseLost: it is so.
    """
    with public_context():
        step = _held(job).select_for_update().values_list("step", flat=True).first()
    if step != job.step:
        raise LeaseLost


def remember(job: Job, **data: object) -> None:
    """Leave data for later steps in the caller's transaction, together with what it tells of.

    A step that is repeated after a kill finds its work done, and would not learn it again.

    Raises:
        LeaseLost: another worker goes on with the job.
    """
    refuse_if_taken(job)
    job.data.update(data)
    with public_context():
        Job.objects.filter(pk=job.pk).update(data=job.data)


def _advance(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(
        step=F("step") + 1, data=job.data, lease_until=utc_now() + LEASE
    )


def progress(job: Job, done: int, total: int) -> None:
    """Show how far a long step is, and keep the lease. Not inside a transaction.

    Raises:
        LeaseLost: another worker goes on with the job.
    """
    with public_context():
        if not _held(job).update(done=done, total=total, lease_until=utc_now() + LEASE):
            raise LeaseLost


def _give_up(job: Job, text: str) -> None:
    """Take back what was done, then note the failure; a fault meanwhile leaves the job open."""
    undo = _kinds[job.kind].undo
    try:
        if undo is not None:
            undo(job)
    except (DomainError, DatabaseError, OSError) as fault:
        _log.warning("job_undo_failed", job=job.public_id, error=str(fault))
        _release(job, f"{text}; undoing it: {fault}")
        return
    failed = _held(job).update(
        state=JobState.FAILED,
        error=text[:2000],
        data=job.data,
        finished_at=utc_now(),
        lease_until=None,
    )
    if failed:
        job.state, job.error = JobState.FAILED, text


def _release(job: Job, text: str) -> None:
    pause = timedelta(seconds=min(2**job.attempts, LONGEST_PAUSE))
    _held(job).update(error=text[:2000], lease_until=utc_now() + pause)


def run_open_jobs(limit: int = 100) -> int:
    """Take and work jobs until none is free or the limit is reached; return how many."""
    worked = 0
    while worked < limit and (job := claim()) is not None:
        work(job)
        worked += 1
    return worked


def tenant_of(job: Job) -> Tenant:
    """Return the job's tenant, locked for the rest of the transaction."""
    return locked(job.tenant_id)
