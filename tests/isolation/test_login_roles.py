"""What each kind of process may do in the database, asked of PostgreSQL itself."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection

from kernel.tenancy.context import TenantRef
from testkit.database import login_url
from testkit.tenants import open_test_tenant

KINDS = ["store", "console", "channel", "worker"]


@pytest.fixture(scope="module")
def tenant(django_db_setup: None, django_db_blocker: Any) -> TenantRef:
    """One for all tests: what they send is refused."""
    with django_db_blocker.unblock():
        opened = open_test_tenant()
        connection.close()
    return opened


def refused(kind: str, statement: str) -> bool:
    """Tell whether PostgreSQL refuses a statement of a login role for want of rights."""
    with psycopg.connect(login_url(kind), autocommit=True) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.x (id int)",
        "CREATE SCHEMA x",
        "CREATE TEMPORARY TABLE x (id int)",
        "CREATE ROLE x",
        "DROP TABLE public.tenants_tenant",
        "ALTER TABLE public.tenants_tenant ADD COLUMN x int",
        "DELETE FROM public.tenants_tenant",
        "UPDATE public.django_migrations SET name = ''",
        "INSERT INTO shared.reference_currency VALUES ('XXX', 0, '', '')",
    ],
)
def test_no_serving_process_changes_definitions_or_the_registrys_history(
    tenant: TenantRef, kind: str, statement: str
) -> None:
    assert refused(kind, statement)


@pytest.mark.parametrize("kind", KINDS)
def test_no_serving_process_becomes_the_owner(tenant: TenantRef, kind: str) -> None:
    owner = tenant.role.removesuffix(tenant.schema) + "owner"

    assert refused(kind, f'SET ROLE "{owner}"')


@pytest.mark.parametrize("kind", KINDS)
def test_a_login_role_alone_sees_no_tenants_rows(tenant: TenantRef, kind: str) -> None:
    assert refused(kind, f"SELECT * FROM {tenant.schema}.access_staff")


@pytest.mark.parametrize("kind", ["store", "console"])
@pytest.mark.parametrize("table", ["access_staff", "tenants_schemaslot", "django_session"])
def test_the_tenants_processes_do_not_see_the_platforms_tables(
    tenant: TenantRef, kind: str, table: str
) -> None:
    assert refused(kind, f"SELECT * FROM public.{table}")


def test_the_storefronts_process_writes_nothing_in_public(tenant: TenantRef) -> None:
    with psycopg.connect(login_url("owner"), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE table_schema = 'public' AND grantee = %s AND privilege_type <> 'SELECT'",
            [tenant.role.removesuffix(tenant.schema) + "store"],
        ).fetchall()

    assert rows == []


def test_a_tenants_role_cannot_sign_in(tenant: TenantRef) -> None:
    url = login_url("store")
    user = tenant.role.removesuffix(tenant.schema) + "store"

    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace(user, tenant.role, 1))


_BILLING = "public.channel_center_billing_"
_SOLD = [
    f"UPDATE {_BILLING}wallet SET credit_limit_minor = 1",
    f"UPDATE {_BILLING}charge SET seller_id = NULL",
    f"UPDATE {_BILLING}chargestep SET billed_minor = 0",
    f"UPDATE {_BILLING}chargestep SET refunded_minor = 0",
    f"UPDATE {_BILLING}reading SET used = 0",
    f"UPDATE {_BILLING}priceline SET amount_minor = 0",
    f"UPDATE {_BILLING}pricelist SET state = 'published'",
    f"UPDATE {_BILLING}offer SET is_active = true",
    f"UPDATE {_BILLING}invoice SET total_minor = 0",
    f"DELETE FROM {_BILLING}invoiceline",
    f"DELETE FROM {_BILLING}charge",
    f"DELETE FROM {_BILLING}subscription",
    f"DELETE FROM {_BILLING}licence",
    f"UPDATE {_BILLING}topup SET amount_minor = 1",
    f"INSERT INTO {_BILLING}refund (reason) VALUES ('x')",
    f"UPDATE {_BILLING}biller SET prefix = 'X'",
    "UPDATE public.ledger_account SET may_go_negative = true",
    "UPDATE public.ledger_account SET owner_id = gen_random_uuid()",
    "UPDATE public.ledger_posting SET minor = 0",
    "UPDATE public.ledger_journal SET kind = 'x'",
    "DELETE FROM public.ledger_posting",
    "DELETE FROM public.ledger_account",
    "UPDATE public.ledger_asset SET scale = 0",
    "INSERT INTO public.ledger_hold (amount_minor) VALUES (1)",
]


@pytest.mark.parametrize("kind", ["store", "console", "worker"])
def test_who_sells_for_a_shop_changes_no_price_limit_or_entry_that_stands(
    tenant: TenantRef, kind: str
) -> None:
    assert [each for each in _SOLD if not refused(kind, each)] == []


@pytest.mark.parametrize("kind", ["store", "console"])
@pytest.mark.parametrize("table", ["topup", "gift", "notice"])
def test_no_process_of_a_shop_notes_money_that_came_in(
    tenant: TenantRef, kind: str, table: str
) -> None:
    assert refused(kind, f"INSERT INTO {_BILLING}{table} DEFAULT VALUES")
