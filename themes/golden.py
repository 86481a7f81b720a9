"""The released schemas of blocks: what documents that were saved may hold.

A released schema never changes. Another one is another version, with a migration.

    python -m themes.golden            write the schemas that are not there yet
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from themes.contract import CLIENTS, Block
from themes.documents import (
    AUDIENCES,
    FORMAT,
    KINDS,
    MOST_TOP,
    WIDTHS,
)
from themes.fields import Json
from themes.registry import all_blocks

FOLDER: Final = Path(__file__).parent / "schema"


def page_schema() -> dict[str, Json]:
    """Return the JSON Schema of page documents."""
    show: Json = {
        "type": "object",
        "properties": {
            "on": {"type": "array", "items": {"enum": list(CLIENTS)}},
            "widths": {"type": "array", "items": {"enum": list(WIDTHS)}},
            "who": {"type": "array", "items": {"enum": list(AUDIENCES)}},
            "from": {"type": "string", "format": "date-time"},
            "to": {"type": "string", "format": "date-time"},
        },
        "additionalProperties": False,
    }
    settings: Json = {"type": "object", "additionalProperties": {"type": "object"}}
    block: Json = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9_-]{1,31}$"},
            "type": {"type": "string", "pattern": "^[a-z][a-z0-9_]*[.][a-z][a-z0-9_]*$"},
            "v": {"type": "integer", "minimum": 1},
            "name": {"type": "string", "maxLength": 80},
            "settings": {"type": "object"},
            "at": {
                "type": "object",
                "properties": {"m": {}, "l": {}},
                "additionalProperties": False,
            },
            "i18n": settings,
            "show": show,
            "off": {"type": "boolean"},
            "slots": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"$ref": "#/$defs/block"}},
            },
        },
        "required": ["id", "type"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"page@{FORMAT}",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "kind": {"enum": list(KINDS)},
            "template": {"type": "string"},
            "settings": {"type": "object"},
            "blocks": {"type": "array", "maxItems": MOST_TOP, "items": {"$ref": "#/$defs/block"}},
        },
        "required": ["format", "kind", "blocks"],
        "additionalProperties": False,
        "$defs": {"block": block},
    }


def released(folder: Path = FOLDER) -> dict[str, Json]:
    """Return the schemas that are written down, by the name of their files."""
    return {
        path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.json"))
    }


def current() -> dict[str, Json]:
    """Return the schemas that the code describes, by the name of their files."""
    own = [block for block in all_blocks().values() if block.module is None]
    return {"page.json": page_schema(), **{file_of(block): block.schema() for block in own}}


def file_of(block: Block) -> str:
    """Return the name of the file that holds a block's schema."""
    return f"released/{block.type}@{block.version}.json"


def write(folder: Path = FOLDER) -> list[str]:
    """Write the schemas that are not there yet; return their files."""
    known = released(folder)
    added = [name for name in current() if name not in known]
    for name in added:
        text = json.dumps(current()[name], ensure_ascii=False, indent=2, sort_keys=True)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
    return added


if __name__ == "__main__":
    import django

    django.setup()
    for added_name in write():
        print(added_name)
