"""Identifiers: UUIDv7 inside, opaque prefixed strings outside.

UUIDv7 (RFC 9562) keeps index inserts local because it grows with time. The
outside form is ``<prefix>_<26 characters>`` in Crockford's base 32, lower case.
"""

from __future__ import annotations

from uuid import UUID, SafeUUID

import uuid_utils
from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH = 26


class InvalidId(DomainError):
    """A public id that is malformed or of another kind."""

    code = "common.invalid_id"
    status = 404
    title = _("There is nothing with this id.")


def uuid7() -> UUID:
    """Return a new time-ordered UUID, version 7."""
    # The constructor checks what is known here; thousands of orders a second notice.
    made = object.__new__(UUID)
    object.__setattr__(made, "int", uuid_utils.uuid7().int)
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made


def encode_base32(value: int, *, length: int) -> str:
    """Write a non-negative integer in Crockford base 32, padded to ``length``."""
    digits = []
    for _unused in range(length):
        digits.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(digits))


def public_id(prefix: str, value: UUID) -> str:
    """Return the outside form of an id, for example ``ten_01k…``."""
    return f"{prefix}_{encode_base32(value.int, length=_LENGTH)}"


def parse_public_id(prefix: str, text: str) -> UUID:
    """Read an outside id back.

    Raises:
        InvalidId: wrong prefix, length or alphabet, or more than 128 bits.
    """
    head, _separator, body = text.partition("_")
    if head != prefix or len(body) != _LENGTH or any(c not in _VALUES for c in body):
        raise InvalidId
    number = 0
    for letter in body:
        number = number << 5 | _VALUES[letter]
    if number >> 128:
        raise InvalidId
    return UUID(int=number)
