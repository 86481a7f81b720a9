"""Amounts of money in answers: a decimal string beside its currency."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from typing_extensions import override

from kernel.common.money import Money

_SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "example": "12.50"},
        "currency": {"type": "string", "example": "CNY"},
    },
    "required": ["amount", "currency"],
}


@extend_schema_field(_SCHEMA)
class MoneyField(serializers.Field[Money, Any, dict[str, str], Any]):
    """Shows an amount; amounts come in as plain decimal strings elsewhere."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"read_only": True} | options))

    @override
    def to_representation(self, value: Money) -> dict[str, str]:
        """Return amount and currency."""
        return {"amount": value.decimal(), "currency": value.currency}
