"""Amounts in terms and conditions: minor units inside, decimal strings outside.

A member ``off_minor`` inside is ``off`` outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kernel.common.money import InvalidAmount, Money
from kernel.promotions.conditions import known_condition
from kernel.promotions.errors import InvalidPromotion

_MINOR: Final = "_minor"
_DEEPEST: Final = 4


def shown(value: Any, currency: str) -> Any:
    """Return terms with their amounts as decimal strings."""
    if isinstance(value, Mapping):
        found = {}
        for name, each in value.items():
            if name.endswith(_MINOR) and isinstance(each, int):
                found[name.removesuffix(_MINOR)] = Money(each, currency).decimal()
            else:
                found[name] = shown(each, currency)
        return found
    if isinstance(value, (list, tuple)):
        return [shown(each, currency) for each in value]
    return value


def read(value: Any, currency: str, *, depth: int = 0) -> Any:
    """Return terms with their amounts in minor units; every decimal string is an amount.

    Raises:
        InvalidPromotion: an amount cannot be read, or it is nested beyond all measure.
    """
    if depth > _DEEPEST:
        raise InvalidPromotion(field="terms")
    if isinstance(value, Mapping):
        found: dict[str, Any] = {}
        for name, each in value.items():
            if isinstance(each, str) and _is_decimal(each):
                found[f"{name}{_MINOR}"] = minor(each, currency, field=f"terms.{name}")
            else:
                found[str(name)] = read(each, currency, depth=depth + 1)
        return found
    if isinstance(value, (list, tuple)):
        return [read(each, currency, depth=depth + 1) for each in value]
    return value


def minor(text: str, currency: str, *, field: str) -> int:
    """Return an amount in minor units.

    Raises:
        InvalidPromotion: it cannot be read.
    """
    try:
        return Money.parse(text, currency).minor
    except InvalidAmount as error:
        raise InvalidPromotion(error.detail, field=field) from error


def conditions_shown(stored: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, Any]]:
    """Return conditions with their amounts as decimal strings."""
    found = []
    for each in stored:
        condition = known_condition(each["kind"])
        value = each["value"]
        if condition is not None and condition.is_amount:
            value = Money(value, currency).decimal()
        found.append({"kind": each["kind"], "value": value})
    return found


def conditions_read(told: Sequence[Any], currency: str) -> list[Any]:
    """Return conditions with their amounts in minor units.

    Raises:
        InvalidPromotion: an amount cannot be read.
    """
    found = []
    for each in told:
        condition = known_condition(str(each.get("kind"))) if isinstance(each, Mapping) else None
        if condition is not None and condition.is_amount:
            text = str(each.get("value", ""))
            field = f"conditions.{condition.code}"
            found.append({**each, "value": minor(text, currency, field=field)})
        else:
            found.append(each)
    return found


def _is_decimal(text: str) -> bool:
    whole, _point, part = text.partition(".")
    return whole.removeprefix("-").isdigit() and (not part or part.isdigit())
