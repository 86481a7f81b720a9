"""Reads an archive from front to back, believing nothing before it was checked.

What comes from the stream is authentic (age) but perhaps written by a hostile
owner of its key, so names, sizes and kinds of members are checked too.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from typing import IO, Any

from django.core.exceptions import SuspiciousFileOperation
from typing_extensions import override

from kernel.tenancy.storage import checked_name
from tenants.archive.encryption import decrypted
from tenants.archive.keys import Opener
from tenants.archive.layout import (
    CHECKSUMS,
    FILES,
    LONGEST_DOCUMENT,
    MANIFEST,
    TABLES,
    Checksums,
    FileSum,
    Manifest,
    Segment,
    Table,
    TableSum,
    read_checksums,
    read_manifest,
)
from tenants.archive.members import PlainMember
from tenants.errors import ArchiveUnreadable

_PART = 1024 * 1024
_PIECE = ".copy"
_BUFFER = 512 * 512


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may come to once it is unpacked."""

    bytes: int = 1 << 40
    members: int = 10_000_000


class Visitor:
    """Is shown what an archive holds; this one only lets it pass by."""

    def manifest(self, manifest: Manifest) -> None:
        """See the manifest, before anything else."""

    def table(self, segment: Segment, table: Table, parts: Iterator[bytes]) -> None:
        """See a table's rows; what is left of ``parts`` is read anyway."""

    def file(self, name: str, size: int, parts: Iterator[bytes]) -> None:
        """See a file."""


class _Counted(io.RawIOBase):
    """Passes bytes on and stops a stream that unpacks to more than is allowed."""

    def __init__(self, source: GzipFile, most: int) -> None:
        self._source = source
        self._left = most

    @override
    def readable(self) -> bool:
        return True

    @override
    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size if size >= 0 else _PART)
        self._left -= len(data)
        if self._left < 0:
            raise ArchiveUnreadable("the archive unpacks to more than is allowed")
        return data


def read_archive(
    source: IO[bytes],
    opener: Opener,
    visitor: Visitor,
    *,
    limits: Limits | None = None,
) -> tuple[Manifest, Checksums]:
    """Read all of an archive and show it to the visitor; return manifest and sums.

    The visitor must keep nothing before this returns: only then is it known that
    the archive is whole.

    Raises:
        ArchiveUnreadable: no archive, another key, damaged, cut off, of an unknown
            form, or larger than the limits.
    """
    with _translated(), decrypted(source, opener) as plain:
        return _Reading(plain, visitor, limits or Limits()).run()


def peek(source: IO[bytes], opener: Opener) -> Manifest:
    """Read the manifest alone.

    Raises:
        ArchiveUnreadable: as `read_archive`.
    """

    class Seen(Exception):
        def __init__(self, manifest: Manifest) -> None:
            self.manifest = manifest

    class First(Visitor):
        @override
        def manifest(self, manifest: Manifest) -> None:
            raise Seen(manifest)

    try:
        read_archive(source, opener, First())
    except Seen as seen:
        return seen.manifest
    raise ArchiveUnreadable("the archive is empty")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, BadGzipFile, zlib.error, EOFError) as error:
        raise ArchiveUnreadable("the archive is damaged") from error
    except (SuspiciousFileOperation, UnicodeDecodeError) as error:
        raise ArchiveUnreadable("a file in the archive has an impossible name") from error


class _Reading:
    """One pass over an archive."""

    def __init__(
        self,
        plain: IO[bytes],
        visitor: Visitor,
        limits: Limits,
    ) -> None:
        self._unpacked = _Counted(GzipFile(fileobj=plain, mode="rb"), limits.bytes)
        self._plain = plain
        self._visitor = visitor
        self._most = limits.members
        self._tables: dict[str, TableSum] = {}
        self._files: dict[str, FileSum] = {}
        self._expected: dict[str, tuple[Segment, Table]] = {}

    def run(self) -> tuple[Manifest, Checksums]:
        with tarfile.open(
            fileobj=self._unpacked, mode="r|", tarinfo=PlainMember, bufsize=_BUFFER
        ) as tar:
            members = _Members(tar, self._most)
            manifest = read_manifest(_document(tar, members.take(), MANIFEST))
            self._expected = {
                f"{TABLES}{segment.segment}/{table.name}": (segment, table)
                for segment in manifest.segments
                for table in segment.tables
                if not table.left_out
            }
            self._visitor.manifest(manifest)
            sums = self._contents(tar, members)
            if members.peek() is not None:
                raise ArchiveUnreadable("something follows the checksums")
        self._drain()
        self._compare(sums)
        return manifest, sums

    def _contents(self, tar: tarfile.TarFile, members: _Members) -> Checksums:
        while True:
            member = members.take()
            if member.name == CHECKSUMS:
                return read_checksums(_document(tar, member, CHECKSUMS))
            if member.name.startswith(TABLES):
                self._table(tar, member, members)
            elif member.name.startswith(FILES):
                self._file(tar, member)
            else:
                raise ArchiveUnreadable("the archive holds something unknown")

    def _table(self, tar: tarfile.TarFile, first: tarfile.TarInfo, members: _Members) -> None:
        place = _place(first.name)
        if place not in self._expected or self._expected[place][1].name in self._tables:
            raise ArchiveUnreadable("the archive holds a table that its manifest does not name")
        segment, table = self._expected[place]
        digest = hashlib.sha256()
        size = rows = 0

        def parts() -> Iterator[bytes]:
            nonlocal size, rows
            member: tarfile.TarInfo | None = first
            while member is not None:
                for part in _parts(tar, member):
                    digest.update(part)
                    size += len(part)
                    rows += part.count(b"\n")
                    yield part
                following = members.peek()
                again = following is not None and _place(following.name) == place
                member = members.take() if again else None

        stream = parts()
        self._visitor.table(segment, table, stream)
        for _rest in stream:
            pass
        self._tables[table.name] = TableSum(rows, size, digest.hexdigest())

    def _file(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        name = checked_name(member.name.removeprefix(FILES))
        if name in self._files:
            raise ArchiveUnreadable("the archive holds a file twice")
        digest = hashlib.sha256()

        def parts() -> Iterator[bytes]:
            for part in _parts(tar, member):
                digest.update(part)
                yield part

        stream = parts()
        self._visitor.file(name, member.size, stream)
        for _rest in stream:
            pass
        self._files[name] = FileSum(member.size, digest.hexdigest())

    def _drain(self) -> None:
        """Read to the end: only the last chunk proves that nothing was cut off."""
        while self._unpacked.read(_PART):
            pass
        if self._plain.read(1):
            raise ArchiveUnreadable("something follows the archive")

    def _compare(self, sums: Checksums) -> None:
        empty = TableSum(0, 0, hashlib.sha256().hexdigest())
        for _segment, table in self._expected.values():
            # A table without rows has no piece.
            self._tables.setdefault(table.name, empty)
        if dict(sums.tables) != self._tables or dict(sums.files) != self._files:
            raise ArchiveUnreadable("the checksums do not agree with the contents")


class _Members:
    """The members one after another, with a look at the next."""

    def __init__(self, tar: tarfile.TarFile, most: int) -> None:
        self._tar = tar
        self._left = most
        self._held: tarfile.TarInfo | None = None

    def peek(self) -> tarfile.TarInfo | None:
        if self._held is None:
            self._held = self._tar.next()
            # tarfile would remember every member.
            self._tar.members = []  # type: ignore[attr-defined]
            self._left -= 1
            if self._left < 0:
                raise ArchiveUnreadable("the archive has more members than is allowed")
        return self._held

    def take(self) -> tarfile.TarInfo:
        member = self.peek()
        if member is None:
            raise ArchiveUnreadable("the archive is cut off")
        self._held = None
        return member


def _place(name: str) -> str:
    """Return which table a piece belongs to: its name without number and ending."""
    if not name.startswith(TABLES) or not name.endswith(_PIECE):
        return ""
    return name.removesuffix(_PIECE).rpartition(".")[0]


def _parts(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    stream = tar.extractfile(member)
    if stream is None:
        raise ArchiveUnreadable("a member of the archive is no plain file")
    left = member.size
    while left:
        part = stream.read(min(left, _PART))
        if not part:
            raise ArchiveUnreadable("the archive is cut off")
        left -= len(part)
        yield part


def _document(tar: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> Any:
    if member.name != name or member.size > LONGEST_DOCUMENT:
        raise ArchiveUnreadable(f"the archive has no {name} where it must be")
    try:
        return json.loads(b"".join(_parts(tar, member)))
    except (ValueError, RecursionError) as error:
        raise ArchiveUnreadable(f"{name} is malformed") from error
