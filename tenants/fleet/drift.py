"""Compares every tenant's catalog with what its packs say; runs each night.

A schema drifts when somebody alters it by hand, or when a migration did not do
everywhere what it did on the scratch database. Later migrations then fail on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic, sleep
from uuid import UUID

from django.db import connection, transaction

from kernel.common.time import utc_now
from kernel.tenancy.context import maintenance_context, public_context
from tenants.ddl.catalog import Line, digest, read_catalog, tables_of_schema
from tenants.ddl.packs import catalog_lines, pack_for
from tenants.ddl.segments import KERNEL
from tenants.fleet.states import Member, read_fleet
from tenants.models import DriftFinding

PER_SECOND = 20
"""Tenants looked at in a second: each costs the database some 10 ms."""

FRESH_FOR = timedelta(hours=20)
"""A tenant looked at more recently than this is passed over: so a killed check goes on."""

MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of a catalog that is missing or too much."""

    segment: str
    sign: str
    line: Line

    def __str__(self) -> str:
        kind, table, name, definition = self.line
        return f"{self.sign} {kind} {table}.{name}: {definition}".rstrip()


@dataclass(slots=True)
class Tally:
    """What a check has found so far.

    Attributes:
        behind: tenants that wait for a migration; they are compared afterwards.
        fresh: tenants passed over because they were looked at lately.
    """

    checked: int = 0
    clean: int = 0
    drifted: list[str] = field(default_factory=list)
    behind: int = 0
    fresh: int = 0
    finished: bool = True


def check(
    *,
    seconds: float | None = None,
    per_second: float = PER_SECOND,
    fresh_for: timedelta = FRESH_FOR,
    progress: Callable[[Tally], None] = lambda _tally: None,
) -> Tally:
    """Look at every tenant that was not looked at lately.

    Args:
        seconds: stop after so long; the next call goes on with the rest.
        per_second: tenants a second at most; bounds the load on the database.
        fresh_for: pass over tenants looked at more recently.
        progress: called after each tenant.
    """
    tally = Tally()
    began = monotonic()
    fresh = _looked_at_since(fresh_for)
    for member in read_fleet():
        if seconds is not None and monotonic() - began > seconds:
            tally.finished = False
            break
        if member.id in fresh:
            tally.fresh += 1
            continue
        if member.unknown() or any(member.pending_of(s) for s in member.segments):
            tally.behind += 1
            continue
        started = monotonic()
        differences = differences_of(member)
        _write_down(member, differences)
        tally.checked += 1
        tally.clean += not differences
        if differences:
            tally.drifted.append(member.name)
        progress(tally)
        sleep(max(0.0, 1 / per_second - (monotonic() - started)))
    return tally


def _looked_at_since(fresh_for: timedelta) -> set[UUID]:
    with public_context():
        return set(
            DriftFinding.objects.filter(found_at__gt=utc_now() - fresh_for).values_list(
                "tenant_id", flat=True
            )
        )


def differences_of(member: Member) -> list[Difference]:
    """Return how a tenant's catalog differs from its packs; empty when it does not."""
    found: list[Difference] = []
    known: set[str] = set()
    for segment in member.segments:
        pack = pack_for(segment)
        known.update(pack.tables)
        with maintenance_context(member.schema), connection.cursor() as cursor:
            lines = read_catalog(cursor, pack.tables)
        if digest(lines) != pack.catalog:
            found += _differences(segment, expected=catalog_lines(segment), lines=lines)
    if not member.missing_code:
        found += _strange_tables(member, known)
    return found


def _differences(
    segment: str, *, expected: Sequence[Line], lines: Sequence[Line]
) -> Iterator[Difference]:
    for line in sorted(set(expected) - set(lines)):
        yield Difference(segment, "-", line)
    for line in sorted(set(lines) - set(expected)):
        yield Difference(segment, "+", line)


def _strange_tables(member: Member, known: set[str]) -> Iterator[Difference]:
    with maintenance_context(member.schema), connection.cursor() as cursor:
        for table in tables_of_schema(cursor):
            if table not in known:
                yield Difference(KERNEL, "+", ("table", table, table, "belongs to nobody"))


def _write_down(member: Member, differences: list[Difference]) -> None:
    """Keep the result: the finding of a tenant that is clean has no lines."""
    text = [str(difference) for difference in differences[:MOST_LINES]]
    segment = differences[0].segment if differences else ""
    wanted = pack_for(segment).catalog if segment else ""
    with public_context(), transaction.atomic():
        DriftFinding.objects.update_or_create(
            tenant_id=member.id,
            defaults={
                "segment": segment,
                "expected": wanted,
                "found": digest(difference.line for difference in differences) if segment else "",
                "detail": text,
                "found_at": utc_now(),
            },
        )


def findings() -> list[dict[str, object]]:
    """Return the tenants that had drifted when they were last looked at."""
    with public_context():
        rows = DriftFinding.objects.exclude(detail=[]).select_related("tenant")
        return [
            {
                "tenant": row.tenant.public_id,
                "name": row.tenant.name,
                "segment": row.segment,
                "found_at": row.found_at,
                "lines": row.detail,
            }
            for row in rows.order_by("tenant__name")
        ]
