"""The pages, files and the API of figures."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from zipfile import ZipFile

from kernel.analytics.services import roll_up
from kernel.common.time import utc_now
from kernel.orders.models import Order
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient

ADMIN = "/api/v1/admin/figures/"


def test_staff_read_the_figures_on_pages_in_files_and_over_the_api(
    desk: TenantClient, tenant: TenantRef, paid_order: Order
) -> None:
    desk.as_staff("analytics.view", "ledger.view")
    with tenant_context(tenant):
        roll_up(now=utc_now())

    pages = [
        desk.get(f"/figures/{name}").content.decode()
        for name in ("?last=7", "visits/", "products/?last=month", "members/", "money/?last=90")
    ]
    today = desk.get("/figures/?last=1").content.decode()
    answers: dict[str, Any] = {
        name: desk.get(f"{ADMIN}{name}").json()
        for name in ("", "visits/", "products/", "cohorts/", "money/")
    }
    lines = b"".join(desk.get("/figures/export.csv?last=7").streaming_content).decode()  # type: ignore[attr-defined]
    sheet = b"".join(desk.get("/figures/products/export.xlsx").streaming_content)  # type: ignore[attr-defined]

    assert "¥90.00" in pages[0]
    assert pages[0].count('role="img"') == pages[0].count("As a table") == 2
    assert "¥30.00" in pages[2]
    assert "Equal" in pages[4]
    assert "23:00" in today
    assert answers[""]["total"]["paid_amount"] == "90.00"
    assert answers[""]["before"]["paid"] == 0
    assert len(answers[""]["series"]) == 30
    assert [each["step"] for each in answers["visits/"]["funnel"]][-1] == "bought"
    assert [each["paid_amount"] for each in answers["products/"]["items"]] == ["60.00", "30.00"]
    assert answers["cohorts/"]["items"] == []
    assert answers["money/"]["ledger"] == answers["money/"]["figures"]
    assert lines.splitlines()[0].lstrip("\ufeff").startswith("Day,Visits,Visitors")
    assert len(lines.splitlines()) == 8
    assert ZipFile(BytesIO(sheet)).testzip() is None


def test_days_that_cannot_be_shown_are_said_and_figures_are_for_who_may_see_them(
    desk: TenantClient,
) -> None:
    desk.as_staff("analytics.view")
    odd = desk.get("/figures/?since=2026-05-02&until=2026-05-01")
    refused = desk.get(ADMIN, {"since": "2026-05-02", "until": "2026-05-01"})
    money = desk.get("/figures/money/")
    desk.as_staff("orders.view", email="other@example.com")
    other = desk.get("/figures/"), desk.get(f"{ADMIN}visits/")

    assert odd.status_code == 200
    assert (refused.status_code, refused.json()["code"]) == (422, "analytics.invalid_span")
    assert money.status_code == 403
    assert [each.status_code for each in other] == [403, 403]
