"""Archives made by somebody who holds a key and means harm, and large ones."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from typing import IO, Any

import pyrage
import pytest

from tenants.archive.encryption import encrypted
from tenants.archive.layout import Checksums, FileSum, Manifest, Segment, Table, TableSum
from tenants.archive.reading import Limits, Visitor, peek, read_archive
from tenants.archive.writing import Packer
from tenants.errors import ArchiveUnreadable

# Not a passphrase: making a key of one takes a second each time, by design.
KEY = pyrage.x25519.Identity.generate()
ROWS = b"1\ta\n2\tb\n"


def manifest() -> dict[str, Any]:
    return Manifest(
        content="tenant",
        created_at="2026-01-01T00:00:00+00:00",
        product="0.1.0",
        tenant={"name": "x"},
        segments=(
            Segment(
                "kernel", "0.1.0", (("access", "0001_initial"),), (Table("t", ("id", "name")),)
            ),
        ),
        secrets=False,
    ).to_json()


def checksums(**files: bytes) -> dict[str, Any]:
    return Checksums(
        tables={"t": TableSum(2, len(ROWS), hashlib.sha256(ROWS).hexdigest())},
        files={
            name: FileSum(len(data), hashlib.sha256(data).hexdigest())
            for name, data in files.items()
        },
    ).to_json()


def sealed(tar: bytes) -> io.BytesIO:
    out = io.BytesIO()
    with encrypted(out, KEY.to_public()) as file:
        file.write(tar)
    out.seek(0)
    return out


def packed(*members: tuple[str, bytes] | tarfile.TarInfo) -> io.BytesIO:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            name, data = member
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return sealed(gzip.compress(out.getvalue()))


def doc(value: object) -> bytes:
    return json.dumps(value).encode()


HEAD = ("manifest.json", doc(manifest()))
TABLE = ("tables/kernel/t.000001.copy", ROWS)
TAIL = ("checksums.json", doc(checksums()))


def link(name: str, kind: bytes, target: str) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = target
    return info


def read(source: IO[bytes], **options: Any) -> tuple[Manifest, Checksums]:
    return read_archive(source, [KEY], Visitor(), **options)


def test_a_whole_archive_is_read() -> None:
    found, sums = read(
        packed(
            HEAD,
            TABLE,
            ("files/a/b.txt", b"x"),
            ("checksums.json", doc(checksums(**{"a/b.txt": b"x"}))),
        )
    )

    assert found.tenant == {"name": "x"}
    assert sums.tables["t"].rows == 2
    assert peek(packed(HEAD), [KEY]) == found


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(packed, id="empty"),
        pytest.param(lambda: packed(TABLE, TAIL), id="no manifest"),
        pytest.param(lambda: packed(HEAD, TABLE), id="no checksums"),
        pytest.param(lambda: packed(HEAD, TAIL), id="a table is missing"),
        pytest.param(lambda: packed(HEAD, TABLE, TABLE, TAIL), id="a piece twice"),
        pytest.param(lambda: packed(HEAD, TABLE, TAIL, TABLE), id="more after the checksums"),
        pytest.param(
            lambda: packed(HEAD, TABLE, ("tables/kernel/other.000001.copy", b"1\n"), TAIL),
            id="an unknown table",
        ),
        pytest.param(
            lambda: packed(HEAD, ("tables/kernel/t.000001.copy", b"1\tz\n"), TAIL), id="other rows"
        ),
        pytest.param(lambda: packed(HEAD, TABLE, ("etc/passwd", b"x"), TAIL), id="something else"),
        pytest.param(lambda: packed(HEAD, TABLE, ("files/../x", b"x"), TAIL), id="a way out"),
        pytest.param(lambda: packed(HEAD, TABLE, ("files//etc/x", b"x"), TAIL), id="absolute"),
        pytest.param(lambda: packed(HEAD, TABLE, ("files/a\\..\\x", b"x"), TAIL), id="backslash"),
        pytest.param(lambda: packed(HEAD, TABLE, ("files/%2e%2e/x", b"x"), TAIL), id="encoded"),
        pytest.param(
            lambda: packed(HEAD, link("files/x", tarfile.SYMTYPE, "/etc/passwd"), TABLE, TAIL),
            id="a symbolic link",
        ),
        pytest.param(
            lambda: packed(HEAD, link("files/x", tarfile.LNKTYPE, "manifest.json"), TABLE, TAIL),
            id="a hard link",
        ),
        pytest.param(
            lambda: packed(HEAD, link("files/x", tarfile.CHRTYPE, ""), TABLE, TAIL), id="a device"
        ),
        pytest.param(lambda: packed(("manifest.json", b"[" * 100_000)), id="deep JSON"),
        pytest.param(lambda: packed(("manifest.json", b"{}")), id="another format"),
        pytest.param(
            lambda: packed(("manifest.json", doc({**manifest(), "version": 2})), TABLE, TAIL),
            id="a newer form",
        ),
        pytest.param(
            lambda: packed(("manifest.json", doc({**manifest(), "segments": 3})), TABLE, TAIL),
            id="a malformed manifest",
        ),
        pytest.param(
            lambda: packed(HEAD, TABLE, ("checksums.json", b'{"tables": {"t": 1}, "files": {}}')),
            id="malformed checksums",
        ),
        pytest.param(lambda: sealed(b"no gzip"), id="no gzip"),
        pytest.param(lambda: sealed(gzip.compress(b"no tar" * 1000)), id="no tar"),
        pytest.param(lambda: sealed(gzip.compress(b"x" * 1000)[:-8]), id="gzip cut off"),
        pytest.param(lambda: io.BytesIO(b""), id="nothing"),
        pytest.param(lambda: io.BytesIO(b"PK\x03\x04"), id="a zip"),
    ],
)
def test_anything_else_is_refused(make: Callable[[], io.BytesIO]) -> None:
    with pytest.raises(ArchiveUnreadable):
        read(make())


def test_an_archive_that_unpacks_to_too_much_is_stopped() -> None:
    bomb = packed(HEAD, TABLE, ("files/zeros", bytes(50_000_000)), TAIL)

    with pytest.raises(ArchiveUnreadable, match="more than is allowed"):
        read(bomb, limits=Limits(bytes=10_000_000))


def test_an_archive_of_too_many_members_is_stopped() -> None:
    many = [(f"files/{index}", b"") for index in range(50)]

    with pytest.raises(ArchiveUnreadable, match="more members"):
        read(packed(HEAD, TABLE, *many, TAIL), limits=Limits(members=20))


def test_memory_does_not_grow_with_the_archive() -> None:
    def grown(work: Callable[[], object]) -> int:
        tracemalloc.start()
        try:
            work()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    with tempfile.TemporaryFile() as file:

        def write() -> None:
            with encrypted(file, KEY.to_public()) as plain:
                packer = Packer(plain)
                packer.add(*HEAD)
                digest, line = hashlib.sha256(), b"1\t" + b"x" * 997 + b"\n"
                piece = line * 4000
                for number in range(1, 26):
                    digest.update(piece)
                    packer.add(f"tables/kernel/t.{number:06d}.copy", piece)
                sums = Checksums({"t": TableSum(100_000, 100_000_000, digest.hexdigest())}, {})
                packer.add("checksums.json", doc(sums.to_json()))
                packer.finish()

        class Eater(Visitor):
            def table(self, segment: Segment, table: Table, parts: Iterator[bytes]) -> None:
                for _part in parts:
                    pass

        assert grown(write) < 30_000_000
        file.seek(0)
        assert grown(lambda: read_archive(file, [KEY], Eater())) < 30_000_000
