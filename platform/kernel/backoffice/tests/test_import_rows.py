"""Members, stock and prices through the import wizard, as staff meet it and programs call it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from kernel.common.time import utc_now
from kernel.dataio.models import Import
from kernel.dataio.services import run
from kernel.inventory.models import StockItem
from kernel.members.models import Member
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.catalogue import make_variant
from testkit.factories.inventory import make_location
from testkit.web import TenantClient, console

TABLE = "SKU,On hand,Location\nT-1,5,Shelf\nT-9,1,Shelf\n"


def uploaded(desk: TenantClient, code: str, text: str) -> str:
    """Hand in a file; return the path of its page."""
    file = SimpleUploadedFile("rows.csv", text.encode())
    answer = desk.post(f"/imports/of/{code}/", {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def done(tenant: TenantRef) -> Import:
    with tenant_context(tenant):
        row = Import.objects.latest("id")
        run(row.pk, clock=utc_now)
        row.refresh_from_db()
        return row


def test_stock_is_mapped_rehearsed_imported_and_what_was_left_out_comes_back(
    desk: TenantClient, tenant: TenantRef
) -> None:
    with tenant_context(tenant):
        make_location("Shelf")
        make_variant(sku="T-1")
    desk.as_staff("stock.manage")
    choices = {"column_sku": "SKU", "column_on_hand": "On hand"}
    path = uploaded(desk, "stock", TABLE)
    first = desk.get(path).content.decode()

    lacking = desk.post(f"{path}choices/", {**choices, "act": "import"})
    whole = {**choices, "column_location": "Location", "option_reason": "Stocktaking"}
    desk.post(f"{path}choices/", {**whole, "act": "rehearse"})
    rehearsed = done(tenant)
    with tenant_context(tenant):
        kept = StockItem.objects.filter(on_hand__gt=0).count()
    desk.post(f"{path}choices/", {**whole, "act": "import"})
    row = done(tenant)
    shown = desk.get(path).content.decode()
    sheet = load_workbook(BytesIO(b"".join(desk.get(f"{path}left-out.xlsx")))).active

    assert "T-9" in first
    assert lacking.status_code == 422
    assert "Without it no row can be imported." in lacking.content.decode()
    assert (rehearsed.created, rehearsed.failed, kept) == (1, 1, 0)
    assert (row.state, row.created, row.failed) == ("done", 1, 1)
    reason = "SKU: The shop has nothing with the SKU “T-9”."
    assert reason in shown
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["Row", "Reason", "SKU", "On hand", "Location"],
        [3, reason, "T-9", "1", "Shelf"],
    ]
    with tenant_context(tenant):
        assert StockItem.objects.get(variant__sku="T-1").on_hand == 5


def test_each_resource_asks_for_its_own_permission(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("members.import")
    path = uploaded(desk, "members", "Telephone,Name,Level\n13800138000,Lin,gold\n")
    mine = desk.get("/imports/of/members/").content.decode()
    with console(tenant) as other:
        other.as_staff("stock.manage", "products.import", email="other@example.com")
        answers = [
            other.get("/imports/of/members/").status_code,
            other.get("/imports/of/members/sample.csv").status_code,
            other.get(path).status_code,
            other.post(f"{path}choices/", {"act": "import"}).status_code,
            other.get(f"{path}left-out.csv").status_code,
        ]
        faults = b"".join(other.get("/exports/lists/import-faults.csv")).decode("utf-8-sig")
        tabs = other.get("/imports/").content.decode()

    assert answers == [403] * 5
    assert len(faults.splitlines()) == 1
    assert "/imports/of/stock/" in tabs
    assert "/imports/of/members/" not in tabs
    # Levels are another permission's: the column is not there, nor taken when it is sent.
    assert "column_level" not in desk.get(path).content.decode()
    assert "/imports/of/stock/" not in mine
    assert desk.get("/imports/of/nothing/").status_code == 404
    with tenant_context(tenant):
        assert Import.objects.get().mapping == {"phone": "Telephone", "name": "Name"}


def test_the_samples_can_be_imported_as_they_are(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("members.import")
    content = b"".join(desk.get("/imports/of/members/sample.xlsx"))
    file = SimpleUploadedFile("sample.xlsx", content)
    path = desk.post("/imports/of/members/", {"file": file})["Location"]
    with tenant_context(tenant):
        mapping = Import.objects.get().mapping
    columns = {f"column_{code}": column for code, column in mapping.items()}

    desk.post(f"{path}choices/", {**columns, "option_reason": "Opening", "act": "import"})
    row = done(tenant)

    assert (row.created, row.failed) == (2, 0)
    with tenant_context(tenant):
        assert set(Member.objects.values_list("name", flat=True)) == {"Lin", "Wen"}


def test_imports_of_rows_of_another_shop_are_not_there(
    desk: TenantClient, tenant_b: TenantRef
) -> None:
    desk.as_staff("members.import")
    path = uploaded(desk, "members", "Telephone,Name\n13800138000,Lin\n")

    with console(tenant_b) as other:
        other.as_staff("members.import")
        assert other.get(path).status_code == 404
        assert "rows.csv" not in other.get("/imports/of/members/").content.decode()
        assert (
            other.get(
                f"/api/v1/admin{path.replace('/imports/', '/imports/of/members/')}"
            ).status_code
            == 404
        )


def test_a_program_goes_the_same_way_within_its_resource(
    desk: TenantClient, tenant: TenantRef
) -> None:
    with tenant_context(tenant):
        make_location("Shelf")
        make_variant(sku="T-1")
    desk.as_staff("stock.manage")
    base = "/api/v1/admin/imports/of/stock/"
    key = iter(range(100))

    def sent(path: str, data: dict[str, Any], **kind: Any) -> Any:
        headers = {"Idempotency-Key": f"rows-{next(key)}"}
        return desk.post(path, data, headers=headers, **kind)

    made = sent(base, {"file": SimpleUploadedFile("rows.csv", TABLE.encode())})
    assert made.status_code == 201, made.content
    place = f"{base}{made.json()['id']}/"
    preview = desk.get(f"{place}preview/").json()["items"]
    begun = sent(f"{place}run/", {"rehearse": False}, content_type="application/json")
    done(tenant)
    told = desk.get(place).json()
    faults = desk.get(f"{place}faults/").json()["items"]

    assert preview[0]["values"] == {"sku": "T-1", "on_hand": "5", "location": "Shelf"}
    assert begun.status_code == 202
    assert (told["state"], told["created"], told["failed"]) == ("done", 1, 1)
    assert [each["name"] for each in faults] == ["T-9"]
    assert desk.get(place.replace("of/stock/", "of/members/")).status_code == 403
    assert desk.get(place.replace("of/stock/", "")).status_code == 403
