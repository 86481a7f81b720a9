"""``stoa doctor ledger`` as a script would call it."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from typer.testing import CliRunner

from config.cli import doctor
from kernel.ledger.services import post
from kernel.ledger.tests.samples import SHOP, a_member, moving
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.tenants import open_test_tenant

run = CliRunner()


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    opened = open_test_tenant()
    with tenant_context(opened):
        post(key="1", kind="test.moved", legs=moving(5, source=SHOP, target=a_member()))
    return opened


def test_right_books_are_told_to_be_right(tenant: TenantRef) -> None:
    answer = run.invoke(doctor.app, ["ledger", "--tenant", tenant.public_id, "--json"])
    spoken = run.invoke(doctor.app, ["ledger", "--tenant", tenant.public_id])

    assert json.loads(answer.stdout) == [
        {
            "tenant": tenant.public_id,
            "clean": True,
            "counts": {"assets": 1, "accounts": 2, "journals": 1, "postings": 2},
            "findings": [],
        }
    ]
    assert (answer.exit_code, spoken.exit_code) == (0, 0)
    assert "1 of 1 ledgers are right" in spoken.stdout


def test_a_balance_that_is_not_the_sum_of_its_postings_is_found_among_all_tenants(
    tenant: TenantRef,
) -> None:
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET balance_minor = 6 WHERE owner_kind = 'member'")

    answer = run.invoke(doctor.app, ["ledger", "--all", "--json"])

    wrong = {report["tenant"]: report for report in json.loads(answer.stdout)}[tenant.public_id]
    assert answer.exit_code == 1
    assert [(one["check"], one["expected"], one["found"]) for one in wrong["findings"]] == [
        ("balance_is_sum_of_postings", "5", "6"),
        ("balance_is_that_of_the_last_posting", "1: 5", "1: 6"),
    ]
    assert run.invoke(doctor.app, ["ledger", "--tenant", tenant.public_id]).exit_code == 1


@pytest.mark.parametrize("arguments", [[], ["--all", "--tenant", "ten_x"]])
def test_one_tenant_or_all_of_them_must_be_named(arguments: list[str]) -> None:
    assert run.invoke(doctor.app, ["ledger", *arguments]).exit_code == 2
