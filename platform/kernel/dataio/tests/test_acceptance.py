"""What a shop may expect of files: bad rows do not hold up the rest, and what goes out comes in."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from django.utils import translation

from kernel.catalogue.models import Product, ProductVersion
from kernel.common.time import utc_now
from kernel.common.xlsx import xlsx_chunks
from kernel.dataio.exports import product_rows
from kernel.dataio.models import Import, ImportFault
from kernel.dataio.services import choose, receive_file, run, start
from testkit.factories.catalogue import ACTOR, make_product

BAD = 37

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def imported(content: bytes) -> Import:
    row = receive_file(BytesIO(content), name="products.csv", size=len(content), actor=ACTOR)
    choose(row.id, actor=ACTOR, publish=True)
    start(row.id, rehearse=False, actor=ACTOR, now=utc_now())
    assert run(row.id, clock=utc_now)
    row.refresh_from_db()
    return row


def table(rows: int) -> Iterator[str]:
    yield "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price"
    for number in range(rows):
        is_bad = number % (rows // BAD) == 3 and number // (rows // BAD) < BAD
        price = "twelve" if is_bad else "12.50"
        yield f"tea-{number},Tea {number},Title,Default Title,T-{number},{price}"


@pytest.mark.parametrize("rows", [370, pytest.param(50_000, marks=pytest.mark.soak)])
def test_37_bad_rows_are_told_with_their_reasons_and_the_rest_comes_in(rows: int) -> None:
    row = imported("\n".join(table(rows)).encode())

    assert (row.created, row.failed) == (rows - BAD, BAD)
    assert Product.objects.count() == rows - BAD
    told = list(ImportFault.objects.filter(source=row).order_by("line"))
    assert [each.line for each in told] == [n * (rows // BAD) + 5 for n in range(BAD)]
    with translation.override("en"):
        sayings = {each.saying for each in told}
    assert all("twelve" in saying for saying in sayings)
    assert len(sayings) == 1


def test_an_xlsx_export_can_be_imported_again_and_changes_nothing() -> None:
    make_product(
        title="=cmd|' /C calc'!A0",
        tags=["+a", "b"],
        description_html="<p>Two lines</p>",
        options={"Colour": ["红", "Blue"]},
        price="12.50",
    )
    make_product(title="Plain", sku="-5", price=None)
    book = b"".join(xlsx_chunks(product_rows()))
    versions = ProductVersion.objects.count()

    row = imported(book)

    assert (row.created, row.updated, row.unchanged, row.failed) == (0, 0, 2, 0)
    assert ProductVersion.objects.count() == versions
