"""Names of files in storage: which file of the library one belongs to, and what people call it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from secrets import token_hex
from typing import Final
from uuid import UUID

from kernel.media.limits import LONGEST_NAME

FOLDER: Final = "media"
UPLOADS: Final = "uploads"
_NAME: Final = re.compile(rf"{FOLDER}/([0-9a-f]{{32}})/[^/]+\Z")
_LONGEST_ENDING: Final = 12


def new_stem(asset_id: UUID) -> str:
    """Return the beginning of names for a version of a file; it cannot be guessed."""
    return f"{FOLDER}/{asset_id.hex}/{token_hex(8)}"


def asset_id_of(name: str) -> UUID | None:
    """Return to which file of the library a name in storage belongs; None for another's."""
    found = _NAME.match(name)
    return UUID(found[1]) if found else None


def display_name(name: str, extension: str) -> str:
    """Return what people call a file: without folders, with the ending of its content."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    letters = (each for each in plain if unicodedata.category(each)[0] != "C")
    stem = " ".join("".join(letters).split()).strip(". ")
    before, dot, ending = stem.rpartition(".")
    if dot and before and ending.isalnum() and len(ending) <= _LONGEST_ENDING:
        stem = before
    return f"{stem[: LONGEST_NAME - _LONGEST_ENDING - 1] or 'file'}.{extension}"


def renamed(
    old_file: str, old: Mapping[str, str], new_file: str, new: Mapping[str, str]
) -> dict[str, str]:
    """Return the new name for each old one of a file whose content was replaced."""
    found = {name: new.get(width, new_file) for width, name in old.items()}
    return {**found, old_file: new_file}
