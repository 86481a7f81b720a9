"""ZIP files and what is made of them: office documents. None may burst."""

from __future__ import annotations

import zipfile
from typing import IO, Final

from django.utils.translation import gettext as _

from kernel.media.errors import InvalidAsset

MOST_PARTS: Final = 2_000
MOST_UNPACKED: Final = 500 * 1024 * 1024
MOST_TIMES: Final = 200
"""How many times as large a part may become when it is unpacked."""
_SMALL: Final = 1024 * 1024
_DEFLATED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OFFICE: Final = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_MACROS: Final = "vbaproject.bin"
_HIDDEN: Final = 0x1


def is_parcel(head: bytes) -> bool:
    """Tell whether a file begins as ZIP files do."""
    return head.startswith(b"PK\x03\x04")


def parcel_kind(file: IO[bytes]) -> str:
    """Return ``docx``, ``xlsx``, ``pptx`` or ``zip``; only the directory is read.

    Raises:
        InvalidAsset: damaged, encrypted, with programs inside, or it would burst.
    """
    try:
        with zipfile.ZipFile(file) as parcel:
            parts = parcel.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        raise InvalidAsset(_("The file is damaged."), reason="damaged") from None
    _check(parts)
    names = [part.filename for part in parts]
    if "[Content_Types].xml" not in names:
        return "zip"
    if any(name.lower().endswith(_MACROS) for name in names):
        raise InvalidAsset(_("Documents with programs inside are not kept."), reason="macros")
    kinds = {kind for start, kind in _OFFICE.items() if any(n.startswith(start) for n in names)}
    return kinds.pop() if len(kinds) == 1 else "zip"


def _check(parts: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(part.file_size for part in parts)
    bursts = any(
        part.file_size > _SMALL and part.file_size > MOST_TIMES * max(part.compress_size, 1)
        for part in parts
    )
    overlaps = len({part.header_offset for part in parts}) < len(parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or bursts or overlaps:
        raise InvalidAsset(_("The file would become too large unpacked."), reason="bomb")
    if any(part.flag_bits & _HIDDEN or part.compress_type not in _DEFLATED for part in parts):
        raise InvalidAsset(_("Encrypted files are not kept."), reason="encrypted")
    if any(part.filename.lower().endswith((".zip", ".exe", ".js", ".bat")) for part in parts):
        raise InvalidAsset(_("Documents with programs inside are not kept."), reason="macros")
