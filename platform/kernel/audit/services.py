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

PRUNED: Final = "audit.pruned"
"""An entry of this kind says which entries before it were dropped."""
Seal: TypeAlias = tuple[int, str]
"""Number and hash of an entry."""
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
def verify_chain(*, expected_head: Seal | None = None, since: Seal | None = None) -> ChainReport:
    """Read the log of the current scope and check every hash.

    A log whose oldest entries were dropped begins where the entry about that says.

    Args:
        expected_head: sequence and hash noted earlier; a log that was cut off
            at the end is intact in itself, only this shows it.
        since: an entry from which on to read, with its hash; the start without it.
    """
    last, last_hash = _beginning() if since is None else (since[0] - 1, "")
    checked, known = 0, since or expected_head
    expected = dict([known] if known else [])
    rows = AuditEntry.objects.filter(sequence__gt=last).order_by("sequence")
    for row in rows.values(*_COLUMNS, "hash").iterator(chunk_size=2000):
        checked += 1
        fault = _fault(row, last=last, last_hash=last_hash, expected=expected)
        if fault is not None:
            return ChainReport(checked, last, last_hash, row["sequence"], fault)
        last, last_hash = row["sequence"], row["hash"]
    if known is not None and last < known[0]:
        return ChainReport(checked, last, last_hash, last + 1, "cut")
    return ChainReport(checked, last, last_hash)


def _beginning() -> Seal:
    """Return what the oldest entry goes on from: nothing, or an entry that was dropped."""
    first = AuditEntry.objects.order_by("sequence").values("sequence", "previous_hash").first()
    if first is None or first["sequence"] == 1:
        return 0, FIRST_HASH
    dropped: Seal = (first["sequence"] - 1, first["previous_hash"])
    told = AuditEntry.objects.filter(
        action=PRUNED, after__sequence=dropped[0], after__hash=dropped[1]
    )
    return dropped if told.exists() else (0, FIRST_HASH)


def _fault(
    row: Mapping[str, object], *, last: int, last_hash: str, expected: Mapping[int, str]
) -> ChainFault | None:
    sequence, written = row["sequence"], row["hash"]
    assert isinstance(sequence, int)  # noqa: S101  a column of the table
    if sequence != last + 1:
        return "missing"
    # Nothing is known of what lies before the entry that was asked for as the first.
    if last_hash and row["previous_hash"] != last_hash:
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
