"""Files of issued invoices: told by their content, kept in the tenant's storage."""

from __future__ import annotations

import io
import zipfile
from typing import Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kernel.common.ids import uuid7
from kernel.documents.errors import InvoiceFileRefused

LARGEST: Final = 10 * 1024 * 1024
_BEGINNINGS: Final = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
}
_OFD_ROOT: Final = "OFD.xml"


def keep_file(content: bytes) -> str:
    """Keep a file and return its name; nothing is kept of nothing.

    Raises:
        InvoiceFileRefused: it is no PDF, OFD or picture, or too large.
    """
    if not content:
        return ""
    name = f"documents/invoices/{uuid7().hex}.{_ending(content)}"
    return default_storage.save(name, ContentFile(content))


def _ending(content: bytes) -> str:
    if len(content) > LARGEST:
        raise InvoiceFileRefused
    for beginning, ending in _BEGINNINGS.items():
        if content.startswith(beginning):
            return ending
    if _is_ofd(content):
        return "ofd"
    raise InvoiceFileRefused


def _is_ofd(content: bytes) -> bool:
    """An OFD document is a ZIP archive with its root beside it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _OFD_ROOT in archive.namelist()
    except zipfile.BadZipFile:
        return False
