"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com).

What is signed is ``<webhook-id>.<webhook-timestamp>.<body>``, by HMAC-SHA256. While a
secret is being replaced there is a signature by each of the two.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from secrets import token_bytes
from typing import Final

_MARK: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> str:
    """Return a secret drawn by chance, as receivers' libraries take it."""
    return _MARK + base64.b64encode(token_bytes(_BYTES)).decode()


def headers_for(
    message_id: str, body: bytes, *, timestamp: int, secrets: Sequence[str]
) -> dict[str, str]:
    """Return the headers that prove who sent a message, and when.

    Args:
        message_id: the same at each attempt, so that receivers do things once.
        body: as it is sent.
        timestamp: of this attempt, in seconds since 1970.
        secrets: one, or two while one is being replaced.
    """
    signatures = [sign(message_id, body, timestamp=timestamp, secret=each) for each in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def sign(message_id: str, body: bytes, *, timestamp: int, secret: str) -> str:
    """Return one signature with its version in front."""
    key = base64.b64decode(secret.removeprefix(_MARK))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
