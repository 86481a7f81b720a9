"""Celery entry points of the schedules."""

from __future__ import annotations

import importlib
from typing import Final

import structlog

from kernel.common.time import utc_now
from kernel.tenancy.context import tenant_context
from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.ports import directory
from kernel.tenancy.schedules.alarms import ask_again, prune_alarms
from kernel.tenancy.schedules.declared import Schedule, schedule_named
from kernel.tenancy.schedules.services import (
    TakenClaim,
    finish_claim,
    make_claims,
    prune_claims,
    take_claim,
    take_unsent,
)
from kernel.tenancy.tasks import reason_to_skip, tenant_task

_CLAIMS_PER_TICK: Final = 5000

log = structlog.get_logger(__name__)


@tenant_task(name="schedules.tick", scope="public")
def tick() -> None:
    """Claim what is due this minute in any tenant, and send it."""
    now = utc_now()
    ask_again(now=now)
    if make_claims(now=now) and now.minute == 0:
        prune_alarms(now=now)
    for claim_id in take_unsent(now=now, limit=_CLAIMS_PER_TICK):
        run.apply_async(kwargs={"claim_id": claim_id})
    prune_claims(now=now)


@tenant_task(name="schedules.run", scope="public")
def run(*, claim_id: int) -> None:
    """Run one claim in its tenant, unless it was run."""
    claim = take_claim(claim_id=claim_id, now=utc_now())
    if claim is None:
        return
    reason = _run_in_tenant(claim)
    if reason:
        log.info("schedule.skipped", schedule=claim.schedule, reason=reason)
    finish_claim(claim_id=claim.id, now=utc_now())


def _run_in_tenant(claim: TakenClaim) -> str:
    schedule = schedule_named(claim.schedule)
    if schedule is None:
        return "schedule_gone"
    try:
        tenant = directory().by_id(claim.tenant_id)
    except UnknownTenant:
        return "tenant_gone"
    with tenant_context(tenant):
        reason = reason_to_skip(
            tenant,
            module=schedule.module,
            writes=schedule.writes,
            runs_when_suspended=schedule.runs_when_suspended,
        )
        if not reason:
            _call(schedule, claim)
    return reason


def _call(schedule: Schedule, claim: TakenClaim) -> None:
    path, _colon, attribute = schedule.function.partition(":")
    getattr(importlib.import_module(path), attribute)(now=claim.due_at)
