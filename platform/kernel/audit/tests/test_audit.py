"""The audit log: complete, masked, chained, and closed to change."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, connections, transaction

from kernel.audit.actor import SYSTEM, Actor
from kernel.audit.canonical import entry_hash, plain
from kernel.audit.models import AuditEntry
from kernel.audit.services import NotRecordedAlone, record, verify_chain
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, bind_context, public_context, tenant_context
from testkit.tenants import open_test_tenant

SUPPORT = Actor(
    "operator", "stf_9", "Chen", acting_as=Actor("staff", "stf_1", "Li"), ip="::ffff:10.0.0.1"
)


@pytest.fixture
def inside(committing: None) -> Iterator[TenantRef]:
    """A tenant of the test's own, entered; what is recorded stays."""
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
