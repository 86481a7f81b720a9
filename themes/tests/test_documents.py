"""Page documents: what is accepted, what is refused, what is left out."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from kernel.modules.manifest import Text
from themes.contract import Block, Slot
from themes.documents import MOST_TOP, compile_page
from themes.errors import DuplicateBlock, InvalidBlock, InvalidDocument
from themes.fields import Line, Number, clean_html
from themes.golden import current, released
from themes.registry import all_blocks, find, register, registered_temporarily
from themes.store import FOLDER, published, templates

NOTE = Block(
    type="test.note",
    label=Text("便条", "Note"),
    template="themes/blocks/notice_bar.html",
    version=2,
    settings={
        "title": Line(label=Text("标题", "Title"), i18n=True),
        "height": Number(
            label=Text("高", "Height"), default=320, minimum=100, maximum=500, responsive=True
        ),
    },
    slots={"inside": Slot(Text("内", "Inside"), allow=("text.rich",), most=2)},
    migrations={1: lambda old: {"title": old.get("heading", "")}},
    limit=3,
)


@pytest.fixture(autouse=True)
def _note() -> Any:
    with registered_temporarily(NOTE):
        yield


def page(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"format": 1, "kind": "page", "template": "home", "blocks": list(blocks)}


def block(block_id: str = "b-note", **parts: Any) -> dict[str, Any]:
    return {"id": block_id, "type": "test.note", "v": 2, **parts}


def test_compiling_fills_in_defaults_and_is_the_same_each_time() -> None:
    document = page(block(settings={"title": "你好"}, i18n={"en": {"title": "Hello"}}))

    compiled = compile_page(document)

    (found,) = compiled.blocks
    assert found.settings == {"title": "你好", "height": 320}
    assert found.in_language("en")["title"] == "Hello"
    assert found.in_language("fr")["title"] == "你好"
    assert compile_page(json.loads(json.dumps(document))).digest == compiled.digest
    assert compile_page(page(block(settings={"title": "再见"}))).digest != compiled.digest


def test_settings_of_an_older_version_are_brought_along() -> None:
    compiled = compile_page(page(block(v=1, settings={"heading": "Old"})))

    assert compiled.blocks[0].settings["title"] == "Old"
    assert compiled.blocks[0].version == 2


@pytest.mark.parametrize("parts", [{"type": "gone.block"}, {"v": 3}])
def test_what_is_not_installed_is_left_out_and_named(parts: dict[str, Any]) -> None:
    compiled = compile_page(page(block() | parts, block("b-other")))

    assert [each.id for each in compiled.blocks] == ["b-other"]
    assert compiled.left_out == ("/blocks/0",)


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (page(block(), block()), "/blocks/1/id"),
        (page(block("B-NOTE")), "/blocks/0/id"),
        (page(block(settings={"colour": "red"})), "/blocks/0/settings/colour"),
        (page(block(settings={"height": 99})), "/blocks/0/settings/height"),
        (page(block(settings={"height": True})), "/blocks/0/settings/height"),
        (page(block(at={"m": {"title": "x"}})), "/blocks/0/at/m/title"),
        (page(block(at={"xl": {}})), "/blocks/0/at"),
        (page(block(i18n={"en": {"height": 200}})), "/blocks/0/i18n"),
        (page(block(show={"from": "2026-01-01"})), "/blocks/0/show/from"),
        (page(block(show={"on": ["fax"]})), "/blocks/0/show/on"),
        (page(block(script="alert(1)")), "/blocks/0"),
        (page(block(slots={"outside": []})), "/blocks/0/slots/outside"),
        (page(block(slots={"inside": [block("b-in")]})), "/blocks/0/slots/inside/0"),
        (page(*(block(f"b-{n}") for n in range(4))), "/blocks/3"),
        (page(*(block(f"b-{n}") for n in range(MOST_TOP + 1))), "/blocks"),
        ({"format": 2, "kind": "page", "blocks": []}, ""),
        ([], ""),
    ],
)
def test_faults_are_refused_where_they_stand(document: Any, pointer: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        compile_page(document)

    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_a_document_that_is_nested_too_deep_is_refused() -> None:
    nested: dict[str, Any] = block("b-0")
    box = Block(
        type="test.box",
        label=Text("盒", "Box"),
        template=NOTE.template,
        slots={"in": Slot(Text("内", "In"))},
    )
    for level in range(6):
        nested = {"id": f"b-x{level}", "type": "test.box", "slots": {"in": [nested]}}

    with registered_temporarily(box), pytest.raises(InvalidDocument, match=""):
        compile_page(page(nested))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


# How fast examples are drawn says something of the machine, and nothing of the compiler.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(document=json_values, own=json_values, show=json_values, slots=json_values)
def test_no_document_whatever_breaks_the_compiler(
    document: Any, own: Any, show: Any, slots: Any
) -> None:
    for each in (document, page(block(settings=own, show=show, slots=slots))):
        with contextlib.suppress(InvalidDocument):
            compile_page(each)


@given(value=json_values)
def test_whatever_a_field_accepts_fits_its_schema(value: Any) -> None:
    for kind in all_blocks().values():
        for name, each in kind.settings.items():
            try:
                cleaned = each.clean(value)
            except ValueError:
                continue
            if "$ref" not in json.dumps(each.shape()):
                assert Draft202012Validator(each.shape()).is_valid(cleaned), (kind.type, name)


@given(text=st.text(max_size=200))
def test_cleaned_html_holds_no_script_and_stays_as_it_is(text: str) -> None:
    hostile = f'<p onclick="x">{text}</p><script>x</script><a href="javascript:x">y</a><style>'

    cleaned = clean_html(hostile)

    assert "onclick" not in cleaned.replace(text, "")
    assert "<script" not in cleaned
    assert 'href="javascript' not in cleaned
    assert clean_html(cleaned) == cleaned


def test_two_blocks_of_one_name_are_refused_at_the_start() -> None:
    with pytest.raises(DuplicateBlock, match=r"product\.grid"):
        register(find("product.grid"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parts",
    [
        {"version": 2},
        {"settings": {"n": Number(label=Text("", ""), default=9, minimum=1, maximum=5)}},
    ],
)
def test_a_block_that_contradicts_itself_is_refused_at_the_start(parts: dict[str, Any]) -> None:
    wrong = Block(type="test.wrong", label=Text("", ""), template="x", **parts)

    with pytest.raises(InvalidBlock):
        register(wrong)


def test_released_schemas_never_change() -> None:
    described = {name: schema for name, schema in current().items() if "test.note" not in name}

    known = {name: schema for name, schema in released().items() if name in described}
    assert known == described, "a changed schema needs a new version: python -m themes.golden"
    for schema in described.values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", templates())
def test_the_pages_that_come_along_are_whole(name: str) -> None:
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))

    Draft202012Validator(released()["page.json"]).validate(document)
    assert published(name).left_out == ()
    assert published(name).template == name
