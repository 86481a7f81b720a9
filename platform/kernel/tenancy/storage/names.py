"""Names of files: what may be one, and below which folder it lies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import IO, Any, Protocol
from urllib.parse import unquote

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import Storage

from kernel.tenancy.cache import scope_key
from kernel.tenancy.context import PUBLIC, TenantRef, current_scope
from kernel.tenancy.errors import NoTenant

LONGEST_NAME = 900
"""S3 takes 1,024 bytes for the whole key."""
LONGEST_PART = 255
PUBLIC_FOLDERS = ("media/", "reviews/")
"""What buyers are shown: a delivery network may stand before it."""
_DRIVE = re.compile(r"[A-Za-z]:")


def checked_name(name: object) -> str:
    """Return the name of a file if it can be nothing else.

    Raises:
        SuspiciousFileOperation: empty, absolute, too long, or with a part that
            leads elsewhere, plain or percent-encoded once or more.
    """
    text = str(name)
    plain = text
    for _unused in range(4):
        _check(plain)
        decoded = unquote(plain)
        if decoded == plain:
            return text
        plain = decoded
    raise SuspiciousFileOperation("a file name is encoded over and over")


def _check(name: str) -> None:
    parts = name.split("/")
    if (
        not name
        or len(name.encode("utf-8", "replace")) > LONGEST_NAME
        or "\\" in name
        or _DRIVE.match(name) is not None
        or any(part in {"", ".", ".."} for part in parts)
        or any(len(part.encode("utf-8", "replace")) > LONGEST_PART for part in parts)
        or any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in name)
    ):
        raise SuspiciousFileOperation("a file name leads elsewhere or cannot be one")


def tenant_folder() -> str:
    """Return the folder of the current scope.

    Raises:
        NoTenant: no scope was chosen.
    """
    key = scope_key()
    return key if key == "public" else f"tenants/{key}"


def public_origin(name: str) -> str:
    """Return where links to a file begin that a delivery network hands out; else empty."""
    scope = current_scope()
    if isinstance(scope, TenantRef) and name.startswith(PUBLIC_FOLDERS):
        return scope.media_origin
    return ""


def archive_folder() -> str:
    """Return the folder of archives.

    Raises:
        NoTenant: the scope is not the public one: no tenant's code sees archives.
    """
    if current_scope() is not PUBLIC:
        raise NoTenant("archives belong to the installation")
    return "archives"


class ArchiveFiles(Protocol):
    """What the storage of archives can do beyond Django's."""

    def writer(self, name: str) -> AbstractContextManager[IO[bytes]]:
        """Write a file that appears whole at the end of the block, or not at all."""

    def open(self, name: str, mode: str = "rb") -> Any:
        """Open a file for reading."""

    def delete(self, name: str) -> None:
        """Delete a file and what unfinished writing left of it; it may be gone."""

    def exists(self, name: str) -> bool:
        """Tell whether a file is there."""

    def size(self, name: str) -> int:
        """Return a file's size in bytes."""


def walk(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files of the current scope, sorted within each folder."""
    folders, files = storage.listdir(folder)
    for name in sorted(files):
        yield f"{folder}/{name}" if folder else name
    for name in sorted(folders):
        yield from walk(storage, f"{folder}/{name}" if folder else name)


def delete_all(storage: Storage, folder: str = "") -> int:
    """Delete all files of the current scope; return how many."""
    names = list(walk(storage, folder))
    for name in names:
        storage.delete(name)
    return len(names)
