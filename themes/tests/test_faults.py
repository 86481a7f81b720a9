"""A block that fails: the page stands without it, and whoever is to mend it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog
from django.test import override_settings
from jinja2 import UndefinedError
from prometheus_client import REGISTRY

from kernel.audit.actor import Actor
from kernel.modules.manifest import Text
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.web import TenantClient, console, process, store
from themes.blocks.member import BADGE
from themes.cache.counters import tokens
from themes.contract import Binding, Block, PageContext
from themes.desk import live_theme, pages_of, save_draft
from themes.documents import compile_page
from themes.fields import Json
from themes.pages import context_of
from themes.registry import registered_temporarily
from themes.releasing import publish_all
from themes.rendering import draw
from themes.sources import Source, all_counters, sources_temporarily

ACTOR: Final = Actor.system("tests")
NOSY: Final = replace(BADGE, type="test.nosy", label=Text("坏块", "Broken"), vary="none")
"""Its template asks who looks, which a block for everybody is not told: a real fault."""


def _fail(_page: PageContext, _bindings: Sequence[Binding]) -> Sequence[Any]:
    raise ValueError("no answer")


SILENT: Final = Source(of="test.silent", load=_fail, reads=())
DEAF: Final = Block(
    type="test.deaf",
    label=Text("", ""),
    template="themes/blocks/notice_bar.html",
    needs=lambda _settings, _page: {"a": Binding.to("test.silent")},
)


def text(block_id: str, words: str) -> Json:
    return {"id": block_id, "type": "text.rich", "v": 1, "settings": {"html": f"<p>{words}</p>"}}


def box(*inner: Json) -> Json:
    return {
        "id": "b-box",
        "type": "layout.columns",
        "v": 1,
        "settings": {},
        "slots": {"a": [*inner]},
    }


def bad(block_id: str, kind: str = "test.nosy") -> Json:
    return {"id": block_id, "type": kind, "v": 1, "settings": {}}


def page_of(*blocks: Json, template: str = "home", kind: str = "page") -> dict[str, Json]:
    own: dict[str, Json] = {"format": 1, "kind": kind, "template": template, "settings": {}}
    return {**own, "blocks": [*blocks]}


@pytest.fixture
def _live() -> Iterator[None]:
    with override_settings(STOA_BLOCK_FAULTS_RAISE=False):
        yield


def published(*documents: dict[str, Json]) -> None:
    for doc in documents:
        page = next(each for each in pages_of(live_theme()) if each.template == doc["template"])
        save_draft(page.pk, doc, rev=0, actor=ACTOR)
    publish_all(live_theme().pk, note="", actor=ACTOR)


@pytest.mark.usefixtures("_live")
def test_a_block_that_fails_is_left_out_of_the_live_page_and_told(
    tenant_a: TenantRef, browser: TenantClient, django_capture_on_commit_callbacks: Any
) -> None:
    def counted() -> float:
        labels = {"block": "test.nosy", "tenant": tenant_a.public_id}
        return REGISTRY.get_sample_value("theme_block_faults_total", labels) or 0.0

    home = page_of(text("b-one", "before"), bad("b-bad"), box(bad("b-in"), text("b-two", "after")))
    header = page_of(bad("b-top"), template="header", kind="group")
    before = counted()
    with registered_temporarily(NOSY), structlog.testing.capture_logs() as logs:
        with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
            published(home, header)
        shown = browser.get("/")
        cart = browser.get("/cart/")

    body = shown.content.decode()
    assert (shown.status_code, cart.status_code) == (200, 200)
    assert "<p>before</p>" in body
    assert "<p>after</p>" in body
    assert not re.findall(r'id="b-(bad|in|top)"', body)
    told = [each for each in logs if each["event"] == "themes.block_failed"]
    assert {each["block_id"] for each in told} == {"b-bad", "b-in", "b-top"}
    assert {each["block"] for each in told} == {"test.nosy"}
    assert isinstance(told[0]["exc_info"], UndefinedError)
    assert counted() - before == len(told)


@pytest.mark.usefixtures("_live")
def test_what_lacks_a_block_is_not_kept_as_if_it_were_whole(in_tenant_a: TenantRef) -> None:
    with process("store"), registered_temporarily(NOSY), sources_temporarily(SILENT):
        blocks = compile_page(page_of(box(bad("b-in"), text("b-two", "after")))).blocks
        page = context_of("home", {})
        lacking = draw({"main": blocks}, page, versions=tokens(all_counters()))
    with process("store"), registered_temporarily(replace(BADGE, type="test.nosy")):
        mended = draw({"main": blocks}, page, versions=tokens(all_counters()))

    assert (set(lacking.faults), lacking.seconds) == ({"b-in"}, 60)
    assert 'id="b-in"' in mended.html["main"]
    assert mended.seconds > lacking.seconds


@pytest.mark.usefixtures("_live")
def test_data_that_cannot_be_had_takes_the_block_away_and_not_the_page(
    in_tenant_a: TenantRef,
) -> None:
    with process("store"), registered_temporarily(DEAF), sources_temporarily(SILENT):
        blocks = compile_page(page_of(bad("b-deaf", "test.deaf"), text("b-two", "after"))).blocks
        drawn = draw({"main": blocks}, context_of("home", {}), versions=tokens(all_counters()))

    assert set(drawn.faults) == {"b-deaf"}
    assert "<p>after</p>" in drawn.html["main"]


@pytest.mark.usefixtures("_live")
def test_the_editor_shows_that_a_block_has_a_fault(tenant_a: TenantRef) -> None:
    with registered_temporarily(NOSY):
        with tenant_context(tenant_a):
            page = next(each for each in pages_of(live_theme()) if each.template == "home")
            doc = page_of(bad("b-bad"), box(bad("b-in"), text("b-two", "after")))
            save_draft(page.pk, doc, rev=0, actor=ACTOR)
        with console(tenant_a) as desk:
            desk.as_staff("design.edit")
            opened = desk.get(f"/design/pages/{page.pk}/").content.decode()
            found = re.search(r'type="application/json">(.*?)</script>', opened)
            assert found is not None
            address = urlsplit(json.loads(found[1])["canvas"]["url"])
        with store(tenant_a, headers={"Accept-Language": "en"}) as visitor:
            canvas = visitor.get(f"{address.path}?{address.query.replace('zh-hans', 'en')}")
            token = parse_qs(address.query)["token"][0]
            drawn = visitor.post(
                "/design/draw/",
                {"blocks": doc["blocks"], "query": {"language": "en"}},
                content_type="application/json",
                headers={"X-Design": token, "Sec-Fetch-Site": "same-origin"},
            ).json()

    assert canvas.status_code == 200
    sentence = "Broken: This block has a fault."
    assert canvas.content.decode().count(sentence) == 2
    assert sentence in drawn["html"]["b-bad"]
    assert sentence in drawn["html"]["b-box"]
    assert "<p>after</p>" in drawn["html"]["b-box"]
    assert {name for name, told in drawn["faults"].items() if told[""]} == {"b-bad", "b-in"}
