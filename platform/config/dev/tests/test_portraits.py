"""Every theme in a real browser: open to everybody, light, and still while it loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from pytest_django.fixtures import Settings

from config.dev.portraits import DESKTOP, PHONE, Studio, outside_of_loops, studio
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.factories.reviews import make_review
from themes.cache.counters import bump
from themes.packs.reading import packs
from themes.packs.wearing import trial_path
from themes.sources import all_counters
from themes.tests.samples import Shelf

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MOST_REQUESTS = 14
MOST_BYTES = 200_000
"""Of the page, its sheets, its script and the theme's own pictures, before they are packed."""

MOST_SHIFT = 0.05


def judge(seen: Studio, path: str, size: tuple[int, int], language: str) -> list[str]:
    with seen.page(path, size, language=language) as page:
        weight = seen.weight(page)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = Axe().run(page, options=WCAG).response["violations"]
    faults = [f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in found]
    if weight.requests > MOST_REQUESTS or weight.bytes > MOST_BYTES:
        faults.append(f"too heavy: {weight}")
    if weight.shift >= MOST_SHIFT:
        faults.append(f"moves while it loads: {weight.shift}")
    if wide > 0:
        faults.append(f"{wide} pixels too wide")
    return faults


def test_every_theme_is_open_to_everybody_light_and_still(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        shelf = Shelf()
        for number in range(6):
            shelf.product(f"Thing {number}", pictures=1, compare_at=12_900 if number else None)
        for text in ("Warm and light.", "It fits.", "Better than the last one.", "As described."):
            make_review(text=text)
        bump(*all_counters())
    sizes = [(PHONE, "zh-hans"), (DESKTOP, "en")]

    with studio(tenant_a) as seen:
        for number, pack in enumerate(packs()):
            with tenant_context(tenant_a), outside_of_loops():
                path = trial_path("/", pack.code)
            size, language = sizes[number % 2]
            assert judge(seen, path, size, language) == [], pack.code


def test_pages_are_styled_where_files_are_collected_under_other_names(
    tenant_a: TenantRef, settings: Settings, tmp_path: Path
) -> None:
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}
    call_command("collectstatic", interactive=False, verbosity=0)

    with studio(tenant_a) as seen, seen.page("/", PHONE):
        files = [(path, size) for path, size in seen.requests if path.startswith("/static/")]

    assert any("/store." in path and path.count(".") > 1 for path, _size in files)
    assert [path for path, size in files if not size] == []


@pytest.mark.soak
def test_every_palette_is_at_every_width_and_in_both_languages(tenant_a: TenantRef) -> None:
    with tenant_context(tenant_a):
        shelf = Shelf()
        for number in range(6):
            shelf.product(f"Thing {number}", pictures=1)
        bump(*all_counters())

    with studio(tenant_a) as seen:
        for pack in packs():
            for palette in pack.palettes:
                for path in ("/", "/search/", "/products/product-1/", "/account/"):
                    for size, language in ((PHONE, "en"), (DESKTOP, "zh-hans")):
                        with tenant_context(tenant_a), outside_of_loops():
                            link = trial_path(path, f"{pack.code}:{palette.code}")
                        told = f"{pack.code}:{palette.code} {path} {size}"
                        assert judge(seen, link, size, language) == [], told
