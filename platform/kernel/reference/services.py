"""Brings the reference tables in line with the data that the code carries."""

from __future__ import annotations

from kernel.reference.currencies import CURRENCIES
from kernel.reference.models import Currency


def load_reference() -> None:
    """Write the reference rows; doing it again changes nothing. Needs the owner's rights."""
    Currency.objects.bulk_create(
        [
            Currency(code=code, scale=scale, name_zh=zh, name_en=en)
            for code, scale, zh, en in CURRENCIES
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["scale", "name_zh", "name_en"],
    )


def is_currency(code: str) -> bool:
    """Tell whether a shop may keep its prices in a currency."""
    return any(code == known for known, _scale, _zh, _en in CURRENCIES)
