"""What packs design, seen in a browser: everybody can use it, it is light, and it stands still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe

from config.dev.pictures import SCHEMES, pages_of_packs
from config.dev.portraits import DESKTOP, PHONE, Studio, outside_of_loops, studio
from kernel.tenancy.context import TenantRef, tenant_context
from themes.packs.reading import packs
from themes.packs.wearing import trial_path
from themes.tests.samples import Shelf

WCAG: Final = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
COLOURS: Final = {"runOnly": ["color-contrast", "link-in-text-block"]}
MOST_REQUESTS: Final = 16
MOST_BYTES: Final = 230_000
"""Unpacked, without pictures of goods; a third of it is sent."""
MOST_SHIFT: Final = 0.05
LONG: Final = pytest.mark.soak


@pytest.fixture
def seen(tenant_a: TenantRef, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    # Playwright's own event loop makes Django believe that it is in asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    things = shelf.category("Things", "things")
    shelf.category("Small things", "small", parent=things)
    shelf.product(
        "A thing of several parts",
        category=things,
        compare_at=19_900,
        pictures=2,
        options={"Size": ["S", "M"], "Colour": ["White"]},
        description_html="<p>Light and wide.</p>",
    )
    shelf.product("Sold out", category=things, stock=0)
    for number in range(6):
        shelf.product(f"Thing {number}", category=things, pictures=1)
    with studio(tenant_a) as opened:
        yield opened


@pytest.mark.parametrize(
    ("size", "language", "is_whole"),
    [
        pytest.param(PHONE, "zh-hans", False, id="some"),
        pytest.param(PHONE, "zh-hans", True, id="phone", marks=LONG),
        pytest.param(PHONE, "en", True, id="phone-en", marks=LONG),
        pytest.param(DESKTOP, "en", True, id="desk", marks=LONG),
    ],
)
def test_pages_of_packs_can_be_used_by_everybody_and_are_light(
    seen: Studio, tenant_a: TenantRef, size: tuple[int, int], language: str, *, is_whole: bool
) -> None:
    home, *others = pages_of_packs()
    faults: list[object] = []
    for number, pack in enumerate(packs()):
        pages = [home, *others] if is_whole else [home, others[number % len(others)]]
        for template, path in pages:
            with outside_of_loops(), tenant_context(tenant_a):
                link = trial_path(path, pack.code)
            with seen.page(link, size, language=language) as page:
                place, weight = (pack.code, template), seen.weight(page)
                found = Axe().run(page, options=WCAG).response["violations"]
                faults += [(*place, each["id"], each["nodes"][0]["html"]) for each in found]
                if page.evaluate("document.documentElement.scrollWidth") > size[0]:
                    faults.append((*place, "wider than the screen"))
                if weight.requests > MOST_REQUESTS or weight.bytes > MOST_BYTES:
                    faults.append((*place, weight))
                if weight.shift >= MOST_SHIFT:
                    faults.append((*place, weight))

    assert faults == []


@pytest.mark.parametrize(
    "is_whole", [pytest.param(False, id="some"), pytest.param(True, id="all", marks=LONG)]
)
def test_every_palette_can_be_read_by_day_and_by_night(
    seen: Studio, tenant_a: TenantRef, *, is_whole: bool
) -> None:
    pages = dict(pages_of_packs())
    faults: list[object] = []
    for number, pack in enumerate(packs()):
        for template in ("home", "product") if is_whole else ("home",):
            with outside_of_loops(), tenant_context(tenant_a):
                link = trial_path(pages[template], pack.code)
            # Day and night take turns where only some are looked at.
            for scheme in SCHEMES if is_whole else SCHEMES[number % 2 :][:1]:
                with seen.page(link, PHONE, language="zh-hans", scheme=scheme) as page:
                    for palette in pack.palettes:
                        code = f"{pack.code}:{palette.code}"
                        seen.wear(page, code)
                        found = Axe().run(page, options=COLOURS).response["violations"]
                        faults += [
                            (code, template, scheme, node["html"][:120], node["any"][0]["message"])
                            for each in found
                            for node in each["nodes"]
                        ]

    assert faults == []
