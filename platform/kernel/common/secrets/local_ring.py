"""Root keys from files in a directory.

One key per file ``<UTC time>-<fingerprint>.key``: 32 bytes in URL-safe base 64.
The newest by name wraps, all open; deleting a file retires its key. The files
must be readable by their owner alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.common.secrets.envelope import KEY_BYTES, NONCE_BYTES, DataKey, canonical_context
from kernel.common.secrets.errors import RootKeysUnusable, SecretsUnreadable

SUFFIX: Final = ".key"

_FINGERPRINT_BYTES: Final = 8
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class LocalRing:
    """Wraps data keys with root keys held in this process, newest first."""

    scheme: Final = b"L"

    def __init__(self, keys: list[bytes]) -> None:
        """Hold the keys, the one that wraps first.

        Raises:
            RootKeysUnusable: no key, or one that is not 32 bytes.
        """
        if not keys:
            raise RootKeysUnusable("there is no root key")
        if any(len(key) != KEY_BYTES for key in keys):
            raise RootKeysUnusable("a root key is not 32 bytes long")
        self._keys = {fingerprint(key): key for key in keys}
        self._current = fingerprint(keys[0])

    def current_key_id(self) -> str:
        """Return the fingerprint of the key that wraps."""
        return f"local:{self._current.hex()}"

    def generate(self, context: Mapping[str, str]) -> DataKey:
        """Make a data key, wrapped by the newest root key for this context."""
        plain = AESGCM.generate_key(bit_length=KEY_BYTES * 8)
        nonce = os.urandom(NONCE_BYTES)
        root = AESGCM(self._keys[self._current])
        wrapped = self._current + nonce + root.encrypt(nonce, plain, canonical_context(context))
        return DataKey(plain=plain, wrapped=wrapped, key_id=self.current_key_id())

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Return the data key in the clear.

        Raises:
            SecretsUnreadable: another context, damage, or a retired root key.
        """
        root = self._keys.get(wrapped[:_FINGERPRINT_BYTES])
        if root is None:
            raise SecretsUnreadable
        start = _FINGERPRINT_BYTES + NONCE_BYTES
        nonce = wrapped[_FINGERPRINT_BYTES:start]
        try:
            return AESGCM(root).decrypt(nonce, wrapped[start:], canonical_context(context))
        except (InvalidTag, ValueError):
            raise SecretsUnreadable from None


def fingerprint(key: bytes) -> bytes:
    """Return what names a root key without telling it."""
    return hashlib.sha256(b"root key" + key).digest()[:_FINGERPRINT_BYTES]


def read_ring(directory: Path) -> LocalRing:
    """Read the ring from a directory, newest key first.

    Raises:
        RootKeysUnusable: no key file, a malformed one, or one that others may read.
    """
    if not directory.is_dir():
        raise RootKeysUnusable(f"{directory} is not a directory")
    files = sorted(directory.glob(f"*{SUFFIX}"), key=lambda path: path.name, reverse=True)
    return LocalRing([_read_key(path) for path in files])


def write_new_key(directory: Path, *, now: datetime) -> Path:
    """Add a root key to the directory; processes use it after their next start.

    Returns:
        The file that was written, readable by its owner alone.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = os.urandom(KEY_BYTES)
    path = directory / f"{now:%Y%m%dT%H%M%S%fZ}-{fingerprint(key).hex()}{SUFFIX}"
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    return path


def _read_key(path: Path) -> bytes:
    facts = path.stat()
    if facts.st_mode & _OTHERS:
        mode = stat.S_IMODE(facts.st_mode)
        raise RootKeysUnusable(f"{path} may be read by others (mode {mode:04o}): chmod 600")
    if facts.st_uid not in {os.geteuid(), 0}:
        raise RootKeysUnusable(f"{path} belongs to another user")
    try:
        key = base64.urlsafe_b64decode(path.read_bytes().strip())
    except binascii.Error:
        raise RootKeysUnusable(f"{path} is not base 64") from None
    if len(key) != KEY_BYTES:
        raise RootKeysUnusable(f"{path} does not hold 32 bytes")
    return key
