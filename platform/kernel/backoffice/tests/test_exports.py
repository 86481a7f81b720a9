"""Any list as a file: with chosen columns, as CSV or XLSX, now or by the clock."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest
from django.core import mail
from openpyxl import load_workbook

from kernel.access.models import Role, Staff
from kernel.audit.models import AuditEntry
from kernel.backoffice.exports.kinds import KINDS
from kernel.common.time import utc_now
from kernel.common.xlsx import xlsx_chunks
from kernel.dataio.choices import SendState
from kernel.dataio.models import ExportFile, ExportPlan, ExportTarget
from kernel.dataio.plans import make_due
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.buckets import bucket_server, new_bucket
from testkit.factories.reviews import make_review
from testkit.sealing import root_key
from testkit.web import TenantClient

CHOSEN = ["number", "phone", "quantity"]
PLAN = {"column": CHOSEN, "file_format": "xlsx", "every": "week", "hour": "6", "way": "page"}


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


def test_every_list_names_each_of_its_columns_and_asks_for_its_permission(
    desk: TenantClient,
) -> None:
    desk.as_staff(*{kind.permission for kind in KINDS})
    for kind in KINDS:
        answer = desk.get(f"/api/v1/admin/exports/{kind.code}/")
        page = desk.get(f"/exports/lists/{kind.code}/")

        headings = b"".join(answer).decode("utf-8-sig").splitlines()[0]
        assert headings.count(",") + 1 == len(kind.columns), kind.code
        assert len(set(kind.columns)) == len(kind.columns)
        assert page.status_code == 200, kind.code
    assert "/exports/lists/coupons-held/" in desk.get("/exports/").content.decode()
    desk.as_staff("brand.manage", email="other@example.com")
    for kind in KINDS:
        assert desk.get(f"/api/v1/admin/exports/{kind.code}/").status_code == 403, kind.code
        assert desk.get(f"/exports/lists/{kind.code}.xlsx").status_code == 403, kind.code
    assert desk.get("/exports/lists/nothing/").status_code == 404


def test_a_sheet_of_what_is_to_ship_and_a_review_with_a_formula_come_as_they_are(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("fulfilment.manage", "reviews.view")
    with tenant_context(tenant):
        make_review(text='=HYPERLINK("https://evil.example")')

    book = cells(b"".join(desk.get("/orders/to-ship.xlsx")))
    reviews = {"column": ["goods", "text"], "stars": "5"}
    text = b"".join(desk.get("/exports/lists/reviews.csv", reviews)).decode("utf-8-sig")

    assert book[1][0] == paid_order.number
    assert "'=HYPERLINK" in text


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


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with bucket_server() as address:
        yield address


def test_a_file_goes_into_a_bucket_and_waits_while_nobody_takes_it(
    desk: TenantClient, tenant: TenantRef, paid_order: Order, server: str, settings: Any
) -> None:
    settings.STOA_WEBHOOK_INNER_HOSTS = [server.removeprefix("http://")]
    desk.as_staff("orders.view", "exports.manage")
    place = new_bucket(server)
    told = {"name": "Books", "beginning": "reports/", **place}
    with root_key():
        desk.post("/exports/targets/", told)
        with tenant_context(tenant):
            target = ExportTarget.objects.get()
            ExportTarget.objects.update(bucket="nobody-has-this-one")
        plan = {"way": "bucket", "target": str(target.pk)}
        assert desk.post("/exports/lists/orders/", {**PLAN, **plan}).status_code == 302
        with tenant_context(tenant):
            at = ExportPlan.objects.get().next_at
            assert at is not None
            make_due(now=at)
            waiting = ExportFile.objects.get()
            ExportTarget.objects.update(bucket=place["bucket"])
            make_due(now=at + timedelta(hours=1))
            sent = ExportFile.objects.get()

    assert (waiting.state, waiting.fault) == (SendState.WAITING, "status_404")
    assert (sent.state, sent.attempts, mail.outbox) == (SendState.SENT, 2, [])
    found = boto3.client(
        "s3",
        endpoint_url=server,
        region_name=place["region"],
        aws_access_key_id=place["access_key"],
        aws_secret_access_key=place["secret_key"],
    ).get_object(Bucket=place["bucket"], Key=f"reports/{sent.name}")
    assert cells(found["Body"].read())[1][0] == paid_order.number
    with tenant_context(tenant):
        kept = str(list(AuditEntry.objects.values())) + str(list(ExportTarget.objects.values()))
    assert place["secret_key"] not in kept


def test_a_file_comes_by_mail_to_others_only_where_one_may_decide_that(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    api = "/api/v1/admin/exports/plans/"
    told = {"kind": "orders", "format": "csv", "every": "day", "way": "mail"}
    other = {**told, "emails": ["books@partner.example"]}
    asks: Any = {"content_type": "application/json"}
    desk.as_staff("orders.view", email="clerk@example.com")
    refused = desk.post(api, other, **asks)
    own = desk.post(api, {**told, "emails": ["Clerk@example.com"]}, **asks)
    forbidden = desk.post(api, {**told, "kind": "members", "emails": []}, **asks)
    desk.as_staff("orders.view", "exports.manage", email="boss@example.com")
    bad = desk.post(api, {**other, "emails": ["nobody"]}, **asks)
    made = desk.post(api, other, **asks)

    with tenant_context(tenant):
        make_due(now=max(row.next_at or utc_now() for row in ExportPlan.objects.all()))
    files = desk.get("/api/v1/admin/exports/files/").json()["items"]

    assert (refused.status_code, refused.json()["field"]) == (422, "emails")
    assert (forbidden.status_code, bad.json()["field"]) == (403, "emails")
    assert (own.status_code, made.status_code) == (201, 201)
    assert {tuple(each.to) for each in mail.outbox} == {
        ("clerk@example.com",),
        ("books@partner.example",),
    }
    name, content, kind = mail.outbox[0].attachments[0]
    assert (name.endswith(".csv"), kind) == (True, "text/csv")
    assert paid_order.number in str(content)
    assert [(each["state"], each["way"]) for each in files] == [("sent", "mail")]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "https://169.254.169.254"),
        ("endpoint", "http://s3.example.com"),
        ("bucket", "No/Bucket"),
        ("prefix", "../up"),
        ("secret_key", ""),
    ],
)
def test_a_bucket_that_cannot_be_is_refused_at_its_field(
    desk: TenantClient, tenant: TenantRef, field: str, value: str
) -> None:
    desk.as_staff("exports.manage")
    told = {
        "name": "Books", "endpoint": "https://93.184.216.34", "region": "us-east-1",
        "bucket": "books", "prefix": "", "access_key": "key", "secret_key": "secret",
    }  # fmt: skip

    answer = desk.post(
        "/api/v1/admin/exports/targets/", {**told, field: value}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["field"]) == (422, field)
    with tenant_context(tenant):
        assert not ExportTarget.objects.exists()


def test_a_sheet_that_is_full_goes_on_in_the_next_and_runs_no_formula() -> None:
    rows: list[list[object]] = [["=1+1", "n"], ["=cmd()", 1], ["<&>\x00", 2.5], [None, True]]

    book = load_workbook(BytesIO(b"".join(xlsx_chunks(rows, most_rows=3))))

    found = [[[cell.value for cell in row] for row in sheet] for sheet in book.worksheets]
    assert found == [
        [["=1+1", "n"], ["=cmd()", 1], ["<&>", 2.5]],
        [["=1+1", "n"], [None, True]],
    ]
    assert book.worksheets[0]["A2"].data_type == "s"
