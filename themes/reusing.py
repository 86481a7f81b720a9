"""Reusable parts on pages: edited once, shown wherever a page names them.

A page holds no copy of a part. Its blocks are put in when the pages of a release are
compiled, so that a part that is published changes every page with it at one moment, and
drawing a page asks for nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from themes.documents import CompiledBlock, CompiledPage, digest_of, moments_of
from themes.names import PART, handle_in, template_in

REF: Final = "core.ref"
SLOT: Final = "content"
"""Where the blocks of a part stand in the block that shows it."""


def parts_named(document: Any) -> frozenset[str]:
    """Return the handles of the parts that a document shows."""
    return frozenset(_named(document))


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _named(each)
    elif isinstance(value, dict):
        settings = value.get("settings")
        if value.get("type") == REF and isinstance(settings, dict) and settings.get("part"):
            yield str(settings["part"])
        yield from _named(value.get("blocks", []))
        slots = value.get("slots")
        for inner in slots.values() if isinstance(slots, dict) else ():
            yield from _named(inner)


def all_with_parts(pages: Mapping[str, CompiledPage]) -> dict[str, CompiledPage]:
    """Return the pages of a release, each with the parts that it shows, by their names."""
    parts = {handle_in(name): page for name, page in pages.items() if template_in(name) == PART}
    return {name: with_parts(page, parts) for name, page in pages.items()}


def with_parts(page: CompiledPage, parts: Mapping[str, CompiledPage]) -> CompiledPage:
    """Return a page with the blocks of its parts in place; one without any is itself."""
    if not any(each.type == REF for each in page.walk()):
        return page
    blocks = _filled_all(page.blocks, parts)
    return replace(
        page,
        blocks=blocks,
        boundaries=moments_of(blocks),
        digest=digest_of([page.digest, *(each.digest for each in blocks)]),
    )


def _filled_all(
    blocks: tuple[CompiledBlock, ...], parts: Mapping[str, CompiledPage]
) -> tuple[CompiledBlock, ...]:
    found = (_filled(each, parts) for each in blocks)
    return tuple(each for each in found if each is not None)


def _filled(block: CompiledBlock, parts: Mapping[str, CompiledPage]) -> CompiledBlock | None:
    """Return a block with its parts; None for a part that is not there, or has nothing in it."""
    if block.type == REF:
        part = parts.get(str(block.settings["part"]))
        inner = tuple(_inside(each, block.id) for each in part.blocks) if part else ()
        return _with_slots(block, {SLOT: inner}) if inner else None
    if not block.slots:
        return block
    slots = {name: _filled_all(inside, parts) for name, inside in block.slots.items()}
    return _with_slots(block, slots)


def _inside(block: CompiledBlock, prefix: str) -> CompiledBlock:
    """Return a block of a part under an id of its own: a page may show the part twice."""
    named = replace(block, id=f"{prefix}-{block.id}")
    slots = {
        name: tuple(_inside(each, prefix) for each in inner) for name, inner in block.slots.items()
    }
    return _with_slots(named, slots)


def _with_slots(
    block: CompiledBlock, slots: Mapping[str, tuple[CompiledBlock, ...]]
) -> CompiledBlock:
    inner = [each.digest for each in chain.from_iterable(slots.values())]
    return replace(block, slots=slots, digest=digest_of([block.digest, block.id, inner]))
