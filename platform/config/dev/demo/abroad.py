"""Has a shop show its prices in other currencies, and prepares a further language."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from config.dev.demo.shelving import ACTOR
from config.dev.demo.wares import Range
from kernel.i18n.models import ShopCurrency, ShopLanguage
from kernel.i18n.services import CurrencyTerms, LanguageTerms, set_currency, set_languages
from kernel.tenancy.context import current_tenant

# About what they were worth in the autumn of 2026.
_RATES: Final = {
    "CNY": (
        CurrencyTerms("USD", Decimal("0.1406"), margin_bp=100),
        CurrencyTerms("HKD", Decimal("1.0962"), step_minor=10, position=1),
        CurrencyTerms("JPY", Decimal("21.35"), step_minor=10, position=2),
    ),
    "USD": (
        CurrencyTerms("EUR", Decimal("0.8629"), step_minor=100, below_minor=1),
        CurrencyTerms("GBP", Decimal("0.7548"), step_minor=100, below_minor=1, position=1),
        CurrencyTerms("CNY", Decimal("7.1120"), step_minor=100, position=2),
    ),
}
_LANGUAGES: Final = {
    "zh-hans": (LanguageTerms("zh-hans"), LanguageTerms("en")),
    "en": (LanguageTerms("en"), LanguageTerms("zh-hans")),
}
_PREPARED: Final = {
    "zh-hans": LanguageTerms("ja", falls_back_to="en", is_offered=False),
    "en": LanguageTerms("fr", is_offered=False),
}


def go_abroad_once(goods: Range, *, now: datetime) -> None:
    """Set languages and currencies of a shop that has set none."""
    own = "zh-hans" if goods.locale.startswith("zh") else "en"
    if not ShopLanguage.objects.exists():
        set_languages([*_LANGUAGES[own], _PREPARED[own]], actor=ACTOR)
    if not ShopCurrency.objects.exists():
        for terms in _RATES.get(current_tenant().currency, ()):
            set_currency(terms, actor=ACTOR, now=now)
