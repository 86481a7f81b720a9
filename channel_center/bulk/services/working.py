"""Does work on many shops: one shop at a time, each in a transaction of its own.

A shop's part and the note that it is done are one transaction, so that a worker that is
killed leaves the shop as it was, and another one begins with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import structlog
from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import get_language, ngettext

from channel_center.bulk.choices import BulkAction, BulkState, ItemState
from channel_center.bulk.errors import NoLongerYours, NothingToTakeBack
from channel_center.bulk.models import BulkItem, BulkRun
from channel_center.bulk.services.announcing import announce_to
from channel_center.operations.services.upgrading import set_ring
from channel_center.snapshots.services.bringing import push, take_back
from channel_center.snapshots.services.copying import push_pages
from kernel.audit.actor import Actor
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from kernel.tenancy.errors import UnknownTenant
from tenants.choices import HoldKind, HoldLevel, JobKind, JobState
from tenants.models import Hold, Job, Tenant
from tenants.services import jobs
from tenants.services.modules import disable
from tenants.services.states import place_hold, release_hold

ABANDONED: Final = timedelta(seconds=90)
"""Nobody is at work that was not touched for so long."""
_MOST_ATTEMPTS: Final = 3
_LANGUAGES: Final = ("zh-hans", "en")
_log = structlog.get_logger(__name__)


@public_context()
def work_on(run_id: UUID, *, seconds: float) -> bool:
    """Do what is left of a run for some time; return whether there is more to do."""
    ends = monotonic() + seconds
    while monotonic() < ends:
        BulkRun.objects.filter(pk=run_id).update(touched_at=utc_now())
        if not _do_next(run_id):
            break
    settle(run_id)
    open_items = BulkItem.objects.filter(run=run_id, run__state=BulkState.RUNNING)
    return open_items.filter(state=ItemState.WAITING).exists()


@public_context()
def abandoned_runs(*, now: datetime) -> list[UUID]:
    """Return the runs that nobody is at."""
    rows = BulkRun.objects.filter(state=BulkState.RUNNING, touched_at__lt=now - ABANDONED)
    return list(rows.values_list("pk", flat=True)[:100])


def settle(run_id: UUID) -> None:
    """Learn what became of the jobs that were begun; a run without anything open is done."""
    begun = list(BulkItem.objects.filter(run=run_id, state=ItemState.BEGUN))
    known = Job.objects.in_bulk([row.job_id for row in begun if row.job_id is not None])
    for row in begun:
        job = known.get(row.job_id) if row.job_id is not None else None
        if job is None or job.state == JobState.FAILED:
            fault = job.error if job is not None else ""
            _end(row, ItemState.REFUSED, dict.fromkeys(_LANGUAGES, fault[:300]))
        elif job.state == JobState.DONE:
            brought, faults = job.data.get("brought"), job.data.get("faults")
            state = ItemState.REFUSED if faults and not brought else ItemState.DONE
            _end(row, state, _of_faults(job) if faults else {})
    open_states = [ItemState.WAITING, ItemState.BEGUN]
    if not BulkItem.objects.filter(run=run_id, state__in=open_states).exists():
        running = BulkRun.objects.filter(pk=run_id, state=BulkState.RUNNING)
        running.update(state=BulkState.DONE, finished_at=utc_now())


def _do_next(run_id: UUID) -> bool:
    """Do one shop's part; return whether there was one."""
    waiting = BulkItem.objects.filter(
        run=run_id, state=ItemState.WAITING, run__state=BulkState.RUNNING
    )
    item: BulkItem | None = None
    try:
        with transaction.atomic():
            found = waiting.select_for_update(skip_locked=True, of=("self",))
            item = found.select_related("run").order_by("pk").first()
            if item is None:
                return False
            _do(item)
    except DatabaseError as fault:
        if item is None:
            raise
        _note_fault(item, fault)
        return True
    if item.job_id is not None and (job := jobs.claim(item.job_id)) is not None:
        jobs.work(job)
    return True


def _do(item: BulkItem) -> None:
    run = item.run
    try:
        with transaction.atomic():
            tenant = Tenant.objects.filter(pk=item.tenant_id).first()
            if tenant is None:
                raise UnknownTenant
            if run.channel_id is not None and tenant.channel_id != run.channel_id:
                raise NoLongerYours
            outcome = _ACTIONS[BulkAction(run.action)](tenant, run, Actor(**run.actor))
    except DomainError as refusal:
        _end(item, ItemState.REFUSED, _in_words(refusal))
        return
    if isinstance(outcome, Job):
        item.state, item.job_id = ItemState.BEGUN, outcome.pk
        item.save(update_fields=["state", "job_id"])
    else:
        _end(item, ItemState.DONE, outcome or {})


def _end(item: BulkItem, state: ItemState, why: Mapping[str, str]) -> None:
    item.state, item.why, item.ended_at = state, dict(why), utc_now()
    item.save(update_fields=["state", "why", "ended_at"])


def _note_fault(item: BulkItem, fault: DatabaseError) -> None:
    """Try a shop again where the database failed, some times."""
    _log.warning("bulk_item_failed", run=str(item.run_id), error=str(fault))
    rows = BulkItem.objects.filter(pk=item.pk, state=ItemState.WAITING)
    rows.update(attempts=F("attempts") + 1)
    text = next(iter(str(fault).splitlines()), "")[:300]
    rows.filter(attempts__gte=_MOST_ATTEMPTS).update(
        state=ItemState.REFUSED, why=dict.fromkeys(_LANGUAGES, text), ended_at=utc_now()
    )


def _in_words(refusal: DomainError) -> dict[str, str]:
    return _said(lambda: str(refusal))


def _of_faults(job: Job) -> dict[str, str]:
    """Return what of a template could not be brought, in words."""
    first: dict[str, str] = next(iter(job.data["fault"]), {})
    number = int(job.data["faults"])
    return _said(
        lambda: (
            ngettext(
                "%(number)s thing could not be brought. %(first)s",
                "%(number)s things could not be brought. %(first)s",
                number,
            )
            % {"number": number, "first": first.get(get_language(), "")}
        )
    )


def _said(words: Callable[[], str]) -> dict[str, str]:
    found = {}
    for language in _LANGUAGES:
        with translation.override(language):
            found[language] = words()[:300]
    return found


def _kind(run: BulkRun) -> HoldKind:
    return HoldKind.MANUAL if run.channel_id is None else HoldKind.CHANNEL


def _hold(tenant: Tenant, run: BulkRun, actor: Actor) -> None:
    level, reason = HoldLevel(run.told["level"]), run.told["reason"]
    place_hold(tenant.pk, kind=_kind(run), level=level, reason=reason, actor=actor)


def _lift(tenant: Tenant, run: BulkRun, actor: Actor) -> None:
    holds = Hold.objects.filter(tenant=tenant, kind=_kind(run), released_at=None)
    for hold_id in holds.order_by("pk").values_list("pk", flat=True):
        release_hold(hold_id, actor=actor)


def _module_on(tenant: Tenant, run: BulkRun, actor: Actor) -> Job:
    data = {"module": run.told["module"]}
    return jobs.start(tenant.pk, JobKind.MODULE_ENABLE, actor=actor, data=data)


def _module_off(tenant: Tenant, run: BulkRun, actor: Actor) -> None:
    disable(tenant.pk, run.told["module"], actor=actor)


def _template(tenant: Tenant, run: BulkRun, actor: Actor) -> Job:
    template = UUID(run.told["template"])
    return push(template, tenant.pk, channel_id=run.channel_id, actor=actor)


def _announce(tenant: Tenant, run: BulkRun, actor: Actor) -> None:
    announce_to(tenant, run.told, channel_id=run.channel_id, actor=actor)


def _ring(tenant: Tenant, run: BulkRun, actor: Actor) -> None:
    set_ring(tenant.pk, run.told["ring"], actor=actor)


def _pages(tenant: Tenant, run: BulkRun, actor: Actor) -> Job:
    replaces, version = bool(run.told["replaces"]), UUID(run.told["version"])
    return push_pages(version, tenant.pk, replaces=replaces, channel_id=run.channel_id, actor=actor)


def _take_back(tenant: Tenant, run: BulkRun, actor: Actor) -> dict[str, str]:
    items = BulkItem.objects.filter(run=run.told["run"], tenant_id=tenant.pk)
    job = Job.objects.filter(pk__in=items.values("job_id"), state=JobState.DONE).first()
    if job is None or "application" not in job.data:
        raise NothingToTakeBack
    _back, stay = take_back(
        UUID(job.data["application"]), tenant.pk, channel_id=run.channel_id, actor=actor
    )
    if not stay:
        return {}
    return _said(
        lambda: (
            ngettext(
                "%(count)s stays: it was changed since.",
                "%(count)s stay: they were changed since.",
                stay,
            )
            % {"count": stay}
        )
    )


Outcome = Job | dict[str, str] | None
"""The job that does it; else what is to be said of it, by language."""

_ACTIONS: Final[Mapping[BulkAction, Callable[[Tenant, BulkRun, Actor], Outcome]]] = {
    BulkAction.HOLD: _hold,
    BulkAction.LIFT: _lift,
    BulkAction.MODULE_ON: _module_on,
    BulkAction.MODULE_OFF: _module_off,
    BulkAction.TEMPLATE: _template,
    BulkAction.ANNOUNCE: _announce,
    BulkAction.RING: _ring,
    BulkAction.PAGES: _pages,
    BulkAction.TAKE_BACK: _take_back,
}
