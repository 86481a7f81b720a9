"""What a page's script tells of a visit."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.analytics.models import SeenStep
from kernel.common.ids import uuid7
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.orders import make_variant, place
from testkit.web import TenantClient, store

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148"
HERE: Any = {"Sec-Fetch-Site": "same-origin", "User-Agent": PHONE}


def tell(browser: TenantClient, path: str, **more: Any) -> int:
    told = {"visitor": uuid7().hex, "visit": uuid7().hex, "path": path, **more}
    headers = more.pop("headers", HERE)
    told.pop("headers", None)
    answer = browser.post("/visits/", told, content_type="application/json", headers=headers)
    return answer.status_code


def test_a_step_is_kept_with_where_it_came_from(tenant_a: TenantRef) -> None:
    with store(tenant_a) as browser:
        tell(browser, "/", referrer="https://www.bing.com/search?q=tea")
        tell(browser, "/products/green-tea/", landing="utm_source=May&utm_medium=cpc")
        tell(browser, "/products/green-tea/", act="cart", landing="via=abc")
        tell(browser, "/checkout/", referrer="https://m.weibo.cn/1")

    with tenant_context(tenant_a):
        kept = SeenStep.objects.order_by("id").values_list("step", "channel", "source", "handle")
        assert list(kept) == [
            ("page", "search", "bing.com", ""),
            ("product", "ads", "May", "green-tea"),
            ("cart", "invitation", "", "green-tea"),
            ("checkout", "social", "m.weibo.cn", ""),
        ]
        assert set(SeenStep.objects.values_list("device", flat=True)) == {"phone"}


def test_an_order_is_told_by_its_own_buyer_alone(tenant_a: TenantRef) -> None:
    with store(tenant_a) as browser:
        member = browser.as_member()
        with tenant_context(tenant_a):
            own = place((make_variant().pk, 1), member_id=member.pk)
            other = place((make_variant().pk, 1))
        tell(browser, f"/orders/{own.number}/pay/")
        tell(browser, f"/orders/{other.number}/pay/")

    with tenant_context(tenant_a):
        assert list(SeenStep.objects.values_list("step", "group_id")) == [("placed", own.pk)]


@pytest.mark.parametrize(
    ("told", "headers"),
    [
        ({}, {**HERE, "Sec-Fetch-Site": "cross-site"}),
        ({}, {**HERE, "User-Agent": "Googlebot/2.1"}),
        ({"visit": "no id"}, HERE),
        ({"landing": "x" * 5000}, HERE),
    ],
)
def test_what_others_send_robots_and_nonsense_are_not_counted(
    tenant_a: TenantRef, told: dict[str, str], headers: dict[str, str]
) -> None:
    with store(tenant_a) as browser:
        assert tell(browser, "/", headers=headers, **told) in {204, 403}

    with tenant_context(tenant_a):
        assert not SeenStep.objects.exists()
