"""Files on this machine's disk."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urlencode, urljoin

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.core.signing import BadSignature, Signer
from typing_extensions import override

from kernel.common.bounded import BoundedMemory
from kernel.common.time import utc_now
from kernel.tenancy.cache import scope_key
from kernel.tenancy.signing import tenant_salt
from kernel.tenancy.storage.forms import UploadForm, signed_form
from kernel.tenancy.storage.names import archive_folder, checked_name, public_origin, tenant_folder

LINK_LIFETIME = timedelta(hours=1)
_UNFINISHED = ".unfinished"
_LONGEST_TIME = 12
_MOST_LINKS = 20_000


class _ScopedDisk(FileSystemStorage):
    """A file system storage whose root follows the scope."""

    def _folder(self) -> str:
        raise NotImplementedError

    @property
    def base_location(self) -> str:
        """Return the root of the current scope; only what stands above it may be a link."""
        return str(Path(os.path.realpath(settings.MEDIA_ROOT), self._folder()))

    @property
    def location(self) -> str:
        """Return the root of the current scope."""
        return self.base_location

    @override
    def path(self, name: str) -> str:
        """Return where a file lies.

        Raises:
            SuspiciousFileOperation: the name, or a symbolic link on the way, leads
                out of the scope's folder.
        """
        return self._without_links(Path(self.location, checked_name(name)))

    @staticmethod
    def _without_links(full: Path) -> str:
        if os.path.realpath(full) != str(full):
            raise SuspiciousFileOperation("a symbolic link on the way to a file")
        return str(full)

    @override
    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Write a file under a name that is free; return the name."""
        file = checked_name(name or content.name)
        Path(self.location).mkdir(parents=True, exist_ok=True, mode=0o700)
        return super().save(file, content, max_length)

    @override
    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return a name that is free."""
        return super().get_available_name(checked_name(name), max_length)

    @override
    def delete(self, name: str) -> None:
        """Delete a file; it may be gone."""
        Path(self.path(checked_name(name))).unlink(missing_ok=True)

    @override
    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return folders and files; both empty when there is no such folder."""
        folders: list[str] = []
        files: list[str] = []
        folder = self.path(path) if path else self._without_links(Path(self.location))
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif entry.is_file(follow_symlinks=False):
                    files.append(entry.name)
        return folders, files


_links: BoundedMemory[tuple[object, ...], str] = BoundedMemory(_MOST_LINKS)


class LocalTenantStorage(_ScopedDisk):
    """The current scope's files; links to them are signed for that scope and a time."""

    @override
    def _folder(self) -> str:
        return tenant_folder()

    @override
    def url(self, name: str | None) -> str:
        """Return a link that this tenant's own hosts answer, for one to two hours.

        The same within an hour, so that browsers keep what they fetched. A delivery network
        that stands before the pictures asks one of those hosts in turn.
        """
        step = int(LINK_LIFETIME.total_seconds())
        until = (int(utc_now().timestamp()) // step + 2) * step
        # A page has dozens of them, and each is the same for an hour.
        key = (scope_key(), str(name), until, hash(settings.SECRET_KEY), settings.MEDIA_URL)
        found = _links.get(key)
        if found is None:
            file = checked_name(name)
            query = urlencode({"until": until, "signature": _signature(file, until)})
            found = f"{urljoin(settings.MEDIA_URL, quote(file))}?{query}"
            _links.put(key, found, seconds=step)
        return f"{public_origin(str(name))}{found}"

    def upload_form(self, name: str, *, largest: int, seconds: int) -> UploadForm:
        """Return a form that this tenant's console takes one file with."""
        return signed_form(checked_name(name), largest=largest, seconds=seconds)


def _signature(name: str, until: int) -> str:
    return Signer(salt=tenant_salt("kernel.tenancy.storage")).signature(f"{until}:{name}")


def check_link(name: str, *, until: str, signature: str, now: datetime) -> None:
    """Check the signature of a link to a file of the current scope.

    Raises:
        BadSignature: forged, too old, or of another scope.
    """
    if not (until.isascii() and until.isdigit()) or len(until) > _LONGEST_TIME:
        raise BadSignature("no time")
    signer = Signer(salt=tenant_salt("kernel.tenancy.storage"))
    signer.unsign(f"{until}:{name}:{signature}")
    if int(until) < now.timestamp():
        raise BadSignature("too old")


class LocalArchiveStorage(_ScopedDisk):
    """Archives, for the installation alone."""

    @override
    def _folder(self) -> str:
        return archive_folder()

    @contextlib.contextmanager
    def writer(self, name: str) -> Iterator[IO[bytes]]:
        """Write a file that appears whole at the end of the block, or not at all."""
        final = Path(self.path(checked_name(name)))
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = final.with_name(final.name + _UNFINISHED)
        try:
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(final)
        finally:
            unfinished.unlink(missing_ok=True)

    @override
    def delete(self, name: str) -> None:
        """Delete a file and what unfinished writing left of it; it may be gone."""
        super().delete(name)
        super().delete(name + _UNFINISHED)

    @override
    def url(self, name: str | None) -> str:
        """Refuse: an archive on disk is fetched with the command line.

        Raises:
            ValueError: always.
        """
        raise ValueError("archives on disk have no address")
