"""Envelope encryption.

A sealed blob is ``E1 | len | wrapped data key | nonce | AES-256-GCM(json)``:
``len`` is two bytes, big-endian; the nonce has 12 bytes. Every blob has a data
key of its own, wrapped by a root key that never leaves its holder. The context
(tenant, purpose, …) is authenticated twice, by the wrapping and as associated
data of the content, so a blob opens only in the row it was written for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import override

from kernel.common.secrets.errors import SecretsUnreadable, SecretTooLarge

MAGIC: Final = b"E1"
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
MAX_PLAIN_BYTES: Final = 64 * 1024

_LENGTH_BYTES: Final = 2
_HEAD_BYTES: Final = len(MAGIC) + _LENGTH_BYTES


class Opened(Mapping[str, object]):
    """Opened values. Text forms name the keys only, and it does not pickle."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = dict(values)

    @override
    def __getitem__(self, key: str) -> object:
        return self._values[key]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    @override
    def __len__(self) -> int:
        return len(self._values)

    @override
    def __repr__(self) -> str:
        return f"Opened({', '.join(sorted(self._values))})"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("opened secrets stay in this process")


@dataclass(frozen=True, slots=True)
class DataKey:
    """A fresh data key, in the clear and wrapped.

    Attributes:
        key_id: the root key that wrapped it.
    """

    plain: bytes
    wrapped: bytes
    key_id: str

    @override
    def __repr__(self) -> str:
        return f"DataKey(key_id={self.key_id!r})"


class KeyWrapper(Protocol):
    """Holds root keys: makes data keys and unwraps them."""

    @property
    def scheme(self) -> bytes:
        """One byte that tells this wrapper's keys from another's."""

    def current_key_id(self) -> str:
        """Return the root key that `generate` uses now."""

    def generate(self, context: Mapping[str, str]) -> DataKey:
        """Make a data key, wrapped by the current root key for this context."""

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        """Return the data key in the clear.

        Raises:
            SecretsUnreadable: another context, damage, or a retired root key.
        """


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed blob and the root key it hangs on."""

    blob: bytes
    key_id: str


class Sealer(Protocol):
    """Seals values for a context and opens them in that context only."""

    def seal(self, data: Mapping[str, object], *, context: Mapping[str, str]) -> bytes:
        """Return the sealed form; ``data`` holds JSON values, 64 KiB at most."""

    def open(self, blob: bytes, *, context: Mapping[str, str]) -> Opened:
        """Return the values.

        Raises:
            SecretsUnreadable: damage, another context, or a retired root key.
        """


class EnvelopeSealer:
    """Seals with the first wrapper and opens with whichever sealed it.

    Further wrappers let an installation move from local keys to a key service:
    the old holder goes on opening until rotation has resealed every row.
    """

    def __init__(self, primary: KeyWrapper, *, readers: Sequence[KeyWrapper] = ()) -> None:
        self._primary = primary
        self._wrappers = {wrapper.scheme: wrapper for wrapper in (primary, *readers)}

    def current_key_id(self) -> str:
        """Return the root key that new blobs hang on."""
        return self._primary.current_key_id()

    def seal(self, data: Mapping[str, object], *, context: Mapping[str, str]) -> bytes:
        """Return the sealed form; ``data`` holds JSON values, 64 KiB at most."""
        return self.seal_row(data, context=context).blob

    def seal_row(self, data: Mapping[str, object], *, context: Mapping[str, str]) -> Sealed:
        """Seal, and tell which root key was used.

        Raises:
            SecretTooLarge: the JSON form exceeds 64 KiB.
        """
        plain = json.dumps(dict(data), ensure_ascii=False, separators=(",", ":")).encode()
        if len(plain) > MAX_PLAIN_BYTES:
            raise SecretTooLarge(limit=MAX_PLAIN_BYTES)
        key = self._primary.generate(context)
        wrapped = self._primary.scheme + key.wrapped
        head = MAGIC + len(wrapped).to_bytes(_LENGTH_BYTES, "big") + wrapped
        nonce = os.urandom(NONCE_BYTES)
        body = AESGCM(key.plain).encrypt(nonce, plain, _associated(head, context))
        return Sealed(blob=head + nonce + body, key_id=key.key_id)

    def open(self, blob: bytes, *, context: Mapping[str, str]) -> Opened:
        """Return the values.

        Raises:
            SecretsUnreadable: damage, another context, or a retired root key.
        """
        head, wrapped, nonce, body = _split(bytes(blob))
        wrapper = self._wrappers.get(wrapped[:1])
        if wrapper is None:
            raise SecretsUnreadable
        key = wrapper.unwrap(wrapped[1:], context)
        try:
            plain = AESGCM(key).decrypt(nonce, body, _associated(head, context))
        except InvalidTag:
            raise SecretsUnreadable from None
        values: dict[str, object] = json.loads(plain)
        return Opened(values)


def canonical_context(context: Mapping[str, str]) -> bytes:
    """Write a context in the one form that is authenticated."""
    return json.dumps(
        dict(context), ensure_ascii=True, separators=(",", ":"), sort_keys=True
    ).encode()


def rewrap(sealer: EnvelopeSealer, blob: bytes, *, context: Mapping[str, str]) -> Sealed:
    """Seal the same values again: fresh data key, current root key.

    Raises:
        SecretsUnreadable: the blob does not open in this context.
    """
    return sealer.seal_row(sealer.open(blob, context=context), context=context)


def _associated(head: bytes, context: Mapping[str, str]) -> bytes:
    return head + canonical_context(context)


def _split(blob: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    if blob[: len(MAGIC)] != MAGIC:
        raise SecretsUnreadable
    length = int.from_bytes(blob[len(MAGIC) : _HEAD_BYTES], "big")
    head_end = _HEAD_BYTES + length
    nonce_end = head_end + NONCE_BYTES
    if length == 0 or len(blob) <= nonce_end:
        raise SecretsUnreadable
    return blob[:head_end], blob[_HEAD_BYTES:head_end], blob[head_end:nonce_end], blob[nonce_end:]
