"""What the editor knows of blocks and of the data that they show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from kernel.modules.manifest import Text
from kernel.tenancy.context import TenantRef
from themes.contract import Block
from themes.desk import TITLES
from themes.fields import Bound, Json
from themes.models import Page, PageKindOf
from themes.presets import presets_of
from themes.registry import all_blocks, is_on
from themes.reusing import REF
from themes.sources import source_of
from themes.store import FOLDER

FRAME: Final = "frame"
_BLANK: Final = 400
GROUPS: Final = (
    ("content", _("Content")),
    ("media", _("Pictures and films")),
    ("catalogue", _("Goods")),
    ("marketing", _("Marketing")),
    ("layout", _("Layout")),
    ("navigation", _("Navigation")),
    ("member", _("Members")),
    ("cart", _("Cart")),
    (FRAME, _("Around the page")),
)
_SOURCES: Final = {
    "catalogue.products": Text("商品列表", "Products"),
    "catalogue.collection": Text("商品集合", "A collection"),
}


def blocks_for(page: Page, tenant: TenantRef) -> dict[str, Any]:
    """Return every installed block by type, with what the editor needs of it on a page."""
    return {each.type: _told(each, page, tenant) for each in all_blocks().values()}


def _told(block: Block, page: Page, tenant: TenantRef) -> dict[str, Any]:
    schema = block.schema()
    is_group = page.kind == PageKindOf.GROUP
    return {
        "title": {"zh-hans": block.label.zh, "en": block.label.en},
        "group": block.group,
        "icon": block.icon,
        "version": block.version,
        "limit": block.limit,
        "module": block.module,
        "isLocked": not is_on(block, tenant),
        "isFixed": (block.group == FRAME) != is_group
        or block.type == REF
        or block.type in _fixed_elsewhere(),
        "properties": schema["properties"],
        "picture": _picture(block.type),
        "presets": [
            {"title": {"zh-hans": each.name.zh, "en": each.name.en}, **each.block}
            for each in presets_of(block.type)
        ],
        "slots": {
            name: {
                "title": {"zh-hans": slot.label.zh, "en": slot.label.en},
                "allow": list(slot.allow),
                "max": slot.most,
            }
            for name, slot in block.slots.items()
        },
    }


@cache
def _picture(block_type: str) -> str:
    """Return the address of the picture of a block, of its first preset; empty without one."""
    path = f"themes/blocks/{block_type}.webp"
    found = finders.find(path)
    # A picture of nothing is smaller than any that shows something.
    is_drawn = isinstance(found, str) and Path(found).stat().st_size > _BLANK
    return static(path) if is_drawn else ""


def sources_for() -> dict[str, Any]:
    """Return the sources that blocks are bound to, with the parameters that can be set."""
    asked = {
        of
        for block in all_blocks().values()
        for each in block.settings.values()
        if isinstance(each, Bound)
        for of in each.sources
    }
    return {of: _source(of) for of in sorted(asked)}


def _source(of: str) -> dict[str, Json]:
    title = _SOURCES.get(of, Text(of, of))
    params: dict[str, Json] = {name: each.schema() for name, each in source_of(of).params.items()}
    return {"title": {"zh-hans": title.zh, "en": title.en}, "params": params}


@cache
def _fixed_elsewhere() -> frozenset[str]:
    """Types that only stand on pages which nobody edits, such as the checkout.

    What has a preset is meant to be put on others as well: a form has a page of its own.
    """
    edited, others = set[str](), set[str]()
    for path in FOLDER.glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        (edited if path.stem in TITLES else others).update(_types(document["blocks"]))
    return frozenset(each for each in others - edited if not presets_of(each))


def _types(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for each in blocks:
        yield each["type"]
        for inner in each.get("slots", {}).values():
            yield from _types(inner)


def pictures_in(document: Json) -> Iterator[str]:
    """Return the names of all pictures that a document shows."""
    if isinstance(document, dict):
        asset = document.get("asset")
        if isinstance(asset, str):
            yield asset
        for each in document.values():
            yield from pictures_in(each)
    elif isinstance(document, list):
        for each in document:
            yield from pictures_in(each)
