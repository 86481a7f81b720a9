"""Seals and shortens a tenant's log.

A seal is the head of the log, noted in the log of the installation, which nobody who
reaches a tenant's schema can write: a log that was written anew, or cut at its end, no
longer leads through its seals. What the plan does not keep is dropped by the owner of the
schema, from the oldest on; the entry that says so carries the hash from which the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import connection, transaction

from kernel.audit.actor import Actor
from kernel.audit.events import LogBroken
from kernel.audit.models import AuditEntry
from kernel.audit.selectors import SEALED
from kernel.audit.services import PRUNED, ChainReport, Seal, record, verify_chain
from kernel.common.ids import public_id
from kernel.common.outbox.publishing import publish
from kernel.modules.ports import entitlements
from kernel.tenancy.context import (
    TenantRef,
    current_tenant,
    maintenance_context,
    public_context,
)

FEATURE: Final = "audit"
"""What plans grant; its limit ``days`` says for how long entries are kept."""
LEAST_DAYS: Final = 180
"""The law of some places wants so much; a plan cannot keep less."""
BROKEN: Final = "audit.broken"
_SYSTEM: Final = Actor.system("audit.keeping")
_DROP: Final = "DELETE FROM audit_entry WHERE sequence <= %s"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a log.

    Attributes:
        report: of the check.
        sealed: the last seal; None before the first night.
        sealed_at: when it was set.
        kept_days: for how long entries are kept; None for good.
    """

    report: ChainReport
    sealed: Seal | None
    sealed_at: datetime | None
    kept_days: int | None


def kept_days(*, now: datetime) -> int | None:
    """Return for how many days the current tenant's plan keeps entries; None for good."""
    days = entitlements().decide(current_tenant().id, FEATURE, now).limits.get("days")
    return None if days is None else max(int(days), LEAST_DAYS)


def standing(*, now: datetime) -> Standing:
    """Check the whole log of the current tenant against itself and its last seal."""
    sealed, sealed_at = last_seal()
    return Standing(verify_chain(expected_head=sealed), sealed, sealed_at, kept_days(now=now))


def last_seal() -> tuple[Seal | None, datetime | None]:
    """Return the last seal of the current tenant's log, and when it was set."""
    name = _name_of(current_tenant())
    with public_context():
        found = AuditEntry.objects.filter(object_type="audit_log", object_id=name, action=SEALED)
        row = found.order_by("-sequence").values("after", "occurred_at").first()
    if row is None or row["after"] is None:
        return None, None
    return (int(row["after"]["sequence"]), str(row["after"]["hash"])), row["occurred_at"]


def seal(*, now: datetime) -> ChainReport:
    """Check what came since the last seal, and set the next; a broken log is told of.

    Not to be called in a transaction.
    """
    tenant, (sealed, _at) = current_tenant(), last_seal()
    report = verify_chain(since=sealed)
    if not report.intact:
        log.error("audit.chain_broken", at=report.broken_at, fault=report.fault)
        _note(tenant, BROKEN, {"sequence": report.broken_at, "fault": report.fault}, now=now)
        with transaction.atomic():
            publish(LogBroken(sequence=report.broken_at or 0), aggregate="audit_log")
    elif sealed is None or report.head_sequence > sealed[0]:
        after = {"sequence": report.head_sequence, "hash": report.head_hash}
        _note(tenant, SEALED, after, now=now)
    return report


def prune(*, now: datetime) -> int:
    """Drop what the plan does not keep; return how many entries that were.

    Only what is intact and sealed is dropped. Not to be called in a transaction.
    """
    tenant, days = current_tenant(), kept_days(now=now)
    last = _last_before(now - timedelta(days=days)) if days is not None else None
    sealed, _at = last_seal()
    if last is None or sealed is None or last[0] >= sealed[0] or not verify_chain().intact:
        return 0
    with transaction.atomic(durable=True):
        after = {"sequence": last[0], "hash": last[1], "days": days}
        record(action=PRUNED, actor=_SYSTEM, obj=("audit_log", ""), after=after, now=now)
    _note(tenant, PRUNED, after, now=now)
    with maintenance_context(tenant.schema), connection.cursor() as cursor:
        cursor.execute(_DROP, [last[0]])
        return cursor.rowcount


def keep(*, now: datetime) -> None:
    """Seal the log, then shorten it; what the clock calls each night."""
    if seal(now=now).intact:
        prune(now=now)


def _last_before(moment: datetime) -> Seal | None:
    """Return the last of the oldest entries that are all older than a moment."""
    younger = AuditEntry.objects.filter(occurred_at__gte=moment).order_by("sequence")
    first = younger.values_list("sequence", flat=True).first()
    rows = AuditEntry.objects.order_by("-sequence")
    if first is not None:
        rows = rows.filter(sequence__lt=first)
    return rows.values_list("sequence", "hash").first()


def _note(tenant: TenantRef, action: str, after: Mapping[str, object], *, now: datetime) -> None:
    """Write into the log of the installation."""
    obj = ("audit_log", _name_of(tenant))
    with public_context(), transaction.atomic():
        record(action=action, actor=_SYSTEM, obj=obj, after=after, now=now)


def _name_of(tenant: TenantRef) -> str:
    return public_id("ten", tenant.id)
