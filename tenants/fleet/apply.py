"""Brings one tenant to this release by replaying packs: one message, one short transaction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection, transaction

from kernel.modules.registry import manifests
from kernel.tenancy.context import public_context
from tenants.ddl.names import checked_schema
from tenants.ddl.replay import grant_statements, record_statement
from tenants.ddl.segments import KERNEL
from tenants.fleet.plan import Work
from tenants.fleet.states import WITH_SCHEMA, Member, state_sql
from tenants.models import DdlPack

LOCK_TIMEOUT = "500ms"
STATEMENT_TIMEOUT = "60s"

# Classes that PostgreSQL leaves to applications; told apart from its own errors.
_MOVED, _GONE, _ABORTED = "ST001", "ST002", "ST003"
_LATER = {"55P03", "40P01", "40001"}  # lock not available, deadlock, serialization
_CREATES_TABLE = re.compile(r"^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\b", re.IGNORECASE)


class Outcome(Enum):
    """What became of one attempt."""

    DONE = "done"
    MOVED = "moved"
    """Somebody else changed the tenant's state meanwhile; it must be read anew."""
    GONE = "gone"
    """Archived or purged meanwhile: nothing to migrate."""
    LATER = "later"
    """A lock was not to be had; worth another attempt."""
    FAILED = "failed"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome and, when it failed, the reason for people."""

    outcome: Outcome
    error: str = ""


def lock_number(tenant_id: UUID) -> int:
    """Return the advisory lock of a tenant's migration, a signed 64-bit number."""
    return int.from_bytes(tenant_id.bytes[-8:], "big", signed=True)


def replay(work: Work, *, run_id: UUID) -> Result:
    """Apply the packs of one tenant, or nothing.

    The tenant's row is locked first, as switching a module on or off does, so
    the two never meet half-way; then its state is compared with the one planned
    for, so that two runners never apply the same migration twice.
    """
    text = ";\n".join(_message(work, run_id=run_id))
    try:
        with public_context(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(text)
    except DatabaseError as error:
        return result_of(error)
    return Result(Outcome.DONE)


def result_of(error: DatabaseError) -> Result:
    """Tell what an error of the database means for the tenant."""
    cause = error.__cause__
    state = cause.diag.sqlstate if isinstance(cause, psycopg.Error) else None
    known = {_MOVED: Outcome.MOVED, _GONE: Outcome.GONE, _ABORTED: Outcome.ABORTED}
    if state in known:
        return Result(known[state])
    outcome = Outcome.LATER if state in _LATER else Outcome.FAILED
    return Result(outcome, str(error).strip()[:2000])


def _message(work: Work, *, run_id: UUID) -> list[str]:
    member = work.member
    statements = [
        f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'",
        f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'",
        f"SET LOCAL search_path TO {checked_schema(member.schema)}, pg_temp",
        _guard(member, run_id=run_id),
    ]
    for pack in work.packs:
        statements += [*pack.statements, record_statement(pack.migrations)]
        statements += new_grants(pack, member.role)
        statements.append(_note_release(member, pack))
    statements.append(_note_done(member, run_id=run_id))
    return [statement for statement in statements if statement]


def new_grants(pack: DdlPack, role: str) -> list[str]:
    """Return grants for a pack that makes tables; rights on the old ones stay as they are."""
    makes_tables = not pack.atomic or any(_CREATES_TABLE.match(s) for s in pack.statements)
    return grant_statements(pack.tables, role) if makes_tables else []


def _guard(member: Member, *, run_id: UUID) -> str:
    states = ", ".join(f"'{state}'" for state in WITH_SCHEMA)
    return f"""DO $guard$ BEGIN
    IF (SELECT abort_requested FROM public.tenants_migrationrun WHERE id = '{run_id}') THEN
        RAISE EXCEPTION 'aborted' USING ERRCODE = '{_ABORTED}';
    END IF;
    PERFORM 1 FROM public.tenants_tenant
        WHERE id = '{member.id}' AND state IN ({states}) FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'gone' USING ERRCODE = '{_GONE}';
    END IF;
    IF NOT pg_try_advisory_xact_lock({lock_number(member.id)}) THEN
        RAISE EXCEPTION 'another runner is at this tenant' USING ERRCODE = 'lock_not_available';
    END IF;
    IF ({state_sql()}) <> '{member.state}' THEN
        RAISE EXCEPTION 'moved' USING ERRCODE = '{_MOVED}';
    END IF;
END $guard$"""  # noqa: S608  ids, digests and names of our own grammars


def _note_release(member: Member, pack: DdlPack) -> str:
    if pack.segment == KERNEL:
        return (
            f"UPDATE public.tenants_tenant SET release = '{pack.target}'"  # noqa: S608
            f" WHERE id = '{member.id}'"
        )
    version = manifests()[pack.segment].version
    return (
        f"UPDATE public.tenants_moduleinstall SET release = '{pack.target}',"  # noqa: S608
        f" version = '{version}' WHERE tenant_id = '{member.id}' AND module = '{pack.segment}'"
    )


def _note_done(member: Member, *, run_id: UUID) -> str:
    return (
        "INSERT INTO public.tenants_tenantmigration"  # noqa: S608
        " (run_id, tenant_id, ring, done, error, attempts)"
        f" VALUES ('{run_id}', '{member.id}', {member.ring}, true, '', 1)"
        " ON CONFLICT (run_id, tenant_id) DO UPDATE SET done = true, error = '',"
        " attempts = tenants_tenantmigration.attempts + 1, at = now()"
    )


def note_release_and_done(work: Work, *, run_id: UUID) -> list[str]:
    """Return the registry's part of the message, for work that Django itself did."""
    notes = [_note_release(work.member, pack) for pack in work.packs]
    return [*notes, _note_done(work.member, run_id=run_id)]
