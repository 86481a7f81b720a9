"""Migrates the fleet: ring after ring, one runner at a time, resumable after a kill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection

from kernel.common.time import utc_now
from kernel.tenancy.context import public_context
from tenants.choices import RunState
from tenants.fleet.errors import NoRunToAbort, RunInProgress, UnsafeMigrations
from tenants.fleet.plan import Plan, make_plan, note_releases, release_name
from tenants.fleet.ring import Patience, RingRun, RingState, Watch
from tenants.fleet.rules import breaches
from tenants.fleet.states import read_fleet
from tenants.models import MigrationRun, TenantMigration
from tenants.services import pool

# New tenants may come from schemas of the older release while a run is under way.
_PASSES = 3
_LOCK = "hashtext('stoa fleet')"
# After a kill the server needs a moment to notice that the holder is gone.
_LOCK_WAIT = "5s"


@dataclass(frozen=True, slots=True)
class Choices:
    """How to run.

    Attributes:
        connections: tenants migrated at the same time.
        allow_unsafe: apply migrations that break the rules for running tenants.
        refill_pool: make new ready schemas at the end.
    """

    connections: int = 3
    patience: Patience = field(default_factory=Patience)
    allow_unsafe: bool = False
    refill_pool: bool = True


def run(
    choices: Choices | None = None,
    *,
    watch: Watch = lambda _state: None,
    say: Callable[[str], None] = lambda _text: None,
) -> MigrationRun:
    """Bring every tenant to this release, or stop at the first ring that fails.

    A run that was killed is taken up where it stood. What is done already is
    not repeated: each tenant's own record of migrations decides.

    Args:
        choices: how; the usual ones when left out.
        watch: called from several threads, one at a time, whenever a ring moves.
        say: told what is being prepared.

    Raises:
        RunInProgress: another process migrates.
        UnsafeMigrations: a pending migration breaks the rules and `allow_unsafe` is off.
    """
    chosen = choices or Choices()
    with _single_runner():
        plan = make_plan(progress=say)
        if not chosen.allow_unsafe and (found := breaches(plan.pending(), errors_only=True)):
            raise UnsafeMigrations("\n".join(str(breach) for breach in found))
        row = _open_run(plan.release)
        finished = False
        try:
            _run_passes(row, plan, chosen, watch=watch, say=say)
            finished = True
        finally:
            if not finished:
                _close(row, RunState.STOPPED)
        if row.state == RunState.DONE and chosen.refill_pool:
            say("pool")
            row.report["pool"] = pool.refill(settings.STOA_WARM_POOL_SIZE)
            with public_context():
                row.save(update_fields=["report"])
    return row


def _run_passes(
    row: MigrationRun,
    plan: Plan,
    choices: Choices,
    *,
    watch: Watch,
    say: Callable[[str], None],
) -> None:
    rings: list[RingState] = []
    row.report = {"packs": plan.packs, "rings": []}
    for _number in range(_PASSES):
        note_releases(plan.current)
        for ring, works in plan.rings():
            state = RingRun(
                ring,
                works,
                run_id=row.pk,
                connections=choices.connections,
                patience=choices.patience,
                watch=watch,
            ).run()
            rings.append(state)
            _report(row, plan, rings)
            if state.aborted:
                _close(row, RunState.ABORTED)
                return
            if not state.complete:
                _close(row, RunState.STOPPED)
                return
        plan = make_plan(progress=say)
        if not plan.work:
            break
    note_releases(plan.current)
    _report(row, plan, rings)
    _close(row, RunState.DONE)


def _report(row: MigrationRun, plan: Plan, rings: Sequence[RingState]) -> None:
    names = {work.member.id: work.member.name for work in plan.work}
    row.report |= {
        "rings": [state.as_json() for state in rings],
        "failed": [
            {"tenant": str(tenant), "name": names.get(tenant, ""), "error": error}
            for state in rings
            for tenant, error in state.errors.items()
        ],
        "ahead": [member.name for member in plan.ahead],
        "code_missing": {m.name: list(m.missing_code) for m in plan.current if m.missing_code},
    }
    with public_context():
        MigrationRun.objects.filter(pk=row.pk).update(report=row.report)


@contextmanager
def _single_runner() -> Iterator[None]:
    """Hold the fleet's lock on a connection of its own; a kill lets it go.

    Raises:
        RunInProgress: another process holds it.
    """
    params = connection.get_connection_params()
    plain = {k: params[k] for k in ("host", "port", "user", "password", "dbname") if k in params}
    with psycopg.connect(**plain, autocommit=True) as holder:
        holder.execute(f"SET lock_timeout = '{_LOCK_WAIT}'")
        try:
            holder.execute(f"SELECT pg_advisory_lock({_LOCK})")
        except psycopg.errors.LockNotAvailable:
            raise RunInProgress from None
        yield


def _open_run(release: str) -> MigrationRun:
    """Take up the run of this release that a killed process left, or begin one.

    Nobody else works: the fleet's lock is held.
    """
    with public_context():
        left = MigrationRun.objects.filter(state=RunState.RUNNING).order_by("-started_at")
        for row in left:
            if row.release == release and not row.abort_requested:
                left.exclude(pk=row.pk).update(state=RunState.STOPPED, finished_at=utc_now())
                return row
        left.update(state=RunState.STOPPED, finished_at=utc_now())
        return MigrationRun.objects.create(release=release)


def _close(row: MigrationRun, state: RunState) -> None:
    row.state, row.finished_at = state, utc_now()
    connection.close_if_unusable_or_obsolete()
    with public_context():
        row.save(update_fields=["state", "finished_at", "report"])


def abort() -> MigrationRun:
    """Ask the running migration to stop: what is under way is finished, nothing more begun.

    A run whose process was killed is closed at once.

    Raises:
        NoRunToAbort: nothing is running.
    """
    with public_context():
        row = MigrationRun.objects.filter(state=RunState.RUNNING).order_by("-started_at").first()
        if row is None:
            raise NoRunToAbort
        row.abort_requested = True
        row.save(update_fields=["abort_requested"])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_try_advisory_lock({_LOCK})")
            nobody_runs = bool(cursor.fetchone()[0])
            if nobody_runs:
                _close(row, RunState.ABORTED)
                cursor.execute(f"SELECT pg_advisory_unlock({_LOCK})")
    return row


def status() -> dict[str, Any]:
    """Return who is where: the fleet against this release, and the last run."""
    with public_context():
        row = MigrationRun.objects.order_by("-started_at").first()
        last = None if row is None else _run_as_json(row)
    return {"release": release_name(), **_who_is_where(), "run": last}


def _who_is_where() -> dict[str, object]:
    """Compare every tenant with this release without building anything."""
    rings: dict[int, dict[str, int]] = {}
    behind = []
    for member in read_fleet():
        ring = rings.setdefault(member.ring, {"current": 0, "behind": 0, "ahead": 0})
        lacks = [f"{a}.{n}" for s in member.segments for a, n in member.pending_of(s)]
        where = "ahead" if member.unknown() else "behind" if lacks else "current"
        ring[where] += 1
        if where != "current":
            behind.append(
                {"tenant": str(member.id), "name": member.name, "ring": member.ring}
                | {"state": where, "lacks": lacks}
            )
    return {
        "rings": [{"ring": ring, **counts} for ring, counts in sorted(rings.items())],
        "tenants": behind,
    }


def _run_as_json(row: MigrationRun) -> dict[str, object]:
    rows = TenantMigration.objects.filter(run=row)
    return {
        "id": str(row.pk),
        "state": row.state,
        "release": row.release,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "abort_requested": row.abort_requested,
        "done": rows.filter(done=True).count(),
        "not_done": [
            {"tenant": str(m.tenant_id), "ring": m.ring, "attempts": m.attempts, "error": m.error}
            for m in rows.filter(done=False)
        ],
        "report": row.report,
    }


def bring_up_to_date(tenant_id: UUID) -> bool:
    """Bring one tenant to this release, for example after it was restored.

    Returns:
        False when it could not be done now: see the run's report.
    """
    plan = make_plan([tenant_id])
    note_releases(plan.current)
    if not plan.work:
        return not plan.ahead
    with public_context():
        row = MigrationRun.objects.create(release=plan.release)
    ring = plan.work[0].member.ring
    state = RingRun(
        ring,
        plan.work,
        run_id=row.pk,
        connections=1,
        patience=Patience(),
        watch=lambda _state: None,
    ).run()
    _report(row, plan, [state])
    _close(row, RunState.DONE if state.complete else RunState.STOPPED)
    return state.complete
