"""Several workers at one import, each with a connection of its own."""

from __future__ import annotations

from io import BytesIO

import pytest

from kernel.catalogue.models import Product
from kernel.common.time import utc_now
from kernel.dataio.models import Import
from kernel.dataio.services import BATCH, choose, receive_file, run, start
from kernel.dataio.tests.files import SHOPIFY, simple, table
from kernel.tenancy.context import TenantThreadPool, tenant_context
from testkit.factories.catalogue import ACTOR
from testkit.tenants import open_test_tenant


@pytest.mark.usefixtures("committing")
def test_two_workers_at_one_import_bring_each_product_in_once() -> None:
    rows = [simple(f"p-{number}") for number in range(BATCH + 10)]
    content = table(SHOPIFY, rows).encode()
    with tenant_context(open_test_tenant(make_schema=True)):
        row = receive_file(BytesIO(content), name="x.csv", size=len(content), actor=ACTOR)
        choose(row.id, publish=True, actor=ACTOR)
        start(row.id, rehearse=False, actor=ACTOR, now=utc_now())

        with TenantThreadPool(2) as pool:
            ends = [pool.submit(run, row.id, clock=utc_now) for _worker in range(2)]
            outcomes = [end.result(timeout=120) for end in ends]
        run(row.id, clock=utc_now)

        done = Import.objects.get()
        assert True in outcomes
        assert (done.created, done.failed, done.state) == (BATCH + 10, 0, "done")
        assert Product.objects.count() == BATCH + 10
