"""What each kind of process may do with the tables of partners and of operation."""

from __future__ import annotations

import pytest
from django.db import connection

from kernel.tenancy.context import public_context
from tenants.ddl.names import login_role

DELIVERY = "channel_center_partners_partnerdelivery"
ENDPOINT = "channel_center_partners_partnerendpoint"
KEY = "channel_center_partners_partnerkey"
BULK = "channel_center_bulk_bulkrun"
FIGURES = "channel_center_figures_shopday"
FLAG = "channel_center_flags_flag"
STOP = "channel_center_operations_modulestop"


@pytest.mark.parametrize(
    ("kind", "table", "wanted"),
    [
        ("channel", DELIVERY, "SELECT, INSERT, UPDATE, DELETE"),
        ("channel", KEY, "SELECT, INSERT, UPDATE, DELETE"),
        ("channel", STOP, "SELECT, INSERT, UPDATE, DELETE"),
        ("channel", "outbox_wakeup", "SELECT"),
        ("channel", "schedule_claim", "SELECT"),
        ("worker", DELIVERY, "SELECT, INSERT, UPDATE, DELETE"),
        ("worker", ENDPOINT, "SELECT, UPDATE"),
        ("worker", "secrets_tenantsecret", "SELECT"),
        ("worker", STOP, "SELECT"),
        ("console", DELIVERY, "SELECT, INSERT"),
        ("console", ENDPOINT, "SELECT"),
        ("console", STOP, "SELECT"),
        ("store", STOP, "SELECT"),
        ("store", FLAG, "SELECT"),
        ("console", FLAG, "SELECT"),
        ("worker", FLAG, "SELECT"),
        ("worker", FIGURES, "SELECT, INSERT, UPDATE"),
        ("channel", BULK, "SELECT, INSERT, UPDATE, DELETE"),
    ],
)
@pytest.mark.django_db
def test_a_process_has_the_rights_that_its_part_needs(kind: str, table: str, wanted: str) -> None:
    assert all(_may(kind, table, right) for right in wanted.split(", "))


@pytest.mark.parametrize(
    ("kind", "table", "right"),
    [
        ("store", KEY, "SELECT"),
        ("store", DELIVERY, "SELECT"),
        ("store", STOP, "INSERT"),
        ("store", FLAG, "UPDATE"),
        ("store", FIGURES, "SELECT"),
        ("console", BULK, "SELECT"),
        ("console", KEY, "SELECT"),
        ("console", STOP, "DELETE"),
        ("console", "channel_center_partners_terms", "UPDATE"),
        ("worker", STOP, "INSERT"),
        ("worker", "secrets_tenantsecret", "UPDATE"),
    ],
)
@pytest.mark.django_db
def test_a_process_has_no_rights_beyond_its_part(kind: str, table: str, right: str) -> None:
    assert not _may(kind, table, right)


def _may(kind: str, table: str, right: str) -> bool:
    with public_context(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, %s, %s)", [login_role(kind), f"public.{table}", right]
        )
        return bool(cursor.fetchone()[0])
