"""Any list as a file: with chosen columns, as CSV or XLSX, now or by the clock."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from openpyxl import load_workbook

from kernel.access.models import Role, Staff
from kernel.audit.models import AuditEntry
from kernel.backoffice.exports.kinds import KINDS
from kernel.common.time import utc_now
from kernel.common.xlsx import xlsx_chunks
from kernel.dataio.models import ExportFile, ExportPlan
from kernel.dataio.plans import make_due
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

CHOSEN = ["number", "phone", "quantity"]
PLAN = {"column": CHOSEN, "file_format": "xlsx", "every": "week", "hour": "6"}


def cells(content: bytes) -> list[list[Any]]:
    sheet = load_workbook(BytesIO(content), read_only=True).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_list_is_fetched_with_the_columns_and_the_filter_that_were_chosen(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("orders.view", "contacts.view")
    asked = {"column": CHOSEN, "payment_status": "paid"}
    page = desk.get("/orders/export/", {"payment_status": "paid"}).content.decode()

    book = b"".join(desk.get("/orders/export.xlsx", asked))
    text = b"".join(desk.get("/orders/export.csv", asked)).decode("utf-8-sig")
    none = b"".join(desk.get("/orders/export.xlsx", {"payment_status": "unpaid"}))
    api = desk.get("/api/v1/admin/exports/orders/", {**asked, "as": "xlsx"})

    assert 'name="payment_status" value="paid"' in page
    rows = cells(book)
    assert rows[0] == ["Order number", "Telephone", "Quantity"]
    assert sorted(row[2] for row in rows[1:]) == [1, 5]
    assert {row[0] for row in rows[1:]} == {paid_order.number}
    assert len(list(csv.reader(text.splitlines()))) == 3
    assert len(cells(none)) == 1
    assert cells(b"".join(api)) == rows
    assert desk.get("/orders/export.csv", {"column": "password"}).status_code == 404
    assert desk.get("/orders/export.pdf").status_code == 404
    with tenant_context(tenant):
        assert AuditEntry.objects.filter(action="export.made").count() == 4


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_list_names_each_of_its_columns(desk: TenantClient, kind: Any) -> None:
    desk.as_staff(kind.permission)

    answer = desk.get(f"/api/v1/admin/exports/{kind.code}/", {"as": "xlsx"})
    headings = cells(b"".join(answer))[0]

    assert len(headings) == len(kind.columns) == len(set(kind.columns))
    desk.as_staff("brand.manage", email="other@example.com")
    assert desk.get(f"/api/v1/admin/exports/{kind.code}/").status_code == 403


def planned(desk: TenantClient, tenant: TenantRef) -> tuple[Staff, datetime]:
    person = desk.as_staff("orders.view")
    desk.post("/orders/export/?payment_status=paid", PLAN)
    with tenant_context(tenant):
        at = ExportPlan.objects.get().next_at
    assert at is not None
    return person, at


def test_a_list_is_made_by_the_clock_within_its_persons_rights_of_that_time(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    _person, at = planned(desk, tenant)

    with tenant_context(tenant):
        make_due(now=at - timedelta(seconds=1))
        assert not ExportFile.objects.exists()
        make_due(now=at)
        make_due(now=at)
        made = ExportFile.objects.get()
        ExportFile.objects.update(made_at=utc_now())
        assert ExportPlan.objects.get().next_at == at + timedelta(days=7)

    local = at.astimezone(ZoneInfo(tenant.zone))
    assert (local.weekday(), local.hour, len(mail.outbox)) == (0, 6, 1)
    rows = cells(b"".join(desk.get(f"/exports/files/{made.public_id}/")))
    assert rows[1][:2] == [paid_order.number, "+86138****8000"]
    desk.as_staff("orders.view", email="other@example.com")
    assert desk.get(f"/exports/files/{made.public_id}/").status_code == 404, "it is another's"


def test_who_may_not_see_a_list_any_more_gets_no_file(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    _person, at = planned(desk, tenant)

    with tenant_context(tenant):
        Role.objects.update(permissions=[])
        make_due(now=at)
        plan = ExportPlan.objects.get()

    assert (plan.fault, plan.next_at) == ("not_allowed", None)
    with tenant_context(tenant):
        assert not ExportFile.objects.exists()


def test_a_sheet_that_is_full_goes_on_in_the_next_and_runs_no_formula() -> None:
    rows: list[list[object]] = [["=1+1", "n"], ["=cmd()", 1], ["<&>\x00", 2.5], [None, True]]

    book = load_workbook(BytesIO(b"".join(xlsx_chunks(rows, most_rows=3))))

    found = [[[cell.value for cell in row] for row in sheet] for sheet in book.worksheets]
    assert found == [
        [["=1+1", "n"], ["=cmd()", 1], ["<&>", 2.5]],
        [["=1+1", "n"], [None, True]],
    ]
    assert book.worksheets[0]["A2"].data_type == "s"
