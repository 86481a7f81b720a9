"""Releases: all of a page is of one of them, and nothing that is written gets lost."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from unittest.mock import patch

import pytest

from kernel.audit.actor import Actor
from kernel.common.time import utc_now
from kernel.modules.manifest import Text
from kernel.modules.ports import entitlements
from kernel.tenancy.context import TenantRef, tenant_context
from testkit.modules import anew, right_ends, switched_on
from testkit.web import TenantClient, store
from themes.contract import Block
from themes.desk import draft_of, live_theme, pages_of, save_draft
from themes.fields import Json, Line
from themes.freezing import frozen
from themes.models import Page, PageVersion
from themes.registry import all_blocks, find, registered_temporarily
from themes.releasing import publish, publish_all

ACTOR: Final = Actor.system("tests")
PARTS: Final = ("header", "home", "footer")
NOTE: Final = Block(
    type="test.told",
    label=Text("便条", "Note"),
    template="themes/blocks/notice_bar.html",
    settings={"text": Line(label=Text("字", "Words"), default="first")},
)


def told(text: str, template: str = "home", *more: Json) -> dict[str, Json]:
    block: Json = {"id": f"b-{template}", "type": "text.rich", "settings": {"html": text}}
    kind = "page" if template == "home" else "group"
    return {
        "format": 1,
        "kind": kind,
        "template": template,
        "settings": {},
        "blocks": [block, *more],
    }


def pages() -> dict[str, Page]:
    return {each.template: each for each in pages_of(live_theme())}


def rewrite(text: str) -> None:
    """Edit the front page and what stands around it, and make it all live at once."""
    for name in PARTS:
        page = pages()[name]
        save_draft(page.pk, told(f"<p>[{text}]</p>", name), rev=draft_of(page).rev, actor=ACTOR)
    publish_all(live_theme().pk, note=text, actor=ACTOR)


def test_a_page_that_is_drawn_while_a_planned_release_comes_due_is_of_one_release(
    tenant_a: TenantRef, browser: TenantClient, django_capture_on_commit_callbacks: Any
) -> None:
    at = utc_now() + timedelta(hours=1)
    moments = iter([at - timedelta(microseconds=1), *[at + timedelta(seconds=1)] * 1_000])
    with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
        rewrite("1")
        for name in PARTS:
            save_draft(pages()[name].pk, told("<p>[2]</p>", name), rev=1, actor=ACTOR)
        publish_all(live_theme().pk, note="later", actor=ACTOR, live_from=at)

    with patch("themes.store.utc_now", lambda: next(moments)):
        first = browser.get("/").content.decode()
        second = browser.get("/").content.decode()

    assert re.findall(r"\[(\d)\]", first) == ["1"] * len(PARTS)
    assert re.findall(r"\[(\d)\]", second) == ["2"] * len(PARTS)


def test_a_style_sheet_stays_that_of_the_page_that_asks_for_it(
    tenant_a: TenantRef, browser: TenantClient, django_capture_on_commit_callbacks: Any
) -> None:
    def hero(height: int) -> None:
        block: Json = {"id": "b-hero", "type": "media.hero", "settings": {"height": height}}
        with tenant_context(tenant_a), django_capture_on_commit_callbacks(execute=True):
            page = pages()["home"]
            document = {**told("x"), "blocks": [block]}
            rev = save_draft(page.pk, document, rev=draft_of(page).rev, actor=ACTOR)
            publish(page.pk, rev=rev, note="", actor=ACTOR)

    hero(300)
    found = re.search(r'href="(/sheets/[^"]+)"', browser.get("/").content.decode())
    assert found is not None
    hero(480)

    sheet = browser.get(found[1].replace("&amp;", "&"))
    assert "300px" in sheet.content.decode()
    assert "480px" not in sheet.content.decode()
    assert browser.get("/sheets/home.css?of=none").status_code == 404


def test_a_default_that_changes_leaves_what_was_published_as_it_is(tenant_a: TenantRef) -> None:
    note: Json = {"id": "b-note", "type": NOTE.type, "v": 1}
    gone: Json = {"id": "b-gone", "type": "gone.block", "v": 3, "settings": {"kept": [1]}}
    hidden: Json = {"id": "b-off", "type": NOTE.type, "v": 1, "off": True}
    with tenant_context(tenant_a), registered_temporarily(NOTE):
        page = pages()["home"]
        save_draft(page.pk, told("<p>x</p>", "home", note, gone, hidden), rev=0, actor=ACTOR)
        publish(page.pk, rev=1, note="", actor=ACTOR)
        version = PageVersion.objects.get(page=page)

    blocks = {each["id"]: each for each in version.compiled["blocks"]}
    assert blocks["b-note"]["settings"] == {"text": "first"}
    assert version.doc["blocks"][1]["settings"] == {}
    assert blocks["b-gone"] == gone
    assert "b-off" not in blocks
    other = replace(NOTE, settings={"text": replace(NOTE.settings["text"], default="second")})
    with registered_temporarily(other):
        assert frozen(version.compiled) == version.compiled


def test_a_module_that_ends_leaves_the_page_whole_and_its_block_in_the_draft(
    tenant_a: TenantRef, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What costs nothing never runs out: here it costs something.
    monkeypatch.setattr(entitlements(), "_is_free", lambda _feature: False)
    rich = find("text.rich")
    assert rich is not None
    own = replace(NOTE, module="check_in", template="themes/blocks/rich.html")
    own = replace(own, settings=rich.settings, prepare=rich.prepare)
    block: Json = {"id": "b-own", "type": own.type, "settings": {"html": "<p>From a module</p>"}}

    def front(tenant: TenantRef) -> str:
        with store(tenant) as visitor:
            return str(visitor.get("/").content.decode())

    with registered_temporarily(own):
        tenant = switched_on(tenant_a, "check_in")
        with tenant_context(tenant), django_capture_on_commit_callbacks(execute=True):
            page = pages()["home"]
            save_draft(page.pk, told("<p>Stays</p>", "home", block), rev=0, actor=ACTOR)
            publish(page.pk, rev=1, note="", actor=ACTOR)
        licensed = front(anew(tenant.id))
        read_only = front(right_ends(tenant, "check_in", days_ago=1, off_days_ago=-1))
        ended = front(right_ends(tenant, "check_in", days_ago=9, off_days_ago=1))
        with tenant_context(tenant):
            kept = draft_of(pages()["home"]).doc
        again = front(right_ends(tenant, "check_in", days_ago=-30, off_days_ago=-60))

    for shown in (licensed, read_only, again):
        assert "From a module" in shown
    assert "From a module" not in ended
    assert "b-own" not in ended
    for shown in (licensed, read_only, ended, again):
        assert "Stays" in shown
        assert shown.rstrip().endswith("</html>")
    assert [each["id"] for each in kept["blocks"]] == ["b-home", "b-own"]  # type: ignore[union-attr,index,call-overload]
    assert own.type not in all_blocks()
