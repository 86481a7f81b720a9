"""Who may open an archive: the installation itself, an age identity, a passphrase.

The installation's own identities are named by its settings, or kept in a file
that is made when the first is needed.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pyrage
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tenants.errors import ArchiveUnreadable

Identity: TypeAlias = pyrage.x25519.Identity
"""A key that reads; ``AGE-SECRET-KEY-1…``."""
Recipient: TypeAlias = pyrage.x25519.Recipient
"""Whoever holds the key to this may read; ``age1…``."""
_IDENTITY = "AGE-SECRET-KEY-1"
_OF_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A passphrase, which both writes and reads."""

    text: str = field(repr=False)


Opener: TypeAlias = Passphrase | Sequence[Identity]
"""What opens an archive."""


def identity_of(text: str) -> Identity:
    """Read ``AGE-SECRET-KEY-1…``.

    Raises:
        ArchiveUnreadable: it is none.
    """
    try:
        return Identity.from_str(text.strip())
    except pyrage.IdentityError as error:
        raise ArchiveUnreadable("this is no age identity") from error


def recipient_of(text: str) -> Recipient:
    """Read ``age1…``.

    Raises:
        ArchiveUnreadable: it is none.
    """
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise ArchiveUnreadable("this is no age recipient") from error


def opener_of(text: str) -> Opener:
    """Read what a person was asked for: an identity, a passphrase, or nothing for our own.

    Raises:
        ArchiveUnreadable: it begins like an identity and is none.
    """
    if not text:
        return identities()
    if text.startswith(_IDENTITY):
        return [identity_of(text)]
    return Passphrase(text)


def identities() -> list[Identity]:
    """Return the keys that open this installation's archives, the newest first.

    Raises:
        ImproperlyConfigured: neither keys nor a file are named, a key is none, or
            others may read the file.
    """
    named: list[str] = settings.STOA_ARCHIVE_IDENTITIES
    try:
        return [identity_of(text) for text in named or _kept()]
    except ArchiveUnreadable as error:
        raise ImproperlyConfigured("an archive key of this installation is none") from error


def recipient() -> Recipient:
    """Return what new archives are encrypted for."""
    return identities()[0].to_public()


def seal(text: str) -> str:
    """Encrypt a passphrase that waits in a job for its worker."""
    return b64encode(pyrage.encrypt(text.encode(), [recipient()])).decode()


def unseal(text: str) -> str:
    """Decrypt what `seal` encrypted.

    Raises:
        ArchiveUnreadable: the installation's key is another now.
    """
    try:
        plain: bytes = pyrage.decrypt(b64decode(text), identities())
    except (pyrage.DecryptError, ValueError) as error:
        raise ArchiveUnreadable("sealed with another key") from error
    return plain.decode()


def _kept() -> list[str]:
    """Return the identities in the file, one per line; it is made when there is none."""
    if not settings.STOA_ARCHIVE_KEY_FILE:
        # A place of our own choice could be gone with the next start, and the archives with it.
        raise ImproperlyConfigured("set STOA_ARCHIVE_IDENTITIES or STOA_ARCHIVE_KEY_FILE")
    path = Path(settings.STOA_ARCHIVE_KEY_FILE)
    if not path.exists():
        _make(path)
    if path.stat().st_mode & _OF_OTHERS:
        raise ImproperlyConfigured(f"others than its owner may read {path}")
    lines = [line.strip() for line in path.read_text(encoding="ascii").splitlines()]
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise ImproperlyConfigured(f"{path} holds no archive key")
    return found


def _make(path: Path) -> None:
    """Write a new identity, whole and for good; the first of several processes wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{Identity.generate()}\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        # An archive must not outlive the name of its key.
        os.fsync(folder)
    finally:
        os.close(folder)
