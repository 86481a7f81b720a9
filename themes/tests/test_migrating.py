"""Documents of older blocks: found, brought up, and what cannot be is said by its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from kernel.audit.actor import Actor
from kernel.modules.manifest import Text
from kernel.tenancy.context import TenantRef, tenant_context
from themes.contract import Block
from themes.desk import draft_of, live_theme, page_with, pages_of, save_draft
from themes.fields import Json, Line, Settings
from themes.migrating import bring_up_drafts, look_at, look_at_shop, look_at_what_comes_along
from themes.registry import registered_temporarily
from themes.releasing import publish
from themes.tests.test_releases import NOTE, told

ACTOR: Final = Actor.system("tests")


def _renamed(settings: Settings) -> Settings:
    return {"words": settings.get("text", "first")}


def _broken(_settings: Settings) -> Settings:
    raise LookupError("no such thing")


def second(migration: Any) -> Block:
    words = Line(label=Text("字", "Words"), default="first")
    return replace(NOTE, version=2, settings={"words": words}, migrations={1: migration})


def test_what_comes_along_is_of_the_newest_blocks_and_has_no_faults() -> None:
    assert look_at_what_comes_along() == []


def test_older_drafts_are_found_and_written_anew_once(tenant_a: TenantRef) -> None:
    note: Json = {"id": "b-note", "type": NOTE.type, "v": 1, "settings": {"text": "Ours"}}
    gone: Json = {"id": "b-gone", "type": "gone.block", "v": 3, "settings": {"kept": [1]}}
    with tenant_context(tenant_a):
        page = next(each for each in pages_of(live_theme()) if each.template == "home")
        with registered_temporarily(NOTE):
            save_draft(page.pk, told("<p>x</p>", "home", note, gone), rev=0, actor=ACTOR)
            publish(page.pk, rev=1, note="", actor=ACTOR)
        with registered_temporarily(second(_renamed)):
            before = {(each.problem, each.where.rpartition(", ")[2]) for each in look_at_shop()}
            changed = [bring_up_drafts(), bring_up_drafts()]
            after = {(each.problem, each.where.rpartition(", ")[2]) for each in look_at_shop()}
            draft = draft_of(page_with(page.pk))
    blocks: Any = draft.doc["blocks"]

    older, kept = {("older", "draft"), ("older", "version 1")}, ("unknown", "draft")
    assert before == {*older, kept, ("unknown", "version 1")}
    assert changed == [1, 0]
    assert ("older", "draft") not in after
    assert kept in after
    assert (blocks[1]["v"], blocks[1]["settings"]) == (2, {"words": "Ours"})
    assert blocks[2] == gone
    assert draft.rev == 2


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param({"id": "b-note", "type": NOTE.type, "v": 1}, "LookupError", id="migration"),
        pytest.param({"id": "b-note", "type": NOTE.type, "v": "1"}, "/blocks/0/v", id="version"),
        pytest.param({"id": "b-note"}, "None@1", id="no type"),
    ],
)
def test_what_cannot_be_brought_up_is_said_by_its_place(
    block: dict[str, Json], expected: str
) -> None:
    document = {"format": 1, "kind": "page", "template": "home", "blocks": [block]}
    with registered_temporarily(second(_broken)):
        found = list(look_at("home", document))

    assert any(expected in each.detail for each in found)
