"""Amounts in answers: decimal strings beside their currency."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

from kernel.common.money import InvalidAmount, Money


@extend_schema_field(OpenApiTypes.STR)
class AmountShown(serializers.Field[Any, Any, Any, Any]):
    """A row's minor units as a decimal string in the row's currency.

    Args:
        name: the row's field of minor units; None there shows as null.
    """

    def __init__(self, name: str, **options: Any) -> None:
        self.minor_name = name
        super().__init__(source="*", read_only=True, **options)

    @override
    def to_representation(self, value: Any) -> str | None:
        """Show the amount."""
        minor = getattr(value, self.minor_name)
        return None if minor is None else Money(minor, value.currency).decimal()


class AmountAsked(serializers.CharField):
    """A decimal string; its currency is the payment's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=24, **options)


def amount_in(text: str, currency: str) -> Money:
    """Return an amount that was asked for.

    Raises:
        ValidationError: no amount of the currency.
    """
    try:
        return Money.parse(text, currency)
    except InvalidAmount as error:
        raise serializers.ValidationError({"amount": [str(error)]}) from error
