"""What the database refuses by itself, whatever the code does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kernel.common.ids import uuid7
from kernel.ledger.models import Account, Journal, Posting
from kernel.ledger.services import Leg, post, verify
from kernel.ledger.tests.samples import SHOP, a_member, moving
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant

JOURNAL = (
    "INSERT INTO ledger_journal (id, key, kind, occurred_at, reference_type, data, fingerprint,"
    " lines) VALUES (%s, %s, 'raw', now(), '', '{}', '', %s)"
)
POSTING = (
    "INSERT INTO ledger_posting (journal_id, line, lines, account_id, sequence, minor,"
    " balance_after) VALUES (%s, %s, %s, %s, %s, %s, 0)"
)


def run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@transaction.atomic
def write(*lines: tuple[int, UUID, int], journal: UUID | None = None, of: int = 2) -> None:
    """Write a journal as nobody should: number, account, and amount of each line."""
    number = journal or uuid7()
    if journal is None:
        run(JOURNAL, number, "raw", of)
    for line, account, minor in lines:
        run(POSTING, number, line, of, account, 100, minor)


@pytest.fixture
def posted(books: TenantRef) -> Journal:
    """A journal of two lines that is committed."""
    return post(key="first", kind="test.moved", legs=moving(5, source=SHOP, target=a_member()))


def accounts() -> list[Account]:
    return list(Account.objects.order_by("id"))


def test_a_journal_that_does_not_balance_is_refused_at_commit(posted: Journal) -> None:
    one, two = accounts()

    with pytest.raises(IntegrityError, match="not balanced"):
        write((1, one.id, 7), (2, two.id, -6))

    assert Journal.objects.get() == posted
    assert verify() == []


def test_a_journal_balances_in_each_asset(posted: Journal) -> None:
    one = accounts()[0]
    post(
        key="other", kind="test.moved", legs=moving(1, source=SHOP, target=a_member(), asset="usd")
    )
    other = Account.objects.filter(asset__code="usd")[0]

    with pytest.raises(IntegrityError, match="not balanced"):
        write((1, one.id, 7), (2, other.id, -7))

    assert Journal.objects.count() == 2


@pytest.mark.parametrize("lines", [(), (1,)])
def test_a_journal_with_lines_missing_is_refused_at_commit(
    posted: Journal, lines: tuple[int, ...]
) -> None:
    account = accounts()[0].id

    with pytest.raises(IntegrityError, match="not whole"):
        write(*((line, account, 7) for line in lines))

    assert Journal.objects.get() == posted


def test_a_line_of_no_account_is_refused_at_commit(posted: Journal) -> None:
    with pytest.raises(IntegrityError, match="not whole"):
        write((1, uuid7(), 7), (2, uuid7(), -7))

    assert Posting.objects.count() == 2


@pytest.mark.parametrize(("line", "lines"), [(3, 3), (1, 2), (3, 2), (0, 2)])
def test_no_line_is_added_to_a_journal_that_is_whole(
    posted: Journal, line: int, lines: int
) -> None:
    with pytest.raises(IntegrityError):
        write((line, accounts()[0].id, 7), journal=posted.id, of=lines)

    assert Posting.objects.count() == 2


def test_a_line_without_a_journal_is_refused(posted: Journal) -> None:
    with pytest.raises(IntegrityError, match="ledger_posting_of_journal"):
        write((1, accounts()[0].id, 7), journal=uuid7())

    assert Posting.objects.count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_journal SET kind = 'x'",
        "DELETE FROM ledger_journal",
        "TRUNCATE ledger_journal CASCADE",
        "UPDATE ledger_posting SET minor = 1",
        "DELETE FROM ledger_posting",
        "UPDATE ledger_account SET asset_id = asset_id",
        "UPDATE ledger_account SET state = 'locked'",
        "UPDATE ledger_account SET owner_id = owner_id",
        "DELETE FROM ledger_account",
        "UPDATE ledger_account SET balance_minor = -1 WHERE owner_kind = 'member'",
        "ALTER TABLE ledger_journal DISABLE TRIGGER ALL",
        "DROP FUNCTION ledger_check_journal CASCADE",
    ],
)
def test_what_was_written_stays(posted: Journal, statement: str) -> None:
    with pytest.raises((DatabaseError, RuntimeError)), transaction.atomic():
        run(statement)

    assert Journal.objects.get() == posted
    assert verify() == []


def test_the_check_looks_into_its_own_schema_wherever_the_commit_happens(books: TenantRef) -> None:
    other = open_test_tenant()
    member = a_member()

    with transaction.atomic():
        post(key="here", kind="test.moved", legs=moving(5, source=SHOP, target=member))
        with tenant_context(other):
            post(key="there", kind="test.moved", legs=moving(7, source=SHOP, target=member))

    assert Journal.objects.get().key == "here"
    with pytest.raises(IntegrityError, match="not whole"):
        _write_here_and_commit_elsewhere(other)


@transaction.atomic
def _write_here_and_commit_elsewhere(other: TenantRef) -> None:
    run(JOURNAL, uuid7(), "raw", 2)
    with tenant_context(other):
        assert Journal.objects.get().key == "there"


def test_another_tenants_books_cannot_be_read_or_written(posted: Journal, books: TenantRef) -> None:
    other = open_test_tenant()
    with tenant_context(other):
        for statement in (
            f"SELECT * FROM {books.schema}.ledger_posting",
            f"UPDATE {books.schema}.ledger_account SET balance_minor = 1",
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                run(statement)
        legs = [Leg(SHOP, "cny", -5), Leg(a_member(), "cny", 5)]
        same_key = post(key="first", kind="test.moved", legs=legs)

        assert same_key.id != posted.id
    assert verify() == []
