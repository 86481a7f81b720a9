"""Keeps the files of templates in the database of the platform, each content once."""

from __future__ import annotations

import hashlib

from channel_center.snapshots.errors import TemplateTooLarge
from channel_center.snapshots.models import File
from kernel.snapshots.errors import UnknownFile
from kernel.tenancy.context import public_context

MOST_BYTES = 64 * 1024 * 1024
"""All files of a version together."""


class TemplateFiles:
    """The files of one version.

    Attributes:
        digests: of what was kept.
    """

    def __init__(self) -> None:
        self.digests: set[str] = set()
        self._bytes = 0

    def keep(self, content: bytes) -> str:
        """Keep a file; return its digest.

        Raises:
            TemplateTooLarge: there are too many, or they are too large.
        """
        digest = hashlib.sha256(content).hexdigest()
        if digest in self.digests:
            return digest
        self._bytes += len(content)
        if self._bytes > MOST_BYTES:
            raise TemplateTooLarge(most=MOST_BYTES)
        with public_context():
            File.objects.bulk_create([File(digest=digest, content=content)], ignore_conflicts=True)
        self.digests.add(digest)
        return digest

    def read(self, digest: str) -> bytes:
        """Return a file.

        Raises:
            UnknownFile: none has this digest.
        """
        with public_context():
            found = File.objects.filter(digest=digest).values_list("content", flat=True).first()
        if found is None:
            raise UnknownFile(digest=digest[:64])
        return bytes(found)
