"""One-time codes by the clock (RFC 6238), as authenticator apps make them."""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from datetime import datetime
from hashlib import sha1
from secrets import token_bytes
from typing import Final
from urllib.parse import quote, urlencode

STEP: Final = 30
DIGITS: Final = 6
# A telephone's clock may be half a minute off, and people type slowly.
_TOLERANCE: Final = 1
_BYTES: Final = 20


def new_secret() -> str:
    """Return a secret as people can type it: base32."""
    return b32encode(token_bytes(_BYTES)).decode()


def step_of(now: datetime) -> int:
    """Return the number of the half minute."""
    return int(now.timestamp()) // STEP


def code_at(secret: str, step: int) -> str:
    """Return the code of a half minute."""
    digest = hmac.new(b32decode(secret), step.to_bytes(8, "big"), sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_that_fits(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """Return the half minute to which a code belongs, or None.

    Args:
        secret: as `new_secret` returned it.
        code: six digits.
        after: the last half minute whose code was taken; earlier ones are over.
        now: the moment.
    """
    present = step_of(now)
    for step in range(present - _TOLERANCE, present + _TOLERANCE + 1):
        if step > after and hmac.compare_digest(code_at(secret, step), code):
            return step
    return None


def address_for_apps(secret: str, *, account: str, issuer: str) -> str:
    """Return the address that an app reads from a QR code."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP})
    return f"otpauth://totp/{quote(f'{issuer}:{account}', safe='')}?{query.replace('+', '%20')}"
