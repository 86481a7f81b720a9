"""Filled blocks to begin with, as the palette of the editor offers them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from kernel.modules.manifest import Text

FOLDER: Final = Path(__file__).parent / "presets"


@dataclass(frozen=True, slots=True)
class Preset:
    """A block with settings, without an id: whoever puts it somewhere gives it one."""

    name: Text
    block: dict[str, Any]

    def as_block(self, block_type: str, block_id: str) -> dict[str, Any]:
        """Return it as a document holds it; what stands inside gets ids below its own."""
        return _named({**json.loads(json.dumps(self.block)), "type": block_type}, block_id)


@cache
def presets_of(block_type: str) -> tuple[Preset, ...]:
    """Return the presets of a block; none for one that has nothing to be filled."""
    path = FOLDER / f"{block_type}.json"
    if not path.exists():
        return ()
    return tuple(
        Preset(Text(each["name"]["zh-hans"], each["name"]["en"]), each["block"])
        for each in json.loads(path.read_text(encoding="utf-8"))
    )


def _named(block: dict[str, Any], block_id: str) -> dict[str, Any]:
    inside = {
        slot: [
            _named(each, f"{block_id}-{slot}{number}")
            for number, each in enumerate(blocks, start=1)
        ]
        for slot, blocks in block.get("slots", {}).items()
    }
    return {**block, "id": block_id, **({"slots": inside} if inside else {})}
