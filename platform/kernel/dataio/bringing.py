"""Brings one batch of an import in: what became of each row, and why rows were left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.access.models import Staff
from kernel.access.scopes import limited_to
from kernel.audit.actor import Actor
from kernel.common.errors import DomainError
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.outbox.codec import encode
from kernel.dataio.batches import bring_in_together
from kernel.dataio.choices import ImportState
from kernel.dataio.errors import NotAllowed
from kernel.dataio.formats import Group
from kernel.dataio.models import Import, ImportFault
from kernel.dataio.records import ProductRecord
from kernel.dataio.resources import (
    PRODUCTS,
    Outcome,
    Resource,
    RowRecord,
    Work,
    permission_for,
    resource_of,
)
from kernel.dataio.upsert import Upsert
from kernel.tenancy.context import current_tenant

COUNTS: Final = ("created", "updated", "unchanged", "failed")


@dataclass(slots=True)
class Brought:
    """What became of a batch."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    faults: list[ImportFault] = field(default_factory=list)
    pictures: list[UUID] = field(default_factory=list)


def bring_in(row: Import, batch: Sequence[Group], *, now: datetime) -> Brought:
    """Bring a batch in, inside the caller's transaction; of a rehearsal nothing is kept."""
    brought = Brought()
    resource = resource_of(row.resource)
    with _rehearsal(rehearse=row.state == ImportState.CHECKING):
        for group in batch:
            if isinstance(group, tuple):
                line, name, refusal = group
                _leave_out(brought, row, line, name, refusal)
        if resource is None:
            records = [group for group in batch if isinstance(group, ProductRecord)]
            _products(brought, row, records, now=now)
        else:
            rows = [group for group in batch if isinstance(group, RowRecord)]
            _rows(brought, row, resource, rows, now=now)
    return brought


def line_of(group: Group) -> int:
    """Return where a group begins in the file."""
    return group[0] if isinstance(group, tuple) else group.line


def actor_of(row: Import) -> Actor:
    """Return who started an import."""
    return Actor(**{**row.actor, "acting_as": None})


@contextmanager
def within_limits(row: Import) -> Iterator[None]:
    """Let the limits of whoever started an import hold; products know of none.

    Raises:
        NotAllowed: the person may not import this any more, or nobody can.
    """
    if row.resource == PRODUCTS:
        yield
        return
    actor, permission = actor_of(row), permission_for(row.resource)
    person = _person(actor)
    is_staff = actor.kind == "staff"
    if permission is None or (is_staff and (person is None or not person.may(permission))):
        raise NotAllowed(reason="not_allowed")
    with limited_to(person):
        yield


def _person(actor: Actor) -> Staff | None:
    if actor.kind != "staff":
        return None
    try:
        return Staff.objects.filter(pk=parse_public_id("stf", actor.id)).first()
    except InvalidId:
        return None


def _products(
    brought: Brought, row: Import, records: Sequence[ProductRecord], *, now: datetime
) -> None:
    upsert = Upsert(
        actor=actor_of(row),
        currency=current_tenant().currency,
        now=now,
        publish=row.publish,
        with_stock=row.with_stock,
    )
    done = bring_in_together(records, upsert)
    for outcome in done.values():
        brought.counts[outcome] += 1
    for record in records:
        if record.line in done:
            continue
        expected = len(upsert.pictures)
        try:
            with transaction.atomic():
                brought.counts[upsert.product(record)] += 1
        except DomainError as refusal:
            upsert.forget(pictures_after=expected)
            _leave_out(brought, row, record.line, record.name, refusal)
    brought.pictures = upsert.pictures if row.state == ImportState.APPLYING else []


def _rows(
    brought: Brought, row: Import, resource: Resource, rows: Sequence[RowRecord], *, now: datetime
) -> None:
    if not rows:
        return
    done = _outcomes(resource, rows, Work(actor=actor_of(row), now=now, options=row.options))
    for record in rows:
        outcome = done[record.line]
        if isinstance(outcome, DomainError):
            _leave_out(brought, row, record.line, record.name, outcome)
        else:
            brought.counts[outcome] += 1


def _outcomes(
    resource: Resource, rows: Sequence[RowRecord], work: Work
) -> Mapping[int, Outcome | DomainError]:
    """Bring rows in together; when one spoils it for all, one by one."""
    try:
        with transaction.atomic():
            return resource.bring_in(rows, work)
    except DomainError as refusal:
        if len(rows) == 1:
            return {rows[0].line: refusal}
    done: dict[int, Outcome | DomainError] = {}
    for record in rows:
        done.update(_outcomes(resource, [record], work))
    return done


@contextmanager
def _rehearsal(*, rehearse: bool) -> Iterator[None]:
    """Undo everything at the end of the block when it is only a rehearsal."""
    with transaction.atomic():
        yield
        if rehearse:
            transaction.set_rollback(True)


def _leave_out(brought: Brought, row: Import, line: int, name: str, refusal: DomainError) -> None:
    brought.counts["failed"] += 1
    detail = {key: encode(value) for key, value in refusal.fields.items()}
    brought.faults.append(
        ImportFault(
            source=row,
            line=int(str(refusal.fields.get("line", line))),
            name=name[:200],
            code=refusal.code,
            text=str(refusal)[:300],
            detail=detail,
        )
    )
