"""The books of a tenant go with it, and stay guarded where they arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kernel.common.ids import uuid7
from kernel.ledger.models import Journal
from kernel.ledger.selectors import trial_balance
from kernel.ledger.services import Owner, freeze, post, statement, verify
from kernel.ledger.tests.samples import GRANTS, a_member, moving, points
from kernel.tenancy.context import TenantRef, public_context, tenant_context
from kernel.tenancy.ports import directory
from testkit.chaos import Nursery
from testkit.tenants import open_test_tenant

pytestmark = pytest.mark.usefixtures("committing")


@pytest.fixture
def nursery(django_db_setup: None) -> Iterator[Nursery]:
    with Nursery() as running:
        yield running


def run(nursery: Nursery, *arguments: str) -> Any:
    done = nursery.run("tests.chaos.work:command", arguments=list(arguments)).result
    assert done["status"] == 0, done
    return json.loads(done["output"])


def books(tenant: TenantRef, owner: Owner) -> tuple[object, ...]:
    with tenant_context(tenant):
        assert verify() == []
        return trial_balance(), statement(owner, "points"), statement(owner, "points", "frozen")


def at(host: str) -> TenantRef:
    with public_context():
        found = directory().by_host(host, kind="store")
    assert found is not None
    return found


def test_a_copied_and_an_imported_tenant_have_the_same_books_and_guards(
    nursery: Nursery, tmp_path: Path
) -> None:
    source, member = open_test_tenant(), a_member()
    with tenant_context(source):
        points(expiry_days=30)
        legs = moving(50, source=GRANTS, target=member, asset="points")
        post(key="given", kind="test.given", legs=legs)
        freeze(member, "points", 20, key="kept")
    copied, imported = (f"{token_hex(4)}.localhost" for _host in range(2))
    phrase, archive = tmp_path / "phrase", str(tmp_path / "tenant.age")
    phrase.write_text("a long walk by the sea\n")
    opened_by = ("--passphrase-file", str(phrase), "--json")

    run(nursery, "tenant", "copy", source.name, token_hex(4), "--host", copied, "--json")
    run(nursery, "tenant", "export", source.name, archive, *opened_by)
    run(nursery, "tenant", "import", archive, "--host", imported, *opened_by)

    for tenant in (at(copied), at(imported)):
        assert books(tenant, member) == books(source, member)
        with tenant_context(tenant), pytest.raises(IntegrityError, match="not whole"):
            write_a_journal_without_lines()
        with tenant_context(tenant):
            assert Journal.objects.count() == 2


@transaction.atomic
def write_a_journal_without_lines() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_journal (id, key, kind, occurred_at, reference_type, data,"
            " fingerprint, lines) VALUES (%s, 'x', 'x', now(), '', '{}', '', 2)",
            [uuid7()],
        )
