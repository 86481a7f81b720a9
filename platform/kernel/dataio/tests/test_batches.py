"""New products of a batch are made together, and are what each alone would have become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import TypeAlias

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.audit.services import verify_chain
from kernel.catalogue.models import Picture, Product, ProductVersion, Variant
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.dataio.batches import bring_in_together
from kernel.dataio.exports import export_products
from kernel.dataio.models import Import
from kernel.dataio.records import ProductRecord, VariantRecord
from kernel.dataio.services import BATCH, choose, receive_file, run, start
from kernel.dataio.tests.files import SHOPIFY, simple, table
from kernel.dataio.upsert import Upsert
from kernel.inventory.models import Movement, StockItem
from kernel.pricing.models import PriceHistory
from kernel.tenancy.context import TenantRef
from testkit.factories.catalogue import ACTOR, make_product

NOW = utc_now()
SIZES = ("S", "M", "L")
Wish: TypeAlias = tuple[str, int, str, str, int | None, tuple[str, ...], str]
WISHES = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "c", "known", "A!"]),
        st.integers(0, 3),
        st.sampled_from(["5.00", "7.5", "0", "-1", "1.23456", ""]),
        st.sampled_from(["", "Nordlys", "x" * 300]),
        st.sampled_from([None, 0, 4, 2_000_000]),
        st.sampled_from([(), ("Clothes",), ("Clothes", "Shirts")]),
        # A SKU that several products name.
        st.sampled_from(["", "", "", "one", "two"]),
    ),
    min_size=1,
    max_size=7,
)


def record_of(number: int, wish: Wish) -> ProductRecord:
    handle, sizes, price, brand, stock, place, shared = wish
    sku = f"SKU-{shared or handle or number % 3}"
    values: Sequence[tuple[str, ...]] = [(size,) for size in SIZES[:sizes]] or [()]
    return ProductRecord(
        line=number + 2,
        handle=handle,
        title=f"Title {number % 3}",
        description_html="<p>a</p><script>b</script>",
        brand=brand,
        tags=["x"],
        published=number % 2 == 0,
        options=["Size"] if sizes else [],
        categories=[place] if place else [],
        variants=[
            VariantRecord(
                line=number + 2,
                values=value,
                sku=f"{sku}-{value[0]}" if value else sku,
                price=price,
                compare_at="9" if price == "5.00" else "",
                stock=stock,
                image_url="https://p.example/v.jpg" if sizes == 2 else "",
            )
            for value in values
        ],
        pictures={"https://p.example/a.jpg": "Front"},
    )


def footprint() -> dict[str, object]:
    """Return what products leave, without the ids and moments that differ anyway."""
    lines = Counter("".join(export_products()).splitlines())
    stock = StockItem.objects.values_list("variant__sku", "on_hand").order_by("variant__sku")
    moved = Movement.objects.values_list("stock_item__variant__sku", "kind", "on_hand")
    return {
        "export": lines,
        "stock": list(stock),
        "movements": Counter(moved),
        "prices": Counter(PriceHistory.objects.values_list("variant__sku", "minor")),
        "spans": Counter(Product.objects.values_list("handle", "lowest_minor", "highest_minor")),
        "search": Counter(Product.objects.values_list("search_text", flat=True)),
        "pictures": Counter(
            Picture.objects.values_list("product__handle", "source_url", "alt", "position")
        ),
        "images": Counter(Variant.objects.values_list("sku", "image__source_url", "is_default")),
    }


@settings(deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(wishes=WISHES, changes=WISHES)
def test_a_batch_leaves_what_its_products_leave_one_by_one(
    in_tenant_a: TenantRef, wishes: list[Wish], changes: list[Wish]
) -> None:
    records = [record_of(number, wish) for number, wish in enumerate(wishes)]
    others = [record_of(number, wish) for number, wish in enumerate(changes)]
    found = []
    for together in (True, False):
        here = transaction.savepoint()
        make_product(title="Known", handle="known", sku="SKU-other")
        upsert = Upsert(actor=ACTOR, currency=in_tenant_a.currency, now=NOW, publish=True)
        outcomes = [brought_in(upsert, records, together=together) for _time in range(2)]
        outcomes.append(brought_in(upsert, others, together=together))
        assert verify_chain().intact
        found.append((outcomes, footprint()))
        transaction.savepoint_rollback(here)

    assert found[0] == found[1]


def brought_in(upsert: Upsert, records: Sequence[ProductRecord], *, together: bool) -> list[str]:
    """Bring products in; return what became of each."""
    known = bring_in_together(records, upsert) if together else {}
    return [known.get(record.line) or alone(upsert, record) for record in records]


def alone(upsert: Upsert, record: ProductRecord) -> str:
    expected = len(upsert.pictures)
    try:
        with transaction.atomic():
            return upsert.product(record)
    except DomainError as refusal:
        upsert.forget(pictures_after=expected)
        return refusal.code


def imported(rows: int, *, prefix: str, **more: str) -> Callable[[], Import]:
    told = {"Variant_Inventory_Qty": "3"} | more
    names = [f"{prefix}-{n}" for n in range(rows)]
    content = table(
        [*SHOPIFY, "Categories"],
        [simple(name, **{key: text.format(name) for key, text in told.items()}) for name in names],
    )
    row = receive_file(BytesIO(content.encode()), name="x.csv", size=len(content), actor=ACTOR)
    choose(row.id, publish=True, actor=ACTOR)
    start(row.id, rehearse=False, actor=ACTOR, now=NOW)

    def go() -> Import:
        run(row.id, clock=utc_now)
        row.refresh_from_db()
        return row

    return go


@pytest.mark.usefixtures("in_tenant_a")
def test_a_batch_of_new_products_costs_the_same_statements_whatever_its_size() -> None:
    imported(1, prefix="first")()
    counts = []
    for size in (20, BATCH):
        go = imported(size, prefix=f"of-{size}")
        with CaptureQueriesContext(connection) as queries:
            row = go()
        counts.append(len(queries))
        assert (row.created, row.failed) == (size, 0)

    assert counts[0] == counts[1] < 90
    assert ProductVersion.objects.count() == Product.objects.count()


@pytest.mark.parametrize(
    ("before", "after", "version"),
    [
        ({}, {}, 2),
        (
            {"Option1_Name": "Size", "Option1_Value": "L", "Variant_SKU": "{}-l"},
            {"Option1_Name": "Size", "Option1_Value": "XL", "Variant_SKU": "{}-xl"},
            3,
        ),
    ],
    ids=["the same variants", "a further one"],
)
@pytest.mark.usefixtures("in_tenant_a")
def test_a_batch_of_changed_products_costs_the_same_statements_whatever_its_size(
    before: dict[str, str], after: dict[str, str], version: int
) -> None:
    imported(1, prefix="first", Vendor="Nordlys", Categories="Clothes")()
    counts = []
    for size in (20, BATCH):
        imported(size, prefix=f"of-{size}", **before)()
        go = imported(
            size,
            prefix=f"of-{size}",
            Title="Other",
            Vendor="Nordlys",
            Tags="new",
            Variant_Price="11",
            Variant_Inventory_Qty="4",
            Image_Src="https://p.example/a.jpg",
            Categories="Clothes",
            **after,
        )
        with CaptureQueriesContext(connection) as queries:
            row = go()
        counts.append(len(queries))
        assert (row.updated, row.failed) == (size, 0)

    assert counts[0] == counts[1] < (95 if version == 2 else 125)
    changed = Product.objects.filter(title="Other")
    assert set(changed.values_list("version", flat=True)) == {version}
    assert ProductVersion.objects.filter(number=version).count() == changed.count() == BATCH + 20
    assert verify_chain().intact


@pytest.mark.usefixtures("in_tenant_a")
def test_a_batch_that_tells_nothing_new_is_only_read() -> None:
    imported(30, prefix="p")()
    go = imported(30, prefix="p")

    with CaptureQueriesContext(connection) as queries:
        row = go()

    assert (row.unchanged, row.updated, row.failed) == (30, 0, 0)
    assert len(queries) < 45
    assert ProductVersion.objects.count() == 30
