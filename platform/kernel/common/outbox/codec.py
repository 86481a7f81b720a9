"""Event fields to JSON and back, by their type annotations.

Known: str, int, bool, float, None, UUID, datetime, date, Decimal, enums, nested
dataclasses, ``X | None``, ``list``, ``tuple[X, ...]`` and ``dict[str, X]``.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from kernel.common.outbox.errors import PayloadMismatch

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

_PLAIN: Final = (str, int, bool, float, type(None))
_FROM_TEXT: Final[dict[object, Callable[[str], object]]] = {
    UUID: UUID,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
}


def encode(value: object) -> Json:  # noqa: PLR0911  one return per kind of value
    """Return the JSON form of a value.

    Raises:
        PayloadMismatch: the value's type has no JSON form.
    """
    if isinstance(value, Enum):
        return encode(value.value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (UUID, Decimal)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: encode(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: encode(item) for key, item in value.items()}
    raise PayloadMismatch(f"{type(value).__name__} has no JSON form")


def decode(kind: Any, value: Json) -> Any:
    """Read a value back as the annotated type.

    Raises:
        PayloadMismatch: the JSON does not fit the type.
    """
    if kind in _PLAIN:
        if isinstance(value, kind) or (kind is float and isinstance(value, int)):
            return value
        raise PayloadMismatch(f"{kind.__name__} expected, not {type(value).__name__}")
    if kind in _FROM_TEXT:
        return _from_text(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if isinstance(kind, type) and is_dataclass(kind):
        return decode_dataclass(kind, value)
    return _decode_generic(kind, value)


def decode_dataclass(kind: Any, value: Json) -> Any:
    """Build a dataclass from a JSON object; unknown members are dropped.

    Raises:
        PayloadMismatch: not an object, or a required member is missing.
    """
    if not isinstance(value, dict):
        raise PayloadMismatch(f"an object expected for {kind.__name__}")
    hints = _hints(kind)
    known = {item.name for item in fields(kind)}
    try:
        return kind(**{k: decode(hints[k], v) for k, v in value.items() if k in known})
    except TypeError as missing:
        raise PayloadMismatch(str(missing)) from missing


def _from_text(kind: object, value: Json) -> object:
    if not isinstance(value, str):
        raise PayloadMismatch(f"text expected for {kind}")
    try:
        return _FROM_TEXT[kind](value)
    except (ValueError, ArithmeticError) as malformed:
        raise PayloadMismatch(f"{value!r} is no {kind}") from malformed


def _decode_generic(kind: Any, value: Json) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        for option in arguments:
            try:
                return decode(option, value)
            except PayloadMismatch:
                continue
        raise PayloadMismatch(f"{value!r} fits none of {kind}")
    if origin in (list, tuple) and isinstance(value, list):
        return origin(decode(arguments[0], item) for item in value)
    if origin is dict and isinstance(value, dict):
        return {key: decode(arguments[1], item) for key, item in value.items()}
    raise PayloadMismatch(f"{kind} cannot be read from {type(value).__name__}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
