"""Drawing: pure, batched, kept by what it depends on, apart for each tenant and person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError

from kernel.modules.manifest import Text
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, process, store
from themes.as_data import as_json
from themes.blocks.content import HERO
from themes.cache.counters import bump, tokens
from themes.contract import Binding, Block, PageContext, Viewer
from themes.documents import CompiledBlock, compile_page
from themes.fields import Json
from themes.pages import context_of
from themes.registry import all_blocks, registered_temporarily
from themes.rendering import document_css, draw
from themes.sources import Source, all_counters, sources_temporarily
from themes.tests.samples import Shelf

asked: list[list[Binding]] = []


def load(_page: PageContext, bindings: Sequence[Binding]) -> list[Any]:
    asked.append(list(bindings))
    return [f"data of {each.get('n')}" for each in bindings]


NUMBERS = Source(of="test.numbers", load=load, reads=("test",))
OWN = Source(
    of="test.own", load=lambda page, all_of: ["mine"] * len(all_of), reads=(), vary="member"
)
SHOW = Block(
    type="test.show",
    label=Text("", ""),
    template="themes/blocks/notice_bar.html",
    needs=lambda _settings, _page: {"a": Binding.to("test.numbers", n=1)},
    prepare=lambda _settings, data, _page: {"s": {"text": data["a"], "link": None}},
)
OTHER = replace(
    SHOW,
    type="test.other",
    needs=lambda _settings, _page: {
        "a": Binding.to("test.numbers", n=2),
        "b": Binding.to("test.numbers", n=1),
    },
)
PERSONAL = Block(
    type="test.personal",
    label=Text("", ""),
    template="themes/blocks/notice_bar.html",
    vary="member",
    needs=lambda _settings, _page: {"a": Binding.to("test.own")},
    prepare=lambda _settings, data, _page: {"s": {"text": data["a"] or "guest", "link": None}},
)


@pytest.fixture(autouse=True)
def _sources(in_tenant_a: TenantRef) -> Iterator[None]:
    asked.clear()
    with (
        process("store"),
        sources_temporarily(NUMBERS, OWN),
        registered_temporarily(SHOW, OTHER, PERSONAL),
    ):
        bump("test")
        yield


def blocks(*types: str, **parts: Any) -> tuple[CompiledBlock, ...]:
    document: Json = {
        "format": 1,
        "kind": "page",
        "template": "home",
        "blocks": [{"id": f"b-{n}", "type": each, **parts} for n, each in enumerate(types)],
    }
    return compile_page(document).blocks


def drawn(found: Sequence[CompiledBlock], page: PageContext | None = None) -> str:
    page = page or context_of("home", {})
    return str(draw({"main": found}, page, versions=tokens(all_counters())).html["main"])


def test_each_source_is_loaded_once_and_each_binding_once() -> None:
    html = drawn(blocks("test.show", "test.other", "test.show"))

    assert asked == [[Binding.to("test.numbers", n=1), Binding.to("test.numbers", n=2)]]
    assert html.count("data of 1") == 2


def test_fragments_are_drawn_again_only_when_their_data_changed() -> None:
    found = blocks("test.show")

    first = drawn(found)
    again = drawn(found)
    bump("test")
    drawn(found)

    assert first == again
    assert len(asked) == 2


def test_fragments_of_two_tenants_are_two(tenant_b: TenantRef) -> None:
    found = blocks("test.show")
    drawn(found)

    with tenant_context(tenant_b):
        bump("test")
        drawn(found)

    assert len(asked) == 2


def test_what_differs_by_person_is_an_island_on_pages_that_are_kept() -> None:
    found = blocks("test.personal")
    page = context_of("home", {})

    public = drawn(found, page)
    private = drawn(found, replace(page, viewer=Viewer(member_id="m")))

    assert public.startswith('<shop-island id="b-0"')
    assert "guest" in public
    assert "mine" not in public
    assert "mine" in private
    assert "shop-island" not in private


def test_a_block_for_everybody_cannot_see_who_looks() -> None:
    nosy = replace(SHOW, type="test.nosy", template="themes/blocks/member_badge.html")

    with registered_temporarily(nosy), pytest.raises(UndefinedError):
        drawn(blocks("test.nosy"))


def test_blocks_come_and_go_by_the_clock_and_by_client() -> None:
    found = blocks("test.show", show={"from": "2030-01-01T00:00:00+08:00", "on": ["web"]})
    page = context_of("home", {})

    assert drawn(found, replace(page, now=datetime(2029, 12, 31, 15, 59, tzinfo=UTC))) == ""
    assert "data of 1" in drawn(found, replace(page, now=datetime(2029, 12, 31, 16, tzinfo=UTC)))
    later = replace(page, now=datetime(2031, 1, 1, tzinfo=UTC), client="mp")
    assert drawn(found, later) == ""


def test_a_block_of_a_module_that_is_off_is_not_there() -> None:
    with registered_temporarily(replace(SHOW, type="check_in.card", module="check_in")):
        assert drawn(blocks("check_in.card")) == ""


def test_the_same_page_as_json_and_as_simple_parts(shelf: Shelf) -> None:
    shelf.product("Green tea")
    found = blocks("product.grid", "media.hero", "test.show")
    page = replace(context_of("home", {}), client="mp")

    known = as_json(found, page, knows=frozenset({"product.grid@1"}))

    grid, hero = known
    assert isinstance(grid, dict)
    assert isinstance(hero, dict)
    assert grid["d"]["products"][0]["title"] == "Green tea"  # type: ignore[index,call-overload]
    assert (hero["type"], hero["parts"]["kind"]) == ("primitive", "box")  # type: ignore[index,call-overload]


def test_settings_that_are_style_stand_in_a_sheet() -> None:
    height = {"height": 300}
    found = blocks("core.html", settings=height, at={"l": {"height": 500}})

    assert document_css(found).endswith(
        "\n#b-0{--height:300px}\n@media(min-width:1024px){#b-0{--height:500px}}"
    )


def test_texts_of_a_tenant_are_escaped() -> None:
    hostile = '"><script>alert(1)</script>'

    html = drawn(blocks("media.hero", settings={"title": hostile[:80], "text": hostile}))

    assert "<script>" not in html


@pytest.mark.parametrize("kind", sorted(all_blocks()))
def test_every_block_is_drawn_with_its_defaults(kind: str) -> None:
    drawn(blocks(kind))


def test_the_fingerprint_of_a_block_follows_its_code() -> None:
    assert HERO.code_fingerprint != replace(HERO, version=HERO.version + 1).code_fingerprint


def test_islands_are_given_to_their_own_viewer(tenant_a: TenantRef) -> None:
    with store(tenant_a, headers={"Accept-Language": "en"}) as browser:
        stranger = browser.get("/islands/?page=home&ids=b-badge,none")
        browser.as_member(name="Lan")
        member = browser.get("/islands/?page=home&ids=b-badge")

    assert "Sign in" in stranger.json()["b-badge"]
    assert "Lan" in member.json()["b-badge"]
    assert "private" in member["Cache-Control"]


def test_a_member_never_changes_the_page_that_others_get(tenant_a: TenantRef) -> None:
    with store(tenant_a, headers={"Accept-Language": "en"}) as browser:
        browser.as_member(name="Lan the member")
        page = browser.get("/").content.decode()
        own = browser.get("/account/").content.decode()

    assert "Lan the member" not in page
    assert "Lan the member" in own


@pytest.mark.parametrize(
    "path", ["/islands/?page=none", "/islands/", "/sheets/none.css", "/icons/7.png"]
)
def test_addresses_that_mean_nothing_are_not_found(tenant_a: TenantRef, path: str) -> None:
    with store(tenant_a) as browser:
        assert browser.get(path).status_code == 404


def test_small_files_carry_the_brand(tenant_a: TenantRef) -> None:
    client: TenantClient
    with store(tenant_a) as client:
        manifest = client.get("/manifest.webmanifest").json()
        assert manifest["display"] == "standalone"
        assert client.get(manifest["icons"][0]["src"]).content.startswith(b"\x89PNG")
        assert "Disallow: /cart/" in client.get("/robots.txt").content.decode()
        sitemap = client.get("/sitemap.xml").getvalue().decode()
        assert "<loc>http://tenant-a.localhost/categories/</loc>" in sitemap
        assert client.get("/sw.js")["Content-Type"].startswith("text/javascript")
        assert client.get("/offline/").status_code == 200
        assert "--height" in client.get("/sheets/home.css").content.decode()
        assert "prefers-color-scheme" in client.get("/theme.css").content.decode()


def test_clients_get_pages_as_data(tenant_a: TenantRef, shelf: Shelf) -> None:
    shelf.product("Green tea")
    with store(tenant_a, headers={"Accept-Language": "en"}) as client:
        answer = client.get("/api/v1/store/pages/product/?handle=product-1&knows=product.detail@1")
        again = client.get(
            "/api/v1/store/pages/product/?handle=product-1&knows=product.detail@1",
            headers={"If-None-Match": answer["ETag"]},
        )
        missing = client.get("/api/v1/store/pages/product/?handle=none")
        private = client.get("/api/v1/store/pages/cart/")

    page = answer.json()
    assert page["title"] == "Green tea"
    assert page["blocks"][0]["d"]["product"]["price"]["text"] == "¥99.00"
    assert page["blocks"][1]["type"] == "primitive"
    assert [again.status_code, missing.status_code, private.status_code] == [304, 404, 404]
