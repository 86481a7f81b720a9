"""The form of an entry that is hashed, and values fit for the log."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias
from uuid import UUID

from django.db.models import Model

Plain: TypeAlias = bool | int | str | list["Plain"] | dict[str, "Plain"] | None

MASK: Final = "***"
FIRST_HASH: Final = "0" * 64
_SENSITIVE: Final = (
    "password", "passwd", "secret", "token", "api_key", "apikey", "private_key",
    "authorization", "cookie", "session", "card_number", "cvc", "cvv", "pin_code",
    "id_number", "id_card", "bank_account", "iban", "otp", "signature",
)  # fmt: skip


def plain(value: object) -> Plain:  # noqa: PLR0911  one return per kind of value
    """Return a value as JSON that reads back from the database unchanged.

    Numbers with a fraction become text, because their notation does not
    survive; text loses what PostgreSQL cannot store. Members whose names say
    that they are secret are masked.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Model):
        return str(value.pk)
    if is_dataclass(value) and not isinstance(value, type):
        return plain({item.name: getattr(value, item.name) for item in fields(value)})
    if isinstance(value, Mapping):
        return {str(key): _masked(str(key), item) for key, item in value.items()}
    if isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (str, bytes)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if isinstance(value, (str, UUID, Decimal, float)):
        return text(str(value))
    return text(f"<{type(value).__name__}>")


def text(value: str) -> str:
    """Return text that PostgreSQL stores as it is."""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def normal_ip(value: str) -> str:
    """Return an address in its shortest form; empty when it is none."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return ""


def entry_hash(entry: Mapping[str, object]) -> str:
    """Return the hash of an entry's columns, ``previous_hash`` among them.

    The columns are written as JSON with sorted keys, no spaces, UTF-8, and the
    moment in UTC with microseconds, so that another program can repeat it.
    """
    moment = entry["occurred_at"]
    assert isinstance(moment, datetime)  # noqa: S101  a column of the table
    document = {
        **{key: str(item) if isinstance(item, UUID) else item for key, item in entry.items()},
        "occurred_at": moment.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _masked(key: str, value: object) -> Plain:
    lowered = key.lower().replace("-", "_")
    if value is not None and any(word in lowered for word in _SENSITIVE):
        return MASK
    return plain(value)
