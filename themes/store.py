"""Where page documents come from: the themes' own, compiled once for each process."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

from themes.documents import CompiledPage, compile_page

FOLDER: Final = Path(__file__).parent / "defaults"
GROUPS: Final = ("header", "footer", "tabbar")


@cache
def published(template: str) -> CompiledPage:
    """Return the published document of a page or a group.

    Raises:
        KeyError: there is no page of this name.
    """
    path = FOLDER / f"{template}.json"
    if not template.isidentifier() or not path.exists():
        raise KeyError(template)
    return compile_page(json.loads(path.read_text(encoding="utf-8")))


def templates() -> list[str]:
    """Return the names of all documents."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))
