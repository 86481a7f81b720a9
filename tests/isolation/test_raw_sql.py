"""What raw SQL of a tenant's code can reach."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from kernel.access.models import Staff
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.errors import StatementRefused


def run(text: str) -> list[tuple[object, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text)
        return list(cursor.fetchall()) if cursor.description else []


def test_another_tenants_rows_are_refused_by_the_database(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a), pytest.raises(ProgrammingError, match="permission denied"):
        run(f"SELECT * FROM {tenant_b.schema}.access_staff")


@pytest.mark.parametrize("table", ["tenants_tenant", "tenants_grant", "access_staff"])
def test_public_tables_are_refused_by_the_database(in_tenant_a: TenantRef, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"SELECT * FROM public.{table}")


def test_shared_tables_can_be_read_and_not_written(in_tenant_a: TenantRef) -> None:
    run("SELECT * FROM shared.reference_currency")

    with pytest.raises(ProgrammingError, match="permission denied"):
        run("DELETE FROM shared.reference_currency")


@pytest.mark.parametrize(
    "text",
    [
        "SET ROLE NONE",
        "RESET ROLE",
        "reset all",
        "DISCARD ALL",
        "SET SESSION AUTHORIZATION DEFAULT",
        "set search_path to public",
        "/* a */ -- b\n SET ROLE NONE",
        "SELECT 1; RESET ROLE",
        "DO $$ BEGIN EXECUTE 'RESET ROLE'; END $$",
        "PREPARE x AS SELECT 1",
        "CREATE TABLE mine (id int)",
        "DROP TABLE access_staff",
        "ALTER TABLE access_staff ADD COLUMN x int",
        "LISTEN news",
        "NOTIFY news, 'x'",
        "COPY access_staff TO PROGRAM 'cat'; SET ROLE NONE",
        "GRANT ALL ON access_staff TO PUBLIC",
    ],
)
def test_a_tenants_code_cannot_leave_its_role_or_change_definitions(
    in_tenant_a: TenantRef, text: str
) -> None:
    with pytest.raises(StatementRefused):
        run(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT set_config('role', 'none', false)",
        "SELECT pg_catalog.set_config('search_path', 'public', false)",
        "SELECT lo_create(0)",
        "SELECT pg_notify('news', 'x')",
    ],
)
def test_functions_that_could_change_the_session_are_refused_by_the_database(
    in_tenant_a: TenantRef, text: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(text)


def test_each_tenant_sees_its_own_staff(tenant_a: TenantRef, tenant_b: TenantRef) -> None:
    with tenant_context(tenant_a):
        Staff.objects.all().delete()

    with tenant_context(tenant_b):
        assert Staff.objects.count() == 1
