"""Writes an archive: tar, compressed, encrypted, in one pass and little memory."""

from __future__ import annotations

import hashlib
import json
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import IO, Any, TypeAlias

from django.core.files.storage import Storage
from django.db import connection, transaction

from kernel.tenancy.context import TenantRef, maintenance_context, tenant_context
from kernel.tenancy.storage import walk
from tenants.archive.encryption import encrypted
from tenants.archive.keys import Passphrase, Recipient
from tenants.archive.layout import (
    CHECKSUMS,
    FILES,
    MANIFEST,
    TABLES,
    Checksums,
    FileSum,
    Manifest,
    TableSum,
)
from tenants.archive.tables import (
    Choice,
    copy_out,
    lock_for_reading,
    read_segments,
    set_session,
    tables_of,
)
from tenants.ddl.catalog import tables_of_schema

_BLOCK = 512
_FILE_PIECE = 1024 * 1024

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many units of how many are done."""


@dataclass(frozen=True, slots=True)
class Source:
    """What to archive.

    Attributes:
        tenant: whose schema and files.
        particulars: what the registry says of it, as JSON.
        states: what the registry says of each installed module.
        files: where its files lie; None leaves them out.
    """

    tenant: TenantRef
    particulars: Mapping[str, Any]
    choice: Choice
    states: dict[str, str]
    files: Storage | None


class Packer:
    """A tar stream that is compressed while it is written."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._gzip = zlib.compressobj(level=6, wbits=31)

    @contextmanager
    def member(self, name: str, size: int) -> Iterator[Callable[[bytes], None]]:
        """Begin a member; its bytes go to what is yielded, exactly ``size`` of them."""
        info = tarfile.TarInfo(name)
        info.size = size
        info.mode = 0o600
        self._write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict"))
        yield self._write
        self._write(bytes(-size % _BLOCK))

    def add(self, name: str, data: bytes) -> None:
        """Write a member whose bytes are at hand."""
        with self.member(name, len(data)) as write:
            write(data)

    def finish(self) -> None:
        """End the tar and the compression."""
        self._write(bytes(2 * _BLOCK))
        self._out.write(self._gzip.flush())

    def _write(self, data: bytes) -> None:
        self._out.write(self._gzip.compress(data))


def write_archive(
    source: Source,
    out: IO[bytes],
    *,
    to: Recipient | Passphrase,
    now: datetime,
    progress: Progress,
) -> Checksums:
    """Write what a tenant has at one moment; return the sums.

    Rows are read in one snapshot. Files are read as they are meanwhile: one
    that vanishes is not in the archive.
    """
    with encrypted(out, to) as plain:
        return _write(source, Packer(plain), now=now, progress=progress)


def _write(source: Source, packer: Packer, *, now: datetime, progress: Progress) -> Checksums:
    names = _file_names(source)
    with (
        maintenance_context(source.tenant.schema),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        # The snapshot is taken by the first query, after the locks are had.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        set_session(cursor)
        lock_for_reading(cursor, _table_names(source))
        segments = read_segments(cursor, source.choice, states=source.states)
        manifest = Manifest(
            content="module" if source.choice.module else "tenant",
            created_at=now.isoformat(),
            product=version("stoa"),
            tenant=source.particulars,
            segments=segments,
            secrets=source.choice.everything,
        )
        packer.add(MANIFEST, _json(manifest.to_json()))
        total = sum(len(segment.tables) for segment in segments) + len(names)
        tables: dict[str, TableSum] = {}
        for segment, table in tables_of(segments):
            if not table.left_out:
                tables[table.name] = copy_out(
                    cursor, table, emit=_pieces(packer, f"{segment.segment}/{table.name}")
                )
            progress(len(tables), total)
    files = dict(_copy_files(source, packer, names, done=len(tables), progress=progress))
    sums = Checksums(tables=tables, files=files)
    packer.add(CHECKSUMS, _json(sums.to_json()))
    packer.finish()
    return sums


def _table_names(source: Source) -> list[str]:
    with maintenance_context(source.tenant.schema), connection.cursor() as cursor:
        return tables_of_schema(cursor)


def _pieces(packer: Packer, place: str) -> Callable[[bytes], None]:
    number = 0

    def emit(piece: bytes) -> None:
        nonlocal number
        number += 1
        packer.add(f"{TABLES}{place}.{number:06d}.copy", piece)

    return emit


def _file_names(source: Source) -> list[str]:
    if source.files is None:
        return []
    with tenant_context(source.tenant):
        return list(walk(source.files))


def _copy_files(
    source: Source, packer: Packer, names: list[str], *, done: int, progress: Progress
) -> Iterator[tuple[str, FileSum]]:
    if source.files is None:
        return
    for index, name in enumerate(names, start=1):
        with tenant_context(source.tenant):
            try:
                file = source.files.open(name)
            except FileNotFoundError:
                continue
            with file:
                yield name, _copy_file(packer, name, file)
        progress(done + index, done + len(names))


def _copy_file(packer: Packer, name: str, file: Any) -> FileSum:
    digest = hashlib.sha256()
    left = size = int(file.size)
    with packer.member(FILES + name, size) as write:
        while left:
            part = file.read(min(left, _FILE_PIECE))
            if not part:
                # The member's size stands before it already.
                raise OSError(f"the file {name} became shorter while it was read")
            digest.update(part)
            write(part)
            left -= len(part)
    return FileSum(size, digest.hexdigest())


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).encode()
