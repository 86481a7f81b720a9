"""What documents are called: one of a kind by its template, of many by its handle, too."""

from __future__ import annotations

import re
from typing import Final

LANDING: Final = "landing"
"""Pages that the shop makes itself, at ``/pages/<handle>/``."""

PART: Final = "part"
"""Pieces that stand on several pages and are edited once."""

MANY: Final = frozenset({LANDING, PART})
LONGEST_HANDLE: Final = 60

_HANDLE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_BETWEEN: Final = ":"


def document_name(template: str, handle: str) -> str:
    """Return the name of a document among all of a release."""
    return f"{template}{_BETWEEN}{handle}" if template in MANY else template


def template_in(name: str) -> str:
    """Return the template of a document by its name."""
    return name.partition(_BETWEEN)[0]


def handle_in(name: str) -> str:
    """Return the handle in a document's name; empty for one of a kind."""
    return name.partition(_BETWEEN)[2]


def is_handle(text: str) -> bool:
    """Tell whether a text can be part of an address as it is."""
    return len(text) <= LONGEST_HANDLE and _HANDLE.match(text) is not None
