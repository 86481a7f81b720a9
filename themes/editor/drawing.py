"""Draws documents while they are edited: nothing is kept, and nothing that is wrong stops the rest.

What is hidden, or shown to some or for a time alone, is drawn all the same: one cannot
edit what one does not see. Comments say where the slots of blocks begin and end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from kernel.i18n.speaking import speaking
from kernel.modules.manifest import Text
from themes.contract import Block, PageContext
from themes.documents import FORMAT, CompiledBlock, CompiledPage, compile_page
from themes.errors import Fault, InvalidDocument
from themes.faults import noting
from themes.fields import Json
from themes.registry import find
from themes.rendering import Node, _html, document_css, visible
from themes.reusing import REF, with_parts
from themes.sources import load_all

REGION: Final = "/"
"""The name of the slot that holds the document's own blocks."""

_MARK: Final = Block(
    type="design.mark", label=Text("", ""), template="themes/design/mark.html", group="none"
)
_MARKED: Final = re.compile(
    r'<div id="(mark|kram):([a-z0-9_-]+/[a-z0-9_-]+)" class="[^"]*">[^<]*</div>'
)
_POINTED: Final = re.compile(r"/(blocks|slots/[a-z0-9_-]+|[a-z0-9_-]+)/(\d+)")
_MISSING: Final = Markup('<div id="{}" class="block design-missing">{}</div>')


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of the blocks of a document.

    Attributes:
        html: by the id of the block.
        css: rules of its settings, by the same.
        faults: sentences by the id of a block and the name of its setting.
    """

    html: dict[str, str]
    css: dict[str, str]
    faults: dict[str, dict[str, str]]


def draw_blocks(
    items: Sequence[Json], page: PageContext, *, parts: Mapping[str, CompiledPage]
) -> Drawn:
    """Draw blocks of the top level, each for itself, with one load of data for all of them."""
    drawn = Drawn({}, {}, {})
    with noting(instead=_failed) as noted:
        _draw_all(items, page, parts, drawn)
    for block_id in noted.errors:
        drawn.faults.setdefault(block_id, {})[""] = _fault()
    return drawn


def _draw_all(
    items: Sequence[Json], page: PageContext, parts: Mapping[str, CompiledPage], drawn: Drawn
) -> None:
    nodes: dict[str, Node] = {}
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("id"), str):
            continue
        block_id = str(item["id"])
        compiled = _compiled(item, page, parts, drawn)
        with noting() as noted:
            found = visible([compiled], page) if compiled else ()
        for failed in noted.errors:
            drawn.faults.setdefault(failed, {})[""] = _fault()
        if block_id in noted.errors:
            drawn.html[block_id] = str(_failed(block_id, str(item.get("type"))))
            continue
        if compiled is None or not found:
            drawn.html[block_id] = str(_missing(item, drawn.faults.get(block_id)))
            continue
        nodes[block_id] = _marked(found[0])
        drawn.css[block_id] = document_css([compiled])
    wishes = (wish for node in nodes.values() for wish in node.wishes())
    data = load_all(wishes, page, is_forgiving=True)
    with speaking(page.language):
        for block_id, node in nodes.items():
            drawn.html[block_id] = _as_comments(str(_html(node, data, page)))


def _fault() -> str:
    return _("This block has a fault. It is left out in the shop until that is mended.")


def _failed(block_id: str, block_type: str) -> Markup:
    return _MISSING.format(block_id, f"{_label(block_type)}: {_fault()}")


def in_region(drawn: Drawn, items: Iterable[Json]) -> Markup:
    """Return the blocks in their order, between the marks of the document's own slot."""
    ids = [str(item["id"]) for item in items if isinstance(item, dict) and "id" in item]
    inside = "".join(drawn.html.get(each, "") for each in ids)
    return Markup(f"<!--slot:{REGION}-->{inside}<!--/slot:{REGION}-->")  # noqa: S704  drawn above, escaped


def _compiled(
    item: Mapping[str, Json],
    page: PageContext,
    parts: Mapping[str, CompiledPage],
    drawn: Drawn,
) -> CompiledBlock | None:
    document: dict[str, Json] = {"format": FORMAT, "kind": "page", "template": page.template}
    try:
        found = with_parts(compile_page({**document, "blocks": [plain(dict(item))]}), parts)
    except InvalidDocument as refusal:
        for block_id, name, text in _placed(refusal.faults, item):
            drawn.faults.setdefault(block_id, {})[name] = text
        return None
    return found.blocks[0] if found.blocks else None


def plain(item: Json) -> Json:
    """Return a block with all inside it as if nothing limited where and when it is shown."""
    if not isinstance(item, dict):
        return item
    rest = {name: value for name, value in item.items() if name not in {"off", "show"}}
    slots = rest.get("slots")
    if isinstance(slots, dict):
        rest["slots"] = {
            name: [plain(each) for each in inner] if isinstance(inner, list) else inner
            for name, inner in slots.items()
        }
    return rest


def _placed(faults: Iterable[Fault], item: Mapping[str, Json]) -> Iterator[tuple[str, str, str]]:
    """Return faults by the block and the setting that they are about."""
    for fault in faults:
        block, rest = _at(fault.pointer, item)
        name = rest.rsplit("/", 1)[-1] if "/settings/" in rest or "/at/" in rest else ""
        yield str(block.get("id", "")), name, fault.text
        if block is not item:
            yield str(item.get("id", "")), "", _("A block inside has a setting that does not fit.")


def _at(pointer: str, item: Mapping[str, Json]) -> tuple[Mapping[str, Json], str]:
    """Return the block that a pointer leads to, and what is left of the pointer."""
    rest, block = pointer.removeprefix("/blocks/0"), item
    while found := re.match(r"/slots/([^/]+)/(\d+)", rest):
        slots = block.get("slots")
        inner = slots.get(found[1]) if isinstance(slots, dict) else None
        index = int(found[2])
        if not isinstance(inner, list) or index >= len(inner) or not isinstance(inner[index], dict):
            break
        block, rest = cast("dict[str, Json]", inner[index]), rest[found.end() :]
    return block, rest


def _missing(item: Mapping[str, Json], faults: Mapping[str, str] | None) -> Markup:
    if faults:
        text = _("This block cannot be drawn: one of its settings does not fit.")
    elif item.get("type") == REF:
        text = _("There is nothing in this reusable part, or it is not there any more.")
    else:
        text = _("The function of this block is not switched on. It is not shown in the shop.")
    return _MISSING.format(item["id"], f"{_name_of(item)}: {text}")


def _name_of(item: Mapping[str, Json]) -> str:
    return str(item.get("name") or _label(str(item.get("type"))))


def _label(block_type: str) -> str:
    kind = find(block_type)
    if kind is None:
        return _("A block that is not installed")
    return kind.label.in_language(get_language() or "")


def _marked(node: Node) -> Node:
    """Return a node whose slots begin and end with marks; a part is edited elsewhere."""
    if node.kind.type == REF:
        return node
    slots = {
        name: (
            _mark(node, f"mark:{node.compiled.id}/{name}"),
            *(_marked(child) for child in inner),
            _mark(node, f"kram:{node.compiled.id}/{name}"),
        )
        for name, inner in node.slots.items()
    }
    return replace(node, slots=slots)


def _mark(node: Node, name: str) -> Node:
    compiled = replace(
        node.compiled, id=name, type=_MARK.type, settings={}, at={}, i18n={}, slots={}
    )
    nothing: dict[str, Any] = {"own": {}, "bindings": {}, "slots": {}}
    return replace(node, compiled=compiled, kind=_MARK, is_island=False, **nothing)


def _as_comments(html: str) -> str:
    return _MARKED.sub(
        lambda found: f"<!--{'/' if found[1] == 'kram' else ''}slot:{escape(found[2])}-->", html
    )
