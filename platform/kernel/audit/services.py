"""Writing the audit log, and proving that nobody changed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from kernel.audit.actor import Actor
from kernel.audit.canonical import FIRST_HASH, entry_hash, normal_ip, plain, text
from kernel.audit.models import AuditEntry
from kernel.common.ids import uuid7
from kernel.common.time import utc_now
from kernel.tenancy import carried

# One log, one writer at a time: the next entry needs the hash of the last. The
# lock ends with the caller's transaction, so record late in it.
_LOCK: Final = (
    "SELECT pg_catalog.pg_advisory_xact_lock("
    "pg_catalog.hashtextextended('audit:' || pg_catalog.current_schema(), 0))"
)
_COLUMNS: Final = tuple(
    field.attname for field in AuditEntry._meta.concrete_fields if field.attname != "hash"
)

ChainFault: TypeAlias = Literal["changed", "missing", "unlinked", "cut"]


class NotRecordedAlone(RuntimeError):
    """An act was recorded outside the transaction that performs it: a bug."""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a check of the chain found.

    Attributes:
        checked: entries that were read.
        head_sequence: the last good entry, 0 for an empty log.
        head_hash: its hash; kept elsewhere, it proves later that nothing was cut off.
        broken_at: sequence of the first entry that is wrong, or None.
        fault: ``changed`` content, ``missing`` entry before it, ``unlinked``
            from the one before, or ``cut``: the log ends before the expected head.
    """

    checked: int
    head_sequence: int
    head_hash: str
    broken_at: int | None = None
    fault: ChainFault | None = None

    @property
    def intact(self) -> bool:
        """True when every entry is as it was written."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act to be recorded; see `record`."""

    action: str
    obj: Model | tuple[str, str] | None = None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    reason: str = ""


def record(
    *,
    action: str,
    actor: Actor,
    obj: Model | tuple[str, str] | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
    now: datetime | None = None,
) -> UUID:
    """Add an act to the log of the current scope, inside the caller's transaction.

    Args:
        action: ``area.verb``, stable.
        actor: who; with `Actor.acting_as` both people are kept.
        obj: what it was done to: a model instance, or type and id.
        before: the changed fields as they were; secrets are masked.
        after: the changed fields as they are.
        reason: as the person gave it.
        now: the moment, when the caller has one.

    Raises:
        NotRecordedAlone: no transaction is open.
    """
    act = Act(action=action, obj=obj, before=before, after=after, reason=reason)
    return record_many([act], actor=actor, now=now)[0]


def record_many(acts: Sequence[Act], *, actor: Actor, now: datetime | None = None) -> list[UUID]:
    """Add acts of one person and moment to the log, in their order; three statements.

    Raises:
        NotRecordedAlone: no transaction is open.
    """
    if not acts:
        return []
    if not connection.in_atomic_block:
        raise NotRecordedAlone(acts[0].action)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    head = AuditEntry.objects.order_by("-sequence").values_list("sequence", "hash").first()
    sequence, previous = head or (0, FIRST_HASH)
    moment = now or utc_now()
    entries = []
    for number, act in enumerate(acts, start=sequence + 1):
        columns = _columns_of(act, actor, moment) | {
            "sequence": number,
            "previous_hash": previous,
        }
        previous = entry_hash(columns)
        entries.append(AuditEntry(**columns, hash=previous))
    AuditEntry.objects.bulk_create(entries)
    return [entry.id for entry in entries]


def _columns_of(act: Act, actor: Actor, moment: datetime) -> dict[str, object]:
    object_type, object_id = _named(act.obj)
    return {
        "id": uuid7(),
        "occurred_at": moment,
        "actor_type": actor.kind,
        "actor_id": text(actor.id)[:64],
        "actor_name": text(actor.name)[:200],
        "acting_as": text(str(actor.acting_as or ""))[:300],
        "action": act.action,
        "object_type": object_type,
        "object_id": text(object_id)[:64],
        "before": None if act.before is None else plain(act.before),
        "after": None if act.after is None else plain(act.after),
        "reason": text(act.reason),
        "ip": normal_ip(actor.ip),
        "request_id": text(carried.snapshot().get("request_id", ""))[:64],
    }


@transaction.atomic
def verify_chain(*, expected_head: tuple[int, str] | None = None) -> ChainReport:
    """Read the log of the current scope from the start and check every hash.

    Args:
        expected_head: sequence and hash noted earlier; a log that was cut off
            at the end is intact in itself, only this shows it.
    """
    checked, last, last_hash = 0, 0, FIRST_HASH
    expected = dict([expected_head] if expected_head else [])
    rows = AuditEntry.objects.order_by("sequence").values(*_COLUMNS, "hash")
    for row in rows.iterator(chunk_size=2000):
        checked += 1
        fault = _fault(row, last=last, last_hash=last_hash, expected=expected)
        if fault is not None:
            return ChainReport(checked, last, last_hash, row["sequence"], fault)
        last, last_hash = row["sequence"], row["hash"]
    if expected_head is not None and last < expected_head[0]:
        return ChainReport(checked, last, last_hash, last + 1, "cut")
    return ChainReport(checked, last, last_hash)


def _fault(
    row: Mapping[str, object], *, last: int, last_hash: str, expected: Mapping[int, str]
) -> ChainFault | None:
    sequence, written = row["sequence"], row["hash"]
    assert isinstance(sequence, int)  # noqa: S101  a column of the table
    if sequence != last + 1:
        return "missing"
    if row["previous_hash"] != last_hash:
        return "unlinked"
    if entry_hash({name: row[name] for name in _COLUMNS}) != written:
        return "changed"
    if expected.get(sequence, written) != written:
        return "changed"
    return None


def _named(obj: Model | tuple[str, str] | None) -> tuple[str, str]:
    if obj is None:
        return "", ""
    if isinstance(obj, Model):
        return obj._meta.label_lower, str(obj.pk)
    return obj
