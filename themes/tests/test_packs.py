"""Packs and presets: whole, readable, in both languages, and nothing foreign in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kernel.common.colours import contrast
from kernel.tenancy.context import TenantRef
from testkit.web import TenantClient, process
from themes.as_data import as_json
from themes.cache.counters import tokens
from themes.documents import compile_page
from themes.fields import Items, Json
from themes.golden import released
from themes.packs.reading import documents_of, pack_with, packs, sheet_of_pack
from themes.pages import context_of
from themes.presets import FOLDER, presets_of
from themes.registry import all_blocks, find
from themes.rendering import document_css, draw
from themes.sources import all_counters
from themes.styles import FOLDER as STYLES
from themes.tests.samples import Shelf

STATIC = Path(__file__).parents[1] / "static" / "themes"
PRESETS = sorted(path.stem for path in FOLDER.glob("*.json"))
PAGES = {"home", "category", "product", "member", "header", "footer", "tabbar"}
NIGHT = (0x17, 0x1A, 0x1F)
QUIET, INK = (0x5A, 0x61, 0x69), (0x1A, 0x1D, 0x21)


def rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from strings(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each, key)
    elif isinstance(value, str):
        yield key, value


@pytest.mark.parametrize("code", [each.code for each in packs()])
def test_every_page_of_a_pack_is_whole_and_in_both_languages(code: str) -> None:
    found = documents_of(code)

    assert set(found) == PAGES
    for document in found.values():
        Draft202012Validator(released()["page.json"]).validate(document)
        compiled = compile_page(document)
        assert compiled.left_out == ()
        for block in compiled.walk():
            kind = find(block.type)
            assert kind is not None
            own = block.in_language("en")
            for name, each in kind.settings.items():
                if each.i18n and block.settings[name]:
                    assert own[name] != block.settings[name], (block.id, name)
                if isinstance(each, Items):
                    words = "".join(text for _key, text in strings(own[name]))
                    assert not any("\u4e00" <= sign <= "\u9fff" for sign in words), block.id


@pytest.mark.parametrize("code", [each.code for each in packs()])
def test_every_palette_can_be_read_on_its_own_ground(code: str) -> None:
    pack = pack_with(code)

    assert len(pack.palettes) >= 3
    for palette in pack.palettes:
        for ground in (palette.ground, palette.sunk):
            assert contrast(QUIET, rgb(ground)) >= 4.5
            assert contrast(rgb(palette.brand), rgb(ground)) >= 4.5
        sheet = sheet_of_pack(pack, palette)
        assert palette.ground in sheet
        night = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", sheet.split("dark", 1)[1]))
        assert contrast(rgb(night["brand"]), NIGHT) >= 2.2
        assert contrast(rgb(night["brand"]), rgb(night["on-brand"])) >= 4.5


def test_every_picture_that_is_named_comes_along() -> None:
    documents = [document for pack in packs() for document in documents_of(pack.code).values()]
    filled = [preset.block for each in PRESETS for preset in presets_of(each)]
    named = {text for _key, text in strings([documents, filled]) if text.startswith("packs/")}

    named |= {pack.cover for pack in packs()}
    assert named
    for name in named:
        assert (STATIC / name).exists(), name
        assert "<script" not in (STATIC / name).read_text(encoding="utf-8", errors="ignore")


@pytest.mark.parametrize("block_type", PRESETS)
def test_every_preset_can_be_put_on_a_page_twice(block_type: str) -> None:
    for preset in presets_of(block_type):
        for number in ("b-one", "b-two"):
            block = preset.as_block(block_type, number)
            page: Json = {"format": 1, "kind": "page", "template": "home", "blocks": [block]}
            assert compile_page(page).left_out == ()


def test_styles_belong_to_blocks_and_are_sent_only_with_them() -> None:
    own = {path.stem for path in STYLES.glob("*.css")}
    block = presets_of("media.hotspot")[0].as_block("media.hotspot", "b-spots")
    page = compile_page({"format": 1, "kind": "page", "template": "home", "blocks": [block]})

    css = document_css(page.blocks)

    assert own <= set(all_blocks())
    assert ".hotspot" in css
    assert ".waterfall" not in css
    assert "#b-spots li:nth-child(2){--x:51%;--y:38%}" in css


def test_every_preset_is_drawn_for_browsers_and_for_clients(
    in_tenant_a: TenantRef, shelf: Shelf
) -> None:
    for number in range(3):
        shelf.product(f"Coat {number}", pictures=1)
    blocks = [presets_of(each)[0].as_block(each, f"b-{n}") for n, each in enumerate(PRESETS)]

    with process("store"):
        for block in blocks:
            kind = "group" if block["type"].startswith(("nav.header", "footer")) else "page"
            document: Json = {"format": 1, "kind": kind, "template": "home", "blocks": [block]}
            compiled, page = compile_page(document), context_of("home", {})
            drawn = draw({"main": compiled.blocks}, page, versions=tokens(all_counters()))
            assert 'style="' not in drawn.html["main"]
            as_json(compiled.blocks, page, knows=frozenset())


def test_own_html_stands_in_a_document_without_an_origin(browser: TenantClient) -> None:
    assert browser.get("/framed/search/b-none/").status_code == 404
    assert browser.get("/framed/../b-none/").status_code == 404
