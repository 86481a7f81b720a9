"""Where a list goes on: opaque, and of no use for another order of the list."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError

_LONGEST: Final = 1_000


class InvalidCursor(DomainError):
    """A cursor that was not handed out for this list."""

    code = "catalogue.invalid_cursor"
    status = 400
    title = _("This place in the list does not exist.")


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: the value that it is sorted by, and its id."""

    value: str | int
    id: UUID


def write_cursor(sort: str, place: Place) -> str:
    """Return a place as text."""
    plain = json.dumps([sort, place.value, place.id.hex], separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(sort: str, text: str) -> Place:
    """Read a place back.

    Raises:
        InvalidCursor: malformed, or of another order.
    """
    try:
        if len(text) > _LONGEST:
            raise InvalidCursor
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        own, value, key = json.loads(plain)
        place = Place(value, UUID(hex=key))
        str(value).encode()
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        raise InvalidCursor from None
    if own != sort or isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InvalidCursor
    if isinstance(value, str) and "\x00" in value:
        raise InvalidCursor
    return place
