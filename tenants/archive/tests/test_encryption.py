"""Archives are encrypted as streams, and open with what they were written for alone."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from typing import IO

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.archive.encryption import ARCHIVE, KEY, decrypted, encrypted
from tenants.archive.keys import Identity, Opener, Passphrase, Recipient
from tenants.errors import ArchiveUnreadable

CHUNK = 64 * 1024
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 40 * CHUNK + 7]
OURS = Identity.generate()
PHRASE = Passphrase("马 battery 钉书针")


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    # What other tests began may end meanwhile.
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def sealed(plain: bytes, to: Recipient | Passphrase) -> bytes:
    out = io.BytesIO()
    with encrypted(out, to) as file:
        for start in range(0, len(plain), 10_000):
            file.write(plain[start : start + 10_000])
    return out.getvalue()


def opened(data: bytes, opener: Opener) -> bytes:
    with decrypted(io.BytesIO(data), opener) as file:
        return file.read()


def plain_of(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


WHOLE = sealed(plain_of(2 * CHUNK + 100), OURS.to_public())
WITH_KEY = sealed(plain_of(CHUNK + 5), PHRASE)


@pytest.mark.parametrize("size", SIZES)
def test_what_was_written_is_read(size: int) -> None:
    data = sealed(plain_of(size), OURS.to_public())

    assert opened(data, [Identity.generate(), OURS]) == plain_of(size)
    assert pyrage.decrypt(data, [OURS]) == plain_of(size)


def test_an_archive_with_a_passphrase_is_a_tar_of_its_key_and_itself() -> None:
    with tarfile.open(fileobj=io.BytesIO(WITH_KEY)) as tar:
        assert tar.getnames() == [KEY, ARCHIVE]
        key, archive = (_content(tar, name) for name in (KEY, ARCHIVE))

    text = pyrage.passphrase.decrypt(key, PHRASE.text).decode()
    assert pyrage.decrypt(archive, [Identity.from_str(text.strip())]) == plain_of(CHUNK + 5)
    assert opened(WITH_KEY, PHRASE) == plain_of(CHUNK + 5)


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    stream = tar.extractfile(name)
    assert stream is not None
    return stream.read()


@pytest.mark.parametrize(
    ("data", "opener"),
    [
        pytest.param(WHOLE, [Identity.generate()], id="another key"),
        pytest.param(WHOLE, [], id="no key"),
        pytest.param(WHOLE, PHRASE, id="a passphrase for a key"),
        pytest.param(WITH_KEY, Passphrase("another one"), id="another passphrase"),
        pytest.param(WITH_KEY, [OURS], id="a key for a passphrase"),
        pytest.param(b"", [OURS], id="nothing"),
        pytest.param(b"", PHRASE, id="nothing for a passphrase"),
        pytest.param(b"PK" * 9000, [OURS], id="something else"),
        pytest.param(b"PK" * 9000, PHRASE, id="something else for a passphrase"),
    ],
)
def test_another_key_or_no_archive_is_refused(data: bytes, opener: Opener) -> None:
    with pytest.raises(ArchiveUnreadable):
        opened(data, opener)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_file_cut_off_anywhere_is_refused(length: int) -> None:
    with pytest.raises(ArchiveUnreadable):
        opened(WHOLE[:length], [OURS])


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 7))
def test_a_file_with_one_bit_turned_is_refused(place: int, bit: int) -> None:
    damaged = bytearray(WHOLE)
    damaged[place] ^= 1 << bit

    with pytest.raises(ArchiveUnreadable):
        opened(bytes(damaged), [OURS])


def test_something_after_the_file_is_refused() -> None:
    with pytest.raises(ArchiveUnreadable):
        opened(WHOLE + b"x", [OURS])


def test_a_damaged_archive_with_a_passphrase_is_refused() -> None:
    with tarfile.open(fileobj=io.BytesIO(WITH_KEY)) as tar:
        archive = tar.getmember(ARCHIVE)
    place = archive.offset_data + archive.size // 2
    damaged = bytearray(WITH_KEY)
    damaged[place] ^= 1

    for data in (bytes(damaged), WITH_KEY[:place]):
        with pytest.raises(ArchiveUnreadable):
            opened(data, PHRASE)


class Failing(io.RawIOBase):
    """Fails after some bytes."""

    def __init__(self, data: bytes = b"") -> None:
        self._data = io.BytesIO(data)
        self._left = 3 * CHUNK

    def read(self, size: int = -1) -> bytes:
        data = self._data.read(size)
        if not data:
            raise OSError(5, "the cable is out")
        return data

    def write(self, data: object, /) -> int:
        count = len(memoryview(data))  # type: ignore[arg-type]
        self._left -= count
        if self._left < 0:
            raise OSError(28, "no space left")
        return count


@pytest.mark.parametrize("size", [10 * CHUNK, 4 * CHUNK, 200 * CHUNK])
def test_a_full_disk_is_told_as_such(size: int) -> None:
    out: IO[bytes] = Failing()  # type: ignore[assignment]

    def write() -> None:
        with encrypted(out, OURS.to_public()) as file:
            for _part in range(size // CHUNK):
                file.write(bytes(CHUNK))

    with pytest.raises(OSError, match="no space left"):
        write()


def test_a_source_that_fails_is_told_as_such() -> None:
    source: IO[bytes] = Failing(WHOLE[: 2 * CHUNK])  # type: ignore[assignment]

    with pytest.raises(OSError, match="the cable is out"), decrypted(source, [OURS]) as file:
        file.read()


@pytest.mark.parametrize("error", [ValueError, BrokenPipeError])
@pytest.mark.parametrize("size", [0, 10, 20 * CHUNK])
@pytest.mark.parametrize("to", [OURS.to_public(), PHRASE], ids=["recipient", "passphrase"])
def test_what_a_failed_writer_leaves_is_not_taken_for_whole(
    error: type[Exception], size: int, to: Recipient | Passphrase
) -> None:
    out = io.BytesIO()

    def write() -> None:
        with encrypted(out, to) as file:
            file.write(bytes(size))
            raise error("own")

    with pytest.raises(error, match="own"):
        write()

    with pytest.raises(ArchiveUnreadable):
        opened(out.getvalue(), PHRASE if isinstance(to, Passphrase) else [OURS])


@pytest.mark.parametrize("count", [0, 1, 5 * CHUNK])
def test_a_reader_may_stop_early(count: int) -> None:
    data = sealed(plain_of(100 * CHUNK), OURS.to_public())

    with decrypted(io.BytesIO(data), [OURS]) as file:
        assert file.read(count) == plain_of(count)


@pytest.mark.parametrize("count", [0, 1, 5 * CHUNK])
def test_a_reader_may_fail(count: int) -> None:
    data = sealed(plain_of(100 * CHUNK), OURS.to_public())

    def read() -> None:
        with decrypted(io.BytesIO(data), [OURS]) as file:
            file.read(count)
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        read()


def test_memory_does_not_grow_with_the_size() -> None:
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", _CARRY, str(megabytes)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for megabytes in (1, 100)
    ]

    assert peaks[1] - peaks[0] < 16 * 1024


_CARRY = """
import resource, sys, tempfile
from django.conf import settings
settings.configure()
from tenants.archive.encryption import decrypted, encrypted
from tenants.archive.keys import Identity
key = Identity.generate()
size = 0
with tempfile.TemporaryFile() as file:
    with encrypted(file, key.to_public()) as plain:
        for _part in range(int(sys.argv[1])):
            plain.write(bytes(1 << 20))
    file.seek(0)
    with decrypted(file, [key]) as plain:
        while part := plain.read(1 << 20):
            size += len(part)
assert size == int(sys.argv[1]) << 20
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
