"""Hostile documents: whatever is accepted draws nothing but what blocks mean to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from random import Random
from typing import Any, Final

import pytest
from django.utils import translation
from typing_extensions import override

from kernel.tenancy.context import TenantRef
from themes.cache.counters import tokens
from themes.contract import Block
from themes.documents import compile_page
from themes.errors import InvalidDocument
from themes.fields import (
    Colour,
    Field,
    Image,
    Items,
    Json,
    Line,
    Link,
    Number,
    RichText,
    Switch,
)
from themes.pages import context_of
from themes.registry import all_blocks
from themes.rendering import document_css, draw
from themes.sources import all_counters

pytestmark = pytest.mark.usefixtures("browser", "in_tenant_a")

_MARK: Final = "xq7"
_HOSTILE: Final = (
    f'"><script>{_MARK}()</script>',
    f"'><img src=x onerror={_MARK}()>",
    f"</style><style>*{{background:url(//{_MARK}.example)}}",
    f"<svg onload={_MARK}()><{_MARK}>",
    f"javascript:{_MARK}()",
    f" java\tscript:{_MARK}()",
    f"data:text/html,<{_MARK}>",
    f"vbscript:{_MARK}",
    f"//{_MARK}.example/",
    f"red;background:url(//{_MARK}.example)",
    f"}}#x{{background:url(//{_MARK}.example)",
    f"{{{{ {_MARK} }}}}{{% include '{_MARK}' %}}",
    f"<p onclick={_MARK}()><a href=javascript:{_MARK}()>x</a><iframe src=//{_MARK}.example>",
    f"<math><mi//xlink:href='data:x,<script>{_MARK}()</script>'>",
    f"@{_MARK};}}", "#12345g", "\x00", "\u2028]]>", "../../etc/passwd", "]]><!--", "-->" + _MARK,
    f'<a href="https://{_MARK}.example" style="x:{_MARK}" target=_blank onfocus={_MARK}>x</a>',
)  # fmt: skip
_SCHEMES: Final = ("https://", "http://", "mailto:", "tel:", "/", "#", "?")
_ADDRESSES: Final = frozenset({"href", "src", "action", "formaction", "poster", "data", "cite"})
_FOREIGN: Final = frozenset({"script", "style", "object", "embed", "math", "base", "meta", "link"})


class _Reader(HTMLParser):
    """Collects what a browser would act upon."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _FOREIGN or _MARK in tag:
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            text = (value or "").strip()
            if name.startswith("on") or name == "style" or _MARK in name:
                self.faults.append(f"<{tag} {name}>")
            if name in _ADDRESSES and text and not text.startswith(_SCHEMES):
                self.faults.append(f"<{tag} {name}={text!r}>")


def _wrong(chance: Random) -> Json:
    wrong: tuple[Json, ...] = (*_HOSTILE, None, True, -1, 10**12, 1.5, [], {})
    return chance.choice(wrong)


def _value(field: Field, chance: Random) -> Json:
    """Return a value that the field may take, with something hostile where it has room."""
    bad = chance.choice(_HOSTILE)
    if chance.random() < 0.04:
        return _wrong(chance)
    if isinstance(field, Items):
        return [
            {name: _value(each, chance) for name, each in field.fields.items()}
            for _number in range(chance.randrange(3))
        ]
    if isinstance(field, Line):
        return bad[: field.longest]
    if isinstance(field, Number):
        return chance.choice((field.minimum, field.maximum, field.default))
    if isinstance(field, Link):
        kind = chance.choice(("url", "product", "module", "page", "home"))
        return {"to": kind, "href" if kind == "url" else "id": chance.choice((bad, "abc"))}
    values = _FILLED[type(field)](bad) if type(field) in _FILLED else (field.default,)
    return chance.choice(values)


_FILLED: Final[dict[type[Field], Callable[[str], tuple[Json, ...]]]] = {
    Image: lambda bad: ({"asset": bad, "alt": ""}, {"asset": "a.png", "alt": bad}),
    Colour: lambda bad: ("#aabbcc", "@brand", bad),
    Switch: lambda _bad: (True, False),
    RichText: lambda bad: (bad * 3,),
}


def _documents(count: int, chance: Random) -> Iterator[dict[str, Any]]:
    kinds = [each for each in all_blocks().values() if each.module is None]
    for _number in range(count):
        chosen = chance.sample(kinds, 3)
        blocks = [_block(each, number, chance) for number, each in enumerate(chosen)]
        yield {"format": 1, "kind": "page", "template": "home", "settings": {}, "blocks": blocks}


def _block(kind: Block, number: int, chance: Random) -> dict[str, Any]:
    texts = {name: _value(each, chance) for name, each in kind.settings.items() if each.i18n}
    made: dict[str, Any] = {
        "id": chance.choice((f"b-{number}", f"b-{number}", f"b-{number}", _HOSTILE[number])),
        "type": kind.type,
        "v": kind.version,
        "settings": {name: _value(each, chance) for name, each in kind.settings.items()},
    }
    if texts and chance.random() < 0.3:
        made["i18n"] = {"en": texts}
    return made


@pytest.mark.parametrize(
    "count",
    [pytest.param(250, id="short"), pytest.param(10_000, id="long", marks=pytest.mark.soak)],
)
def test_no_foreign_tag_attribute_scheme_or_style_comes_of_hostile_documents(
    count: int, tenant_a: TenantRef
) -> None:
    chance = Random(count)
    drawn = 0
    versions = tokens(all_counters())
    with translation.override("en"):
        page = context_of("home", {})
        for asked in _documents(count, chance):
            document = {**asked, "blocks": [each for each in asked["blocks"] if _fits(each)]}
            compiled = compile_page(document)
            html = str(draw({"main": compiled.blocks}, page, versions=versions).html["main"])
            css = document_css(compiled.blocks)

            reader = _Reader()
            reader.feed(html)
            assert reader.faults == [], document
            assert _MARK not in css, document
            assert "url(" not in css, document
            assert "<" not in css, document
            assert compile_page(document).digest == compiled.digest
            drawn += bool(compiled.blocks)
    # Most must get as far as being drawn, or nothing is shown.
    assert drawn > count / 3


def _fits(block: dict[str, Any]) -> bool:
    """Tell whether a block is accepted; one that is not keeps the others of its page."""
    try:
        compile_page(
            {"format": 1, "kind": "page", "template": "home", "settings": {}, "blocks": [block]}
        )
    except InvalidDocument:
        return False
    return True
