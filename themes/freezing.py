"""What is published of a draft: a document that later defaults change nothing about.

Drafts hold what somebody chose. What is live holds every setting, so that a block whose
defaults are others one day leaves the pages that were published before as they are. Blocks
that are not installed stay as they were written, and are back when they are installed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from themes.documents import migrated
from themes.fields import Json
from themes.registry import find


def frozen(document: Mapping[str, Json]) -> dict[str, Json]:
    """Return a document that was found to have no faults, with all its settings, none hidden."""
    blocks = document.get("blocks")
    return {**document, "blocks": _frozen_all(blocks if isinstance(blocks, list) else [])}


def _frozen_all(blocks: Iterable[Json]) -> list[Json]:
    return [_frozen(each) for each in blocks if isinstance(each, dict) and not each.get("off")]


def _frozen(item: dict[str, Json]) -> Json:
    kind, version, settings = find(str(item["type"])), item.get("v", 1), item.get("settings", {})
    if kind is None or not isinstance(version, int) or version > kind.version:
        return item
    given = migrated(kind, version, settings if isinstance(settings, dict) else {})
    made: dict[str, Json] = {
        **item,
        "v": kind.version,
        "settings": {
            name: each.clean(given.get(name, each.default)) for name, each in kind.settings.items()
        },
    }
    slots = item.get("slots")
    if isinstance(slots, dict):
        made["slots"] = {
            name: _frozen_all(inner if isinstance(inner, list) else [])
            for name, inner in slots.items()
        }
    return made
