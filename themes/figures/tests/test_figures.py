"""Figures of blocks: told once by a page that is left, counted once, read by staff."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console, store
from themes.desk import live_theme, pages_of
from themes.figures.models import BlockFigures, LeftPage
from themes.figures.noting import MOST_TAPS, roll_up
from themes.store import published

PATH = "/visits/blocks/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/605.1"


def tell(client: TenantClient, told: Any, **headers: str) -> int:
    own = {"Sec-Fetch-Site": "same-origin", "User-Agent": PHONE, **headers}
    return client.post(PATH, told, content_type="application/json", headers=own).status_code


def test_pages_that_are_left_are_counted_by_block_once(tenant_a: TenantRef) -> None:
    told = {"page": "home", "seen": ["b-hero", "b-promises"], "taps": {"b-hero": 2}}
    with store(tenant_a) as visitor:
        answers = [tell(visitor, told), tell(visitor, {**told, "taps": {"b-hero": 1_000}})]
    with tenant_context(tenant_a):
        counted = [roll_up(now=utc_now()), roll_up(now=utc_now())]
        with store(tenant_a) as visitor:
            tell(visitor, {"page": "home", "seen": ["b-hero"]})
        counted.append(roll_up(now=utc_now()))
        rows = {row.block: (row.seen, row.taps) for row in BlockFigures.objects.all()}
        left = LeftPage.objects.count()

    assert answers == [204, 204]
    assert counted == [2, 0, 1]
    assert rows == {"b-hero": (3, 2 + MOST_TAPS), "b-promises": (2, 0)}
    assert left == 0


def test_what_stands_around_pages_is_counted_with_itself_whatever_the_page(
    tenant_a: TenantRef,
) -> None:
    with tenant_context(tenant_a):
        top, bar = (next(published(name).walk()).id for name in ("header", "tabbar"))
    home = {"page": "home", "seen": ["b-hero", f"/{top}", "/b-hero"], "taps": {f"/{bar}": 1}}
    with store(tenant_a) as visitor:
        tell(visitor, home)
        tell(visitor, {"page": "no page at all", "seen": [f"/{top}", f"header/{top}"]})
    with tenant_context(tenant_a):
        roll_up(now=utc_now())
        rows = {(row.page, row.block): (row.seen, row.taps) for row in BlockFigures.objects.all()}
        header = next(each for each in pages_of(live_theme()) if each.template == "header")
    with console(tenant_a) as staff:
        staff.as_staff("design.edit")
        page = staff.get(f"/design/pages/{header.pk}/figures/")

    assert rows == {
        ("home", "b-hero"): (1, 0),
        ("header", top): (2, 0),
        ("tabbar", bar): (0, 1),
    }
    assert '<td class="number" data-label="展示次数">2</td>' in page.content.decode()


@pytest.mark.parametrize(
    ("told", "headers"),
    [
        pytest.param({"page": "home", "seen": ["b-strange", 7]}, {}, id="no such block"),
        pytest.param({"page": "landing:none", "seen": ["b-hero"]}, {}, id="no such page"),
        pytest.param({"page": "../x", "seen": ["b-hero"]}, {}, id="no page at all"),
        pytest.param({"page": "home", "seen": "b-hero", "taps": ["b-hero"]}, {}, id="shapes"),
        pytest.param({"page": "home", "taps": {"b-hero": -5}}, {}, id="negative"),
        pytest.param({"page": "home", "taps": {"b-hero": True}}, {}, id="no number"),
        pytest.param([1], {}, id="a list"),
        pytest.param(
            {"page": "home", "seen": ["b-hero"]}, {"User-Agent": "Googlebot/2.1"}, id="robot"
        ),
        pytest.param({"page": "home", "seen": ["b-hero"], "x": "y" * 20_000}, {}, id="too long"),
    ],
)
def test_what_is_not_of_the_page_is_dropped_without_a_word(
    tenant_a: TenantRef, told: Any, headers: dict[str, str]
) -> None:
    with store(tenant_a) as visitor:
        status = tell(visitor, told, **headers)

    assert status == 204
    with tenant_context(tenant_a):
        assert not LeftPage.objects.exists()


def test_another_site_tells_nothing(tenant_a: TenantRef) -> None:
    told = {"page": "home", "seen": ["b-hero"]}
    with store(tenant_a) as visitor:
        assert tell(visitor, told, **{"Sec-Fetch-Site": "cross-site"}) == 403


def test_staff_read_how_the_blocks_of_a_page_do_and_no_other_shops(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with store(tenant_a) as visitor:
        for _time in range(4):
            tell(visitor, {"page": "home", "seen": ["b-hero"], "taps": {"b-hero": 1}})
    with tenant_context(tenant_a):
        roll_up(now=utc_now())
        BlockFigures.objects.create(
            day=utc_now().date(), page="home", block="b-before", seen=7, taps=0
        )
        page = next(each for each in pages_of(live_theme()) if each.template == "home")
    with console(tenant_a) as client:
        client.as_staff("design.edit")
        shown = client.get(
            f"/design/pages/{page.pk}/figures/?days=7", headers={"Accept-Language": "en"}
        ).content.decode()
        editor = client.get(f"/design/pages/{page.pk}/").content.decode()
    with tenant_context(tenant_b):
        assert not BlockFigures.objects.exists()

    assert "100.0" in shown
    assert "No longer on the page" in shown
    assert '"b-hero":[4,4]' in editor
