"""Hides secrets and personal data before anything leaves the process.

Values are hidden by the name of their key, and by their shape inside text.
Logs and error reports share this one masker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

HIDDEN: Final = "[hidden]"

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

_MAX_DEPTH: Final = 12

_EXACT_KEYS: Final = frozenset(
    {
        "addr", "address", "auth", "birthday", "cc", "cookie", "cookies", "csrf", "cvc", "cvv",
        "dsn", "email", "iban", "ip", "key", "mail", "mobile", "otp", "pan", "pass", "phone", "pin",
        "pwd", "sid", "sig", "signature", "tel",
    }
)  # fmt: skip

_KEY_PARTS: Final = re.compile(
    r"passw|secret|token|authori[sz]ation|credential|api_?key|private_?key|access_?key|session_?id"
    r"|cookie|csrf|card_?(?:no|num|holder)|bank_?(?:no|acc|card)|id_?card|identity_?(?:no|card)"
    r"|e_?mail|phone|mobile|real_?name|first_?name|last_?name|full_?name|street|postcode"
    r"|ip_?address|remote_?addr|forwarded_?for|client_?ip|openid|unionid|otp_?code|sms_?code"
)
_WORD_BREAK: Final = re.compile(r"[\s\-.]+")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_EMAIL: Final = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE: Final = re.compile(
    r"(?<![\w.+-])(?:\+\d{1,3}[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?![\w-])"
    r"|(?<![\w.])\+[1-9]\d{7,14}(?!\w)"
)
_NATIONAL_ID: Final = re.compile(r"(?<![\w-])\d{6}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx](?![\w-])")
_CARD: Final = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
_BEARER: Final = re.compile(r"\b(Bearer|Basic|Token)\s+[\w.~+/=-]{6,}", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"(?P<key>[\w-]*(?:passw(?:or)?d|secret|token|api_?key|authorization|signature)[\w-]*)"
    r"(?P<mid>[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s\"'&,;}]+)",
    re.IGNORECASE,
)
_URL_LOGIN: Final = re.compile(r"(?<=://)[^/\s@:]*:[^/\s@]+(?=@)")
_PEM: Final = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)


def is_sensitive(key: str) -> bool:
    """Tell whether a value under this name must be hidden."""
    name = _WORD_BREAK.sub("_", _CAMEL.sub("_", key)).lower()
    return name in _EXACT_KEYS or _KEY_PARTS.search(name) is not None


def mask_text(text: str) -> str:
    """Hide what looks like personal data or a secret inside free text."""
    text = _PEM.sub(HIDDEN, text)
    text = _URL_LOGIN.sub(HIDDEN, text)
    text = _BEARER.sub(rf"\1 {HIDDEN}", text)
    text = _ASSIGNED.sub(_hide_assigned, text)
    text = _EMAIL.sub(HIDDEN, text)
    text = _NATIONAL_ID.sub(HIDDEN, text)
    text = _CARD.sub(_hide_card, text)
    return _PHONE.sub(HIDDEN, text)


def mask(value: object, *, depth: int = 0) -> Json:
    """Return the value as plain JSON data with everything sensitive hidden."""
    if value is None or isinstance(value, (bool, int, float)):
        return mask_number(value)
    if isinstance(value, str) or depth >= _MAX_DEPTH:
        return mask_text(value) if isinstance(value, str) else "…"
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN
            if is_sensitive(str(key)) and item not in (None, "")
            else mask(item, depth=depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [mask(item, depth=depth + 1) for item in value]
    return f"<{len(value)} bytes>" if isinstance(value, bytes) else mask_text(str(value))


def mask_number(value: float | None) -> Json:
    """Hide an integer that is a phone or card number by its shape."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**10:
        text = str(value)
        masked = mask_text(text)
        return value if masked == text else masked
    return value


def _hide_assigned(match: re.Match[str]) -> str:
    if match["value"].startswith("[hidden") or match["value"].lower() in {"bearer", "basic"}:
        return match[0]
    return f"{match['key']}{match['mid']}{HIDDEN}"


def _hide_card(match: re.Match[str]) -> str:
    digits = [int(char) for char in match[0] if char.isdigit()]
    total = sum(
        digit if place % 2 == 0 else (sum(divmod(digit * 2, 10)))
        for place, digit in enumerate(reversed(digits))
    )
    return HIDDEN if total % 10 == 0 else match[0]
