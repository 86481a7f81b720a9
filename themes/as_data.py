"""Pages as data, for clients that draw them themselves: mini-programs and apps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from kernel.i18n.speaking import speaking
from themes.contract import Binding, PageContext
from themes.documents import CompiledBlock
from themes.faults import LeavingOut
from themes.fields import Json
from themes.rendering import Node, data_of, visible
from themes.resolving import resolve
from themes.reusing import REF, SLOT
from themes.sources import load_all


def as_json(
    blocks: Iterable[CompiledBlock],
    page: PageContext,
    *,
    knows: frozenset[str],
    loaded: Mapping[Binding, Any] | None = None,
) -> list[Json]:
    """Return blocks for a client that draws them itself.

    It tells the blocks that it ``knows`` as ``type@version``; others become simple
    parts where they can, and are left out where they cannot.
    """
    nodes = visible(blocks, page)
    known = loaded or {}
    wishes = (wish for node in nodes for wish in node.wishes() if wish not in known)
    data = {**known, **load_all(wishes, page, is_forgiving=True)}
    with speaking(page.language):
        drawn = [_json(node, data, page, knows) for node in _spread(nodes, knows)]
    return [each for each in drawn if each is not None]


def _spread(nodes: Iterable[Node], knows: frozenset[str]) -> Iterator[Node]:
    """Put the blocks of a reusable part in its place, for clients that do not know such parts."""
    for node in nodes:
        if node.kind.type != REF or f"{REF}@{node.kind.version}" in knows:
            yield node
            continue
        for child in node.slots.get(SLOT, ()):
            yield replace(child, is_island=child.is_island or node.is_island)


def _json(
    node: Node, data: Mapping[Binding, Any], page: PageContext, knows: frozenset[str]
) -> Json:
    with LeavingOut(node.compiled.id, node.kind.type):
        return _plain_block(node, data, page, knows)
    return None


def _plain_block(
    node: Node, data: Mapping[Binding, Any], page: PageContext, knows: frozenset[str]
) -> Json:
    kind, block = node.kind, node.compiled
    found, settings = data_of(node, data), resolve(kind.settings, node.own, page)
    if f"{kind.type}@{kind.version}" not in knows:
        if kind.primitives is None:
            return None
        parts = kind.primitives(dict(settings), found, page)
        return {"id": block.id, "type": "primitive", "parts": parts}
    children = {
        name: [_json(child, data, page, knows) for child in _spread(inner, knows)]
        for name, inner in node.slots.items()
    }
    drawn: dict[str, Json] = {
        "id": block.id,
        "type": kind.type,
        "v": kind.version,
        "s": {name: _plain(value) for name, value in settings.items()},
        "d": found,
        "is_island": node.is_island,
    }
    if block.at:
        drawn["at"] = {width: dict(settings) for width, settings in block.at.items()}
    if children:
        drawn["slots"] = {
            name: [each for each in inner if each is not None] for name, inner in children.items()
        }
    return drawn


def _plain(value: Any) -> Json:
    return str(value) if isinstance(value, Markup) else value
