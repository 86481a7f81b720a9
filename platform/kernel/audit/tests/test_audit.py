"""The audit log: complete, masked, chained, and closed to change."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, connections, transaction

from kernel.audit.actor import SYSTEM, Actor
from kernel.audit.canonical import entry_hash, plain
from kernel.audit.models import AuditEntry
from kernel.audit.sealing import FEATURE, LEAST_DAYS, keep, prune, seal, standing
from kernel.audit.services import NotRecordedAlone, record, verify_chain
from kernel.common.ids import public_id
from kernel.common.outbox.models import OutboxEvent
from kernel.common.time import utc_now
from kernel.modules import ports
from kernel.modules.ports import Decision
from kernel.tenancy.context import (
    TenantRef,
    bind_context,
    maintenance_context,
    public_context,
    tenant_context,
)
from testkit.tenants import open_test_tenant

SUPPORT = Actor(
    "operator", "stf_9", "Chen", acting_as=Actor("staff", "stf_1", "Li"), ip="::ffff:10.0.0.1"
)


@pytest.fixture(scope="module")
def opened() -> list[TenantRef]:
    """The tenant of these tests, once it is open."""
    return []


@pytest.fixture
def inside(committing: None, opened: list[TenantRef]) -> Iterator[TenantRef]:
    """A tenant whose log grows from test to test, entered; what is recorded stays."""
    if not opened:
        opened.append(open_test_tenant())
    with tenant_context(opened[0]):
        yield opened[0]


@pytest.fixture
def alone(committing: None) -> Iterator[TenantRef]:
    """A tenant of the test's own, entered, whose log is spoiled."""
    tenant = open_test_tenant()
    with tenant_context(tenant):
        yield tenant


@transaction.atomic
def _record(number: int) -> None:
    record(action="probe.counted", actor=SYSTEM, after={"number": number})


def test_an_act_outside_a_transaction_is_refused(inside: TenantRef) -> None:
    with pytest.raises(NotRecordedAlone):
        record(action="probe.counted", actor=SYSTEM)


def test_an_entry_names_both_people_and_masks_secrets(inside: TenantRef) -> None:
    with transaction.atomic():
        entry_id = record(
            action="staff.changed",
            actor=SUPPORT,
            obj=("staff", "stf_1"),
            before={"name": "Li", "password": "old", "rate": Decimal("1.50")},
            after={"name": "Li\x00", "nested": {"api_key": "k", "list": [1, None, True]}},
            reason="ticket 7",
        )

    entry = AuditEntry.objects.get(id=entry_id)
    assert (entry.actor_name, entry.acting_as) == ("Chen", "staff:stf_1 (Li)")
    assert entry.before == {"name": "Li", "password": "***", "rate": "1.50"}
    assert entry.after == {
        "name": "Li\ufffd",
        "nested": {"api_key": "***", "list": [1, None, True]},
    }
    assert verify_chain().intact


def test_an_undone_act_leaves_no_entry(inside: TenantRef) -> None:
    before = verify_chain()

    with transaction.atomic():
        record(action="probe.counted", actor=SYSTEM)
        transaction.set_rollback(True)

    assert verify_chain() == before


def test_concurrent_writers_keep_one_chain(inside: TenantRef) -> None:
    before = verify_chain()

    def write(number: int) -> None:
        try:
            _record(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(bind_context(write), range(20)))

    after = verify_chain()
    assert after.intact
    assert after.checked == before.checked + 20


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET reason = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
)
def test_the_log_refuses_to_be_changed(inside: TenantRef, statement: str) -> None:
    _record(1)
    before = verify_chain()

    with pytest.raises((DatabaseError, RuntimeError)), connection.cursor() as cursor:
        cursor.execute(statement)

    assert verify_chain() == before


def test_each_scope_has_a_log_of_its_own(inside: TenantRef) -> None:
    with public_context():
        public_before = verify_chain()

    _record(1)

    with public_context():
        assert verify_chain() == public_before


def test_a_forged_entry_is_found(inside: TenantRef) -> None:
    _record(1)
    good = verify_chain()

    with transaction.atomic():
        AuditEntry.objects.bulk_create(
            [
                AuditEntry(
                    sequence=good.head_sequence + 1,
                    occurred_at=utc_now(),
                    actor_type="system",
                    actor_id="system",
                    action="probe.forged",
                    previous_hash=good.head_hash,
                    hash="f" * 64,
                )
            ]
        )
        report = verify_chain()
        transaction.set_rollback(True)

    assert (report.broken_at, report.fault) == (good.head_sequence + 1, "changed")
    assert report.checked == good.checked + 1


def test_a_log_cut_at_the_end_is_found_by_a_head_noted_before(inside: TenantRef) -> None:
    _record(1)
    head = verify_chain()

    whole = verify_chain(expected_head=(head.head_sequence, head.head_hash))
    cut = verify_chain(expected_head=(head.head_sequence + 1, "0" * 64))

    assert whole.intact
    assert (cut.broken_at, cut.fault) == (head.head_sequence + 1, "cut")


def test_the_hash_is_over_every_column(inside: TenantRef) -> None:
    _record(1)
    row = dict(AuditEntry.objects.order_by("-sequence").values()[0])
    written = row.pop("hash")

    assert entry_hash(row) == written
    assert entry_hash({**row, "reason": "x"}) != written


def test_values_without_a_lasting_notation_become_text() -> None:
    assert plain({"a": 1.0, "b": {"z", "y"}, "c": b"raw"}) == {
        "a": "1.0",
        "b": ["y", "z"],
        "c": "<bytes>",
    }


def test_a_log_that_was_written_anew_is_found_by_the_seal_outside_of_it(
    alone: TenantRef,
) -> None:
    _record(1)
    first = seal(now=utc_now())
    seal(now=utc_now())
    _record(2)
    intact = standing(now=utc_now())
    with maintenance_context(alone.schema), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")
    for number in range(first.head_sequence + 5):
        _record(number)
    broken = seal(now=utc_now())

    assert intact.report.intact
    assert intact.sealed == (first.head_sequence, first.head_hash)
    assert verify_chain().intact
    assert (broken.broken_at, broken.fault) == (first.head_sequence, "changed")
    assert not standing(now=utc_now()).report.intact
    with public_context():
        name = public_id("ten", alone.id)
        seals = AuditEntry.objects.filter(action="audit.sealed", object_id=name)
        assert seals.count() == 1
        told = AuditEntry.objects.filter(action="audit.broken", object_id=name).get()
        assert told.after == {"sequence": first.head_sequence, "fault": "changed"}
    assert OutboxEvent.objects.filter(name="audit.log_broken").count() == 1


class _Plan:
    """Grants that keep the log for a month."""

    def decide(self, tenant_id: UUID, feature: str, now: datetime) -> Decision:
        limits = {"days": 30} if feature == FEATURE else {}
        return Decision("full", "granted", limits=limits)


def test_what_the_plan_does_not_keep_is_dropped_and_the_rest_stays_provable(
    alone: TenantRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = utc_now()
    for days in (400, 300, 190, 100):
        with transaction.atomic():
            record(action="probe.counted", actor=SYSTEM, now=now - timedelta(days=days))
    _record(5)
    before = verify_chain()
    unsealed = prune(now=now)
    seal(now=now)
    without_a_plan = prune(now=now)
    monkeypatch.setattr(ports, "_entitlements", _Plan())
    keep(now=now)
    left = AuditEntry.objects.filter(action="probe.counted").count()
    after = standing(now=now)
    again = prune(now=now)

    assert (unsealed, without_a_plan, again) == (0, 0, 0)
    # The law wants half a year, whatever the plan says.
    assert after.kept_days == LEAST_DAYS
    assert left == 2
    assert after.report.intact
    assert after.report.checked < before.checked
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry")
    with maintenance_context(alone.schema), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE sequence <= %s", [before.head_sequence - 1])
    assert not verify_chain().intact
