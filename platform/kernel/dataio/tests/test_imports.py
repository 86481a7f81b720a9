"""Imports: read, rehearsed, applied, gone on with, repeated; exports that change nothing."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import IO, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.audit.models import AuditEntry
from kernel.catalogue.models import Category, Picture, Product, ProductVersion
from kernel.catalogue.selectors import product_page
from kernel.common.time import utc_now
from kernel.dataio.choices import ImportState
from kernel.dataio.errors import InvalidMapping, UnreadableFile, WrongState
from kernel.dataio.exports import export_products
from kernel.dataio.models import Import, ImportPicture
from kernel.dataio.records import ProductRecord
from kernel.dataio.services import (
    BATCH,
    choose,
    preview,
    receive_file,
    run,
    start,
    stuck_imports,
)
from kernel.dataio.tables import rows_of, shape_of
from kernel.dataio.tests.applying import applied, counts, faults, received, said
from kernel.dataio.tests.files import (
    SHOPIFY,
    shopify_sample,
    simple,
    table,
    workbook,
)
from kernel.pricing.models import BasePrice
from kernel.tenancy.context import TenantRef
from testkit.factories.catalogue import ACTOR, make_category, make_product, variants_of
from testkit.web import console

pytestmark = pytest.mark.usefixtures("in_tenant_a")


def test_a_shopify_file_becomes_products_with_variants_prices_and_pictures() -> None:
    row = applied(received(shopify_sample()))

    assert (row.kind, row.state, counts(row)) == ("shopify", "done", (2, 0, 0, 0))
    page = product_page("linen-shirt", now=utc_now())
    assert page.description_html == "<p>Soft, <b>cool</b>.</p>"
    assert (page.brand, page.product.tags, page.seo_title) == (
        "Nordlys",
        ["men", "summer"],
        "Linen",
    )
    assert [(item.title, item.variant.sku) for item in page.variants] == [
        ("Small", "LS-S"),
        ("Medium", "LS-M"),
    ]
    small = page.variants[0].variant
    assert (small.weight_grams, small.out_of_stock) == (220, "backorder")
    price = BasePrice.objects.get(variant=small)
    assert (price.minor, price.compare_at_minor) == (6_000, 7_550)
    assert list(
        Picture.objects.filter(product=page.product)
        .order_by("position")
        .values_list("alt", "state")
    ) == [("Front", "waiting"), ("", "waiting"), ("", "waiting")]
    assert Product.objects.get(handle="leather-bag").status == "draft"
    assert ImportPicture.objects.filter(source=row).count() == 3


def test_the_same_file_again_changes_nothing() -> None:
    applied(received(shopify_sample()))
    versions, acts = ProductVersion.objects.count(), _acts()

    row = applied(received(shopify_sample()))

    assert counts(row) == (0, 0, 2, 0)
    assert (ProductVersion.objects.count(), _acts()) == (versions, acts)


def test_a_changed_file_updates_what_it_names_and_keeps_the_rest() -> None:
    applied(received(shopify_sample()))
    text = shopify_sample().replace("LS-M", "LS-M2").replace(",62,", ",59,")
    extra = table(
        SHOPIFY, [{"Handle": "linen-shirt", "Option1 Value": "Large", "Variant SKU": "L"}]
    )
    lines = text.splitlines(keepends=True)
    lines.insert(5, extra.splitlines(keepends=True)[1])

    row = applied(received("".join(lines)))

    assert counts(row) == (0, 1, 1, 0), faults(row)
    shirt = Product.objects.get(handle="linen-shirt")
    assert [item.sku for item in variants_of(shirt)] == ["LS-S", "LS-M2", "L"]
    assert shirt.lowest_minor == 5_900


def test_a_rehearsal_tells_everything_and_keeps_nothing() -> None:
    row = applied(received(shopify_sample()), rehearse=True)

    assert (row.state, counts(row)) == (ImportState.CHECKED, (2, 0, 0, 0))
    assert not Product.objects.exists()
    assert not Picture.objects.exists()
    assert counts(applied(row)) == (2, 0, 0, 0)


def test_rows_that_cannot_be_are_left_out_with_their_reasons() -> None:
    make_product(sku="TAKEN")
    bad = [
        simple("a-price", Variant_Price="1.23456"),
        simple("b-negative", Variant_Price="-5"),
        simple("c-sku", Variant_SKU="TAKEN"),
        simple("d-title", Title="x" * 300),
        simple("e-grams", Variant_Grams="-1"),
        simple("f-control", Title="a\x07b"),
        simple("g-flag", Published="perhaps"),
        simple("h-stock", Variant_Inventory_Qty="1e99"),
        simple(""),
        simple("good"),
        simple("i-twice"),
        simple("Good"),
    ]

    row = applied(received(table(SHOPIFY, bad)))

    assert counts(row) == (2, 0, 0, 10)
    assert said(row) == [
        "Price: “1.23456” is no amount with at most 2 decimals.",
        "Price: “-5” is less than nothing.",
        "Another variant already has this SKU. (TAKEN)",
        "Name: At most 200 characters are expected.",
        "Variant Grams: “-1” cannot be used here.",
        "Name: This holds characters that cannot be shown.",
        "Published: “perhaps” cannot be used here.",
        "Variant Inventory Qty: “1e99” cannot be used here.",
        "Handle: This is needed, and nothing stands there.",
        "Handle: The same stands in another row of the file.",
    ]
    assert set(Product.objects.values_list("handle", flat=True)) >= {"good", "i-twice"}
    assert Product.objects.count() == 3
    assert faults(row) == [
        (2, "a-price", "dataio.row_refused"),
        (3, "b-negative", "dataio.row_refused"),
        (4, "c-sku", "catalogue.sku_taken"),
        (5, "d-title", "catalogue.invalid"),
        (6, "e-grams", "dataio.row_refused"),
        (7, "f-control", "catalogue.invalid"),
        (8, "g-flag", "dataio.row_refused"),
        (9, "h-stock", "dataio.row_refused"),
        (10, "", "dataio.row_refused"),
        (13, "Good", "dataio.row_refused"),
    ]


def test_an_import_goes_on_where_it_was_interrupted() -> None:
    rows = [simple(f"p-{number}") for number in range(BATCH + 5)]
    row = received(table(SHOPIFY, rows))
    start(row.id, rehearse=False, actor=ACTOR, now=utc_now())
    moments = iter([utc_now() + timedelta(seconds=number) for number in range(100)])
    first = next(moments)

    done = run(row.id, clock=lambda: next(moments), until=first + timedelta(seconds=2))
    row.refresh_from_db()
    half = (row.position, Product.objects.count())
    rest = run(row.id, clock=utc_now)

    row.refresh_from_db()
    assert (done, half, rest) == (False, (BATCH, BATCH), True)
    assert (row.created, row.state) == (BATCH + 5, "done")
    assert run(row.id, clock=utc_now)
    with pytest.raises(WrongState):
        start(row.id, rehearse=False, actor=ACTOR, now=utc_now())


def test_an_import_whose_worker_died_is_found() -> None:
    row = received(shopify_sample())
    now = utc_now()
    start(row.id, rehearse=False, actor=ACTOR, now=now)

    assert stuck_imports(now=now) == []
    assert stuck_imports(now=now + timedelta(minutes=11)) == [row.id]


CHINESE = [
    ["商品名称", "货号", "颜色", "尺码", "价格", "库存", "分类", "标签"],
    ["真丝衬衫", "ZS-1", "红", "M", "199.00", "3", "女装 > 衬衫", "新品,真丝"],
    ["真丝衬衫", "ZS-2", "蓝", "L", "209.00", "4", "女装 > 衬衫", "新品,真丝"],
    ["帆布包", "FB-1", "", "", "59.9", "", "", ""],
    ["礼盒", "", "", "", "￥1,299.00", "", "", ""],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gbk", "xlsx"])
def test_any_table_is_read_in_any_encoding(encoding: str) -> None:
    text = "\r\n".join("\t".join(row) for row in CHINESE)
    content = workbook(CHINESE) if encoding == "xlsx" else text.encode(encoding)

    row = applied(received(content, "商品.csv"))

    assert (row.kind, counts(row)) == ("generic", (3, 0, 0, 0)), faults(row)
    assert Product.objects.get(handle="礼盒").lowest_minor == 129_900
    assert counts(applied(received(content, "商品.csv"))) == (0, 0, 3, 0)
    shirt = Product.objects.get(title="真丝衬衫")
    assert [(item.title, item.sku) for item in variants_of(shirt)] == [
        ("红 / M", "ZS-1"),
        ("蓝 / L", "ZS-2"),
    ]
    assert (shirt.lowest_minor, shirt.tags) == (19_900, ["新品", "真丝"])
    assert Category.objects.get(title="衬衫").path == "女装/衬衫"


def test_columns_can_be_mapped_by_hand() -> None:
    row = received("Was,Kostet\nTasse,5.00\n", mapping={"title": "Was", "price": "Kostet"})

    shown = preview(row.id)
    applied(row)

    assert [group.name for group in shown if isinstance(group, ProductRecord)] == ["Tasse"]
    assert Product.objects.get().lowest_minor == 500
    other = receive_file(BytesIO(b"Was,Kostet\nTasse,5\n"), name="x", size=1, actor=ACTOR)
    for mapping in ({"price": "Kostet"}, {"title": "Nichts"}, {"owner": "Was", "title": "Was"}):
        with pytest.raises(InvalidMapping):
            choose(other.id, mapping=mapping, actor=ACTOR)
    with pytest.raises(InvalidMapping):
        start(other.id, rehearse=True, actor=ACTOR, now=utc_now())


def bomb() -> bytes:
    """A spreadsheet of some kilobytes that unpacks to 300 MB."""
    out = BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _number in range(300):
            part.write(b"\x20" * 1024 * 1024)
    return out.getvalue()


def with_doctype() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no_columns"),
        (b"\n\n", "no_columns"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "encoding"),
        (b"Title\nab\x00c\n", "encoding"),
        (b"PK\x03\x04 not an archive", "archive"),
        (b"," * 1000 + b"\n", "no_columns"),
        (b"Title\n" + b"x" * 5_000_000, None),
    ],
)
def test_what_is_no_table_is_not_kept(content: bytes, reason: str | None) -> None:
    if reason is None:
        assert shape_of(BytesIO(content)).columns == ("Title",)
        return
    with pytest.raises(UnreadableFile) as caught:
        receive_file(BytesIO(content), name="x", size=len(content), actor=ACTOR)

    assert caught.value.fields["reason"] == reason
    assert not Import.objects.exists()


@pytest.mark.parametrize(("make", "reason"), [(bomb, "zip_bomb"), (with_doctype, "doctype")])
def test_an_archive_that_is_a_trap_is_not_unpacked(make: Any, reason: str) -> None:
    content = make()

    with pytest.raises(UnreadableFile) as caught:
        receive_file(BytesIO(content), name="x.xlsx", size=len(content), actor=ACTOR)

    assert caught.value.fields["reason"] == reason


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_field_of_10_megabytes_stops_the_import_before_it_begins(quote: str) -> None:
    content = f"Title,Price\nMug,5\nBig,{quote}{'x' * 10_000_000}{quote}\n"

    row = applied(received(content), rehearse=True)

    assert (row.state, row.fault) == (ImportState.FAILED, "field_too_large")
    assert not Product.objects.exists()


def test_an_export_can_be_imported_again_and_changes_nothing() -> None:
    place = make_category("Shirts", parent=make_category("Clothes"))
    make_product(
        title="=cmd|' /C calc'!A0",
        tags=["+a", "b"],
        description_html='<p>Two,\n"lines"</p>',
        options={"Colour": ["红", "Blue"], "Size": ["S", "M"]},
        category_ids=[place.id],
        price="12.50",
        compare_at="15.00",
    )
    make_product(title="Plain", sku="-5", status="draft", price=None)
    applied(received(shopify_sample()))

    text = "".join(export_products())
    versions, acts = ProductVersion.objects.count(), _acts()
    row = applied(received(text))

    assert "'=cmd" in text
    assert "'-5" in text
    assert (counts(row), faults(row)) == ((0, 0, 4, 0), [])
    assert (ProductVersion.objects.count(), _acts()) == (versions, acts)


def test_an_export_makes_the_same_products_elsewhere() -> None:
    make_product(title="Tee", options={"Colour": ["红", "Blue"]}, price="12.50", tags=["a"])
    text = "".join(export_products())
    Product.objects.all().delete()

    row = applied(received(text))

    assert counts(row) == (1, 0, 0, 0)
    assert "".join(export_products()) == text


class _Endless:
    """A file of many rows that stands nowhere."""

    def __init__(self, rows: int) -> None:
        self._rows = iter(self._lines(rows))
        self._rest = b""

    @staticmethod
    def _lines(rows: int) -> Iterator[bytes]:
        yield b"Handle,Title,Option1 Name,Option1 Value,Variant Price\n"
        for number in range(rows):
            yield b"p-%d,%s,Title,Default Title,5\n" % (number, b"x" * 100)

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (line := next(self._rows, b"")):
            self._rest += line
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


@pytest.mark.parametrize("rows", [10_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_memory_stays_flat_however_many_rows(tmp_path: Any, rows: int) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as out:
        source = _Endless(rows)
        while chunk := source.read(1 << 20):
            out.write(chunk)

    def peak(file: IO[bytes], last: int) -> int:
        shape = shape_of(file)
        tracemalloc.start()
        for number, _row in enumerate(rows_of(file, shape)):
            if number == last:
                break
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    with path.open("rb") as file:
        few, many = peak(file, rows // 10), peak(file, rows)

    assert many < few * 2


def _acts() -> int:
    return AuditEntry.objects.exclude(action__startswith="import.").count()


def test_staff_import_over_the_api(tenant_a: TenantRef) -> None:
    api = "/api/v1/admin/"
    json: Any = {"content_type": "application/json"}
    rows = [simple("good"), simple("bad", Variant_Price="x")]
    file = SimpleUploadedFile("products.csv", table(SHOPIFY, rows).encode())
    with console(tenant_a) as client:
        client.as_staff("products.import", "products.export")
        made = client.post(f"{api}imports/", {"file": file})
        own = f"{api}imports/{made.json()['id']}/"
        chosen = client.patch(own, {"publish": True}, **json)
        shown = client.get(f"{own}preview/").json()["items"]
        begun = client.post(f"{own}run/", {"rehearse": False}, **json)
        again = client.post(f"{own}run/", {"rehearse": False}, **json)
        run(Import.objects.get().id, clock=utc_now)
        told = client.get(own).json()
        left_out = client.get(f"{own}faults/").json()["items"]
        pictures = client.get(f"{own}pictures/").json()
        exported = client.get(f"{api}exports/products.csv").getvalue()
        client.as_staff("products.view", email="other@example.com")
        refused = client.get(own)

    assert [made.status_code, chosen.status_code, begun.status_code] == [201, 200, 202]
    assert [item["name"] for item in shown] == ["good", "bad"]
    assert (again.status_code, again.json()["code"]) == (409, "dataio.wrong_state")
    assert (told["state"], told["created"], told["failed"]) == ("done", 1, 1)
    assert [(item["line"], item["code"]) for item in left_out] == [(3, "dataio.row_refused")]
    assert pictures == {"items": []}
    assert b"SKU-good" in exported
    assert refused.status_code == 403
