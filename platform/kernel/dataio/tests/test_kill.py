"""A worker that is killed in an import loses nothing and does nothing twice; nor does it grow."""

from __future__ import annotations

import random
from collections.abc import Iterator
from io import BytesIO
from secrets import token_hex
from tempfile import SpooledTemporaryFile

import pytest

from kernel.audit.services import verify_chain
from kernel.catalogue.models import Product, ProductVersion
from kernel.common.time import utc_now
from kernel.dataio.models import Import, ImportPicture
from kernel.dataio.services import BATCH, choose, receive_file, run, start
from kernel.dataio.tests.files import SHOPIFY, simple, table
from kernel.inventory.models import Movement
from kernel.inventory.selectors import faults
from kernel.pricing.models import PriceHistory
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.chaos import Nursery, kill_points
from testkit.factories.catalogue import ACTOR
from testkit.tenants import open_test_tenant

WORK = "kernel.dataio.tests.import_work"
ROWS = BATCH * 2 + 20
# The allocator keeps a little more each time that the largest batch so far comes.
MARGIN_KIB = 24 * 1024


@pytest.fixture
def shop(committing: None) -> Iterator[TenantRef]:
    with tenant_context(open_test_tenant()) as ref:
        yield ref


@pytest.fixture(scope="module")
def nursery(django_db_setup: None) -> Iterator[Nursery]:
    with Nursery("worker") as running:
        yield running


def begun(content: bytes) -> Import:
    row = receive_file(BytesIO(content), name="x.csv", size=len(content), actor=ACTOR)
    choose(row.id, publish=True, actor=ACTOR)
    return start(row.id, rehearse=False, actor=ACTOR, now=utc_now())


@pytest.mark.parametrize(
    "rounds", [pytest.param(3, id="short"), pytest.param(30, id="long", marks=pytest.mark.soak)]
)
def test_an_import_that_is_killed_anywhere_goes_on_and_brings_everything_once(
    shop: TenantRef, nursery: Nursery, rounds: int
) -> None:
    def file(name: str) -> bytes:
        rows = [
            simple(f"{name}-{n}", Variant_Inventory_Qty="3", Image_Src=f"https://p.example/{n}.jpg")
            for n in range(ROWS)
        ]
        # One that is refused, and one that another brought already.
        rows[7]["Variant Price"], rows[BATCH]["Variant SKU"] = "free", rows[0]["Variant SKU"]
        return table(SHOPIFY, rows).encode()

    def told(row: Import) -> dict[str, object]:
        return {"tenant": shop.id, "source": row.id}

    seed = token_hex(4)
    print("seed", seed)
    # The first one sets up besides what a shop keeps stock with.
    nursery.run(f"{WORK}:go_on", **told(begun(file("first"))))
    whole = nursery.run(f"{WORK}:go_on", **told(begun(file("model"))))
    points = kill_points(rounds, statements=whole.statements, dice=random.Random(seed))
    for number, point in enumerate(points):
        row = begun(file(f"r{number}"))

        assert nursery.start(f"{WORK}:go_on", kill_at=point, **told(row)).wait().killed
        run(row.id, clock=utc_now)

        row.refresh_from_db()
        assert (row.created, row.failed, row.state) == (ROWS - 2, 2, "done")
        assert ImportPicture.objects.filter(source=row).count() == ROWS - 2
    made = (ROWS - 2) * (rounds + 2)
    assert Product.objects.count() == ProductVersion.objects.filter(number=1).count() == made
    assert PriceHistory.objects.count() == made
    assert Movement.objects.filter(kind="counted").count() == made
    assert faults() == []
    assert verify_chain().intact


@pytest.mark.soak
def test_a_hundred_thousand_rows_are_imported_in_flat_memory(
    shop: TenantRef, nursery: Nursery
) -> None:
    rows = 100_000
    with SpooledTemporaryFile(max_size=1) as file:
        file.write(b"Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Vendor\n")
        for number in range(rows):
            handle, letter = number // 4, b"%c" % b"SMLX"[number % 4]
            head = b"T-%d,Size" % handle if number % 4 == 0 else b","
            line = (handle, head, letter, handle, letter, handle % 50)
            file.write(b"p-%d,%s,%s,p-%d-%s,9.90,Brand %d\n" % line)
        size = file.tell()
        file.seek(0)
        row = receive_file(file, name="x.csv", size=size, actor=ACTOR)
    choose(row.id, publish=True, actor=ACTOR)
    start(row.id, rehearse=False, actor=ACTOR, now=utc_now())

    weights = nursery.run(f"{WORK}:go_on_and_weigh", tenant=shop.id, source=row.id).result

    row.refresh_from_db()
    assert (row.created, row.failed, row.state) == (rows // 4, 0, "done")
    assert weights[1] < weights[0] + MARGIN_KIB
