"""The import wizard as staff meet it."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.catalogue.models import Product, Variant
from kernel.common.time import utc_now
from kernel.dataio.models import Import
from kernel.dataio.services import run
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console

TABLE = "What,Cost,SKU\nGreen tea,12.50,T-1\n,3.00,T-2\nCup,=1+1,T-3\n"


def uploaded(desk: TenantClient, text: str = TABLE) -> str:
    """Hand in a file; return the path of its page."""
    answer = desk.post("/imports/", {"file": SimpleUploadedFile("goods.csv", text.encode())})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


CHOICES = {"column_title": "What", "column_price": "Cost", "column_sku": "SKU", "publish": "on"}


def test_only_staff_with_the_permission_come_in(desk: TenantClient, tenant: TenantRef) -> None:
    assert desk.get("/imports/").status_code == 302
    desk.as_staff("products.import")
    path = uploaded(desk)
    with console(tenant) as other:
        other.as_staff("products.view", email="other@example.com")
        answers = {
            other.get("/imports/").status_code,
            other.get(path).status_code,
            other.get("/exports/lists/import-faults.csv").status_code,
            other.post(f"{path}choices/", CHOICES).status_code,
            other.get("/imports/products.csv").status_code,
        }

    assert answers == {403}


def test_imports_of_another_shop_are_not_there(desk: TenantClient, tenant_b: TenantRef) -> None:
    desk.as_staff("products.import")
    path = uploaded(desk)

    with console(tenant_b) as other:
        other.as_staff("products.import")
        assert other.get(path).status_code == 404
        assert "goods.csv" not in other.get("/imports/").content.decode()


def test_a_table_is_mapped_rehearsed_and_imported(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("products.import")
    path = uploaded(desk)

    unmapped = desk.post(f"{path}choices/", {"act": "import"})
    desk.post(f"{path}choices/", CHOICES)
    assert "Green tea" in desk.get(path).content.decode()
    rehearsing = desk.post(f"{path}choices/", {**CHOICES, "act": "rehearse"}, follow=True)
    again = desk.post(f"{path}choices/", {**CHOICES, "act": "import"}, follow=True)
    with tenant_context(tenant):
        [row] = Import.objects.all()
        run(row.pk, clock=utc_now)
        rehearsed = Product.objects.count()
    checked = desk.get(path).content.decode()
    desk.post(f"{path}choices/", {**CHOICES, "act": "import"})
    with tenant_context(tenant):
        run(row.pk, clock=utc_now)

    assert unmapped.status_code == 422
    assert "data-live" in rehearsing.content.decode()
    assert "The import is not at this point." in again.content.decode()
    assert rehearsed == 0
    assert "This is what the import would do:" in checked
    with tenant_context(tenant):
        assert list(Product.objects.values_list("title", "status")) == [("Green tea", "active")]
    faults = b"".join(desk.get("/exports/lists/import-faults.csv")).decode("utf-8-sig").splitlines()
    assert faults[0] == "Row,Product,Reason,Details,File"
    assert len(faults) == 3


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04zip", b"\n\n"])
def test_a_file_that_is_no_table_is_told_and_not_kept(
    desk: TenantClient, tenant: TenantRef, content: bytes
) -> None:
    desk.as_staff("products.import")

    answer = desk.post("/imports/", {"file": SimpleUploadedFile("goods.csv", content)})

    assert answer.status_code == 422
    with tenant_context(tenant):
        assert not Import.objects.exists()


@pytest.mark.parametrize("changed", [{"column_title": "Nowhere"}, {"column_title": ""}])
def test_columns_that_do_not_fit_start_nothing(
    desk: TenantClient, tenant: TenantRef, changed: dict[str, str]
) -> None:
    desk.as_staff("products.import")
    path = uploaded(desk)

    answer = desk.post(f"{path}choices/", {**CHOICES, **changed, "act": "import"})

    assert answer.status_code == 422
    with tenant_context(tenant):
        assert Import.objects.get().state == "uploaded"


def test_the_sample_file_can_be_imported_as_it_is(desk: TenantClient, tenant: TenantRef) -> None:
    desk.as_staff("products.import")
    content = b"".join(desk.get("/imports/sample.xlsx"))
    assert desk.get("/imports/sample.pdf").status_code == 404

    path = desk.post("/imports/", {"file": SimpleUploadedFile("sample.xlsx", content)})["Location"]
    desk.post(f"{path}choices/", {"act": "rehearse", "publish": "on"})
    with tenant_context(tenant):
        run(Import.objects.get().pk, clock=utc_now)
    desk.post(f"{path}choices/", {"act": "import", "publish": "on"})

    with tenant_context(tenant):
        run(Import.objects.get().pk, clock=utc_now)
        assert sorted(Variant.objects.values_list("sku", flat=True)) == ["TEA-100", "TEA-50"]
