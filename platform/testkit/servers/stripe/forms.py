"""Reads Stripe's way of writing nested values into a form: ``a[b][0][c]=1``."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

_PART = re.compile(r"[^\[\]]+")


def parsed(text: str) -> dict[str, Any]:
    """Return a form, or a query, as nested values; numbers stay texts."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = _PART.findall(name)
        if name.endswith("[]"):
            _at(found, parts[:-1]).setdefault(parts[-1], []).append(value)
        elif parts:
            _at(found, parts[:-1])[parts[-1]] = value
    return {key: _as_lists(value) for key, value in found.items()}


def _at(found: dict[str, Any], parts: list[str]) -> dict[str, Any]:
    for part in parts:
        found = found.setdefault(part, {})
    return found


def _as_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _as_lists(each) for key, each in value.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner
