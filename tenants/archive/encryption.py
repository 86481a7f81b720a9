"""Encrypts and decrypts archives as streams; the age format itself is the `pyrage` library's.

The library takes bytes from one file and gives them to another. Its side runs in
a thread and meets ours in a pipe, so that memory holds no more than the pipe
does. The thread moves bytes: it knows no tenant and no database.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Event, Thread
from typing import IO, Final

import pyrage
from django.conf import settings
from typing_extensions import Buffer, override

from tenants.archive.keys import Identity, Opener, Passphrase, Recipient, identity_of
from tenants.archive.members import PlainMember
from tenants.errors import ArchiveUnreadable

KEY: Final = "key.age"
ARCHIVE: Final = "archive.age"
_LONGEST_KEY = 16 * 1024
_BUFFER = 64 * 1024


@contextmanager
def encrypted(out: IO[bytes], to: Recipient | Passphrase) -> Iterator[IO[bytes]]:
    """Yield a file that encrypts what is written to it; whole at the end of the block.

    When the block fails, ``out`` holds something that no reader takes for whole.
    """
    if not isinstance(to, Passphrase):
        with _encrypted(out, to) as plain:
            yield plain
        return
    key = Identity.generate()
    # A tar tells the size of a member before it, so it must be known.
    with TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR) as body:
        with _encrypted(body, key.to_public()) as plain:
            yield plain
        sealed = pyrage.passphrase.encrypt(f"{key}\n".encode(), to.text)
        with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, KEY, len(sealed), io.BytesIO(sealed))
            size = body.tell()
            body.seek(0)
            _add(tar, ARCHIVE, size, body)


@contextmanager
def decrypted(source: IO[bytes], opener: Opener) -> Iterator[IO[bytes]]:
    """Yield a file to read; what it returns was written by a holder of the key.

    Only its end tells that nothing was cut off.

    Raises:
        ArchiveUnreadable: no such file, for another key, damaged, or cut off; also
            while reading.
    """
    if not isinstance(opener, Passphrase):
        with _decrypted(source, opener) as plain:
            yield plain
        return
    try:
        with tarfile.open(fileobj=source, mode="r|", tarinfo=PlainMember) as tar:
            key = _key(_member(tar, KEY, most=_LONGEST_KEY), opener)
            with _decrypted(_member(tar, ARCHIVE), [key]) as plain:
                yield plain
                ended = not plain.read(1)
            if ended and tar.next() is not None:
                raise ArchiveUnreadable("something follows the archive")
    except tarfile.TarError as error:
        raise ArchiveUnreadable("the archive is damaged") from error


def _add(tar: tarfile.TarFile, name: str, size: int, data: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o600
    tar.addfile(info, data)


def _member(tar: tarfile.TarFile, name: str, *, most: int | None = None) -> IO[bytes]:
    member = tar.next()
    if member is None or member.name != name or (most is not None and member.size > most):
        raise ArchiveUnreadable(f"the archive has no {name} where it must be")
    stream = tar.extractfile(member)
    if stream is None:
        raise ArchiveUnreadable("a member of the archive is no plain file")
    return stream


def _key(source: IO[bytes], phrase: Passphrase) -> Identity:
    try:
        return identity_of(pyrage.passphrase.decrypt(source.read(), phrase.text).decode())
    except (pyrage.DecryptError, UnicodeDecodeError) as error:
        raise ArchiveUnreadable("the archive is for another passphrase") from error


class _Side:
    """The library's side of the pipe.

    The library turns an exception of a file that it was given into one of its
    own, so what goes wrong with the file is kept here.
    """

    def __init__(self, run: Callable[[], None]) -> None:
        self.file_error: BaseException | None = None
        self.error: BaseException | None = None
        self.abandoned = False
        self._run = run
        self._thread = Thread(target=self._work, name="archive", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def join(self) -> None:
        self._thread.join()

    def keep(self, error: BaseException) -> None:
        self.file_error = self.file_error or error

    def failure(self) -> BaseException | None:
        """Return what went wrong here, and not because the other side gave up."""
        return self.file_error or (None if self.abandoned else self.error)

    def _work(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
            self.error = error


class _Abandoned(Exception):
    """The block failed: what came so far must not be ended as if it were whole."""


@contextmanager
def _encrypted(out: IO[bytes], to: Recipient) -> Iterator[IO[bytes]]:
    read_end, write_end = os.pipe()
    plain = os.fdopen(write_end, "wb", _BUFFER)
    whole = Event()

    def run() -> None:
        with os.fdopen(read_end, "rb", 0) as taken:
            pyrage.encrypt_io(_Taken(taken, whole, side), _Kept(out, side), [to])

    side = _Side(run)
    side.start()
    try:
        yield plain
        plain.flush()
        whole.set()
    except BrokenPipeError as error:
        _end(plain, side)
        # Where the thread closed its end first, it says why.
        raise (side.failure() or error) from None
    finally:
        _end(plain, side)
    if failed := side.failure():
        raise failed


def _end(plain: IO[bytes], side: _Side) -> None:
    """Close our end, so that the thread ends too, and wait for it."""
    with suppress(BrokenPipeError):
        plain.close()
    side.join()


@contextmanager
def _decrypted(source: IO[bytes], keys: Sequence[Identity]) -> Iterator[IO[bytes]]:
    read_end, write_end = os.pipe()

    def run() -> None:
        with os.fdopen(write_end, "wb", _BUFFER) as given:
            pyrage.decrypt_io(_Kept(source, side), given, list(keys))

    side = _Side(run)
    plain = io.BufferedReader(_Plain(io.FileIO(read_end), side), _BUFFER)
    side.start()
    try:
        yield plain
    finally:
        # The thread may wait for room in the pipe; without a reader it ends.
        plain.close()
        side.join()


class _Taken:
    """Our end of the pipe as the library reads it: the end comes only when all was written."""

    def __init__(self, pipe: io.FileIO, whole: Event, side: _Side) -> None:
        self._pipe = pipe
        self._side = side
        self._whole = whole

    def read(self, size: int) -> bytes:
        data = self._pipe.read(size)
        if not data and not self._whole.is_set():
            self._side.abandoned = True
            raise _Abandoned
        return data or b""


class _Kept:
    """Passes bytes between the library and a file, and keeps what goes wrong there."""

    def __init__(self, file: IO[bytes], side: _Side) -> None:
        self._file = file
        self._side = side

    def read(self, size: int) -> bytes:
        try:
            return self._file.read(size)
        except BaseException as error:
            self._side.keep(error)
            raise

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except BaseException as error:
            self._side.keep(error)
            raise

    def flush(self) -> None:
        """Leave it to the owner of the file."""


class _Plain(io.RawIOBase):
    """Our end of the pipe; its end is one only when the library has found the file whole."""

    def __init__(self, pipe: io.FileIO, side: _Side) -> None:
        self._pipe = pipe
        self._side = side

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, target: Buffer, /) -> int:
        count = self._pipe.readinto(target)
        if count:
            return count
        self._side.join()
        if self._side.file_error is not None:
            raise self._side.file_error
        if self._side.error is not None:
            raise ArchiveUnreadable(_why(self._side.error)) from self._side.error
        return 0

    @override
    def close(self) -> None:
        self._pipe.close()
        super().close()


def _why(error: BaseException) -> str:
    if "No matching keys" in str(error):
        return "the archive is for another key"
    return "the archive is damaged or cut off"
