"""What shops change of their languages, currencies and words."""

from __future__ import annotations

from kernel.i18n.services.currencies import (
    CurrencyTerms,
    remove_currency,
    set_currency,
    set_rate,
    take_rates,
)
from kernel.i18n.services.languages import LanguageTerms, set_languages
from kernel.i18n.services.wordings import set_wordings

__all__ = [
    "CurrencyTerms",
    "LanguageTerms",
    "remove_currency",
    "set_currency",
    "set_languages",
    "set_rate",
    "set_wordings",
    "take_rates",
]
