"""Themes: tried on by one person, put on for all at once, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from kernel.audit.models import AuditEntry
from kernel.tenancy.context import TenantRef, tenant_context
from kernel.tenancy.ports import directory
from testkit.web import TenantClient, console, store
from themes.packs.reading import packs
from themes.packs.wearing import trial, trial_path

PACKS = "/themes/packs/"
HERO = "Slow down, wear it longer"


@pytest.fixture
def desk(tenant_a: TenantRef) -> Iterator[TenantClient]:
    with console(tenant_a, headers={"Accept-Language": "en"}) as client:
        client.as_staff("brand.manage")
        yield client


def home(tenant: TenantRef, path: str = "/") -> str:
    # As processes hear of it once the change is committed.
    directory().forget(tenant.id)
    with store(tenant, headers={"Accept-Language": "en"}) as visitor:
        return str(visitor.get(path).content.decode())


def use(desk: TenantClient, theme: str) -> str:
    with console(desk.tenant):
        return str(desk.post(f"{PACKS}use/", {"theme": theme}, follow=True).content.decode())


def test_a_theme_is_put_on_with_one_click_and_taken_back_with_another(
    desk: TenantClient, tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    plain = home(tenant_a)
    told = use(desk, "fashion:moss")
    worn = home(tenant_a)
    other = home(tenant_b)
    directory().forget(tenant_a.id)
    with console(tenant_a):
        back = desk.post(f"{PACKS}back/", follow=True).content.decode()

    assert HERO not in plain
    assert "The shop wears “Wardrobe · Moss” now." in told
    assert HERO in worn
    assert "theme=fashion%3Amoss" in worn
    assert HERO not in other
    assert "The shop wears “Plain pages” now." in back
    assert HERO not in home(tenant_a)
    with tenant_context(tenant_a):
        acts = AuditEntry.objects.filter(action__startswith="themes.").order_by("sequence")
        assert [each.action for each in acts] == ["themes.put_on", "themes.taken_back"]


def test_pages_without_a_document_in_the_pack_are_the_plain_ones(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    use(desk, "fresh:leaf")

    assert "Picked at dawn" in home(tenant_a)
    assert home(tenant_a, "/categories/")


def test_a_theme_is_tried_on_by_who_has_the_link_and_by_nobody_else(
    tenant_a: TenantRef, tenant_b: TenantRef
) -> None:
    with tenant_context(tenant_a):
        link, token = trial_path("/", "beauty:lilac"), trial("beauty:lilac")

    with store(tenant_a, headers={"Accept-Language": "en"}) as visitor:
        tried = visitor.get(link)
    html = tried.content.decode()

    assert "Give your skin its time" in html
    assert "Only you see this." in html
    assert f'href="/categories/?__theme={token}"' in html
    assert "no-store" in tried.headers["Cache-Control"]
    assert tried.headers["X-Robots-Tag"] == "noindex"
    assert "Give your skin its time" not in home(tenant_a)
    assert "Give your skin its time" not in home(tenant_b, link)
    assert "Give your skin its time" not in home(tenant_a, "/?__theme=beauty:lilac")


def test_sheets_belong_to_the_theme_that_is_worn(desk: TenantClient, tenant_a: TenantRef) -> None:
    use(desk, "knowledge:forest")
    html = home(tenant_a)
    colours, page = re.findall(r'href="(/(?:theme|sheets)[^"]+)"', html)

    with store(tenant_a) as visitor:
        sheets = [
            visitor.get(each.replace("&amp;", "&")).content.decode() for each in (colours, page)
        ]
        unknown = visitor.get("/theme.css?theme=none:at-all").status_code

    assert "#f7f8f3" in sheets[0]
    assert ".banner-split" in sheets[1]
    assert unknown == 404


def test_what_is_unknown_or_comes_from_elsewhere_is_refused(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    told = use(desk, "none:at-all")
    with console(tenant_a):
        back = desk.post(f"{PACKS}back/", follow=True).content.decode()
        desk.as_staff("orders.view", email="other@example.com")
        refused = desk.post(f"{PACKS}use/", {"theme": "fashion:clay"}).status_code

    assert "There is no such theme." in told
    assert "No other theme was ever used here." in back
    assert refused == 403
    assert directory().by_id(tenant_a.id).offers.theme == ""


def test_the_gallery_shows_every_theme_in_its_colours(
    desk: TenantClient, tenant_a: TenantRef
) -> None:
    html = desk.get(PACKS).content.decode()

    for name in ("Wardrobe", "Market", "Vanity", "Aurora", "Corner", "Study"):
        assert name in html
    assert html.count("__theme=") == sum(len(pack.palettes) for pack in packs())
