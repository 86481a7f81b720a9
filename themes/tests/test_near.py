"""Pages that a process keeps of its own are bounded, and current whatever others do."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import store
from themes.cache.counters import bump
from themes.cache.near import Near
from themes.sources import all_counters


def test_what_was_used_longest_ago_goes_first() -> None:
    near: Near[str, int] = Near(100)
    for key in ("a", "b"):
        near.put(key, 1, size=40)
    near.get("a")

    near.put("c", 1, size=40)
    near.put("too large", 1, size=101)

    assert [near.get(key) for key in ("a", "b", "c", "too large")] == [1, None, 1, None]


def test_what_is_put_again_counts_once() -> None:
    near: Near[str, int] = Near(100)
    for size in (90, 50, 50):
        near.put("a", size, size=size)
    near.put("b", 1, size=50)

    assert (near.get("a"), near.get("b")) == (50, 1)


def forget_pages() -> int:
    """Take every page, of whatever tenant, out of what processes share."""
    shared = redis.Redis.from_url(settings.STOA_REDIS_URL)
    return sum(
        int(shared.delete(key))
        for key in shared.scan_iter(f"{settings.STOA_REDIS_PREFIX}*themes:p:*")
    )


def test_a_page_sent_once_is_sent_again_until_its_data_change(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with store(tenant_a) as one, store(tenant_b) as other:
        first, others = one.get("/"), other.get("/")
        assert forget_pages() >= 2

        with CaptureQueriesContext(connection) as kept:
            again, others_again = one.get("/"), other.get("/")
        with tenant_context(tenant_a):
            bump(*all_counters())
        with CaptureQueriesContext(connection) as drawn:
            changed = one.get("/")
        with CaptureQueriesContext(connection) as untouched:
            other.get("/")

    assert (len(kept), len(untouched)) == (0, 0)
    assert len(drawn) > 0
    assert again["ETag"] == first["ETag"] == changed["ETag"]
    assert others_again["ETag"] == others["ETag"] != first["ETag"]
