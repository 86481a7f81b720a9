"""Languages, currencies and translations as the APIs show and take them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from kernel.i18n.choices import RateSource, RoundingRule
from kernel.i18n.models import LONGEST_WORDING, Market, ShopCurrency
from kernel.i18n.services.markets import LONGEST_WINDOW, told


class LanguageTold(serializers.Serializer[Any]):
    """A language of the shop; ``falls_back_to`` stands in for texts that are missing."""

    code = serializers.CharField(max_length=10)
    falls_back_to = serializers.CharField(max_length=10, default="", allow_blank=True)
    is_offered = serializers.BooleanField(default=True)


class LanguagesTold(serializers.Serializer[Any]):
    """All languages of the shop, in the order in which they are offered."""

    languages = LanguageTold(many=True)


class CurrencyTold(serializers.Serializer[Any]):
    """How prices are shown in a currency."""

    rate = serializers.DecimalField(
        max_digits=22, decimal_places=10, required=False, allow_null=True
    )
    rate_source = serializers.ChoiceField(choices=RateSource.choices, default=RateSource.MANUAL)
    margin_bp = serializers.IntegerField(default=0, min_value=-5_000, max_value=5_000)
    rounding = serializers.ChoiceField(choices=RoundingRule.choices, default=RoundingRule.NEAREST)
    step_minor = serializers.IntegerField(default=1, min_value=1, max_value=10_000_000)
    below_minor = serializers.IntegerField(default=0, min_value=0, max_value=9_999_999)
    is_shown = serializers.BooleanField(default=True)
    position = serializers.IntegerField(default=0, min_value=0, max_value=999)


class CurrencyShown(CurrencyTold):
    """A currency; ``rate`` is null while nobody has told one."""

    code = serializers.CharField()
    rate_at = serializers.DateTimeField(allow_null=True)


class StateShown(serializers.Serializer[Any]):
    """How much of a kind of texts there is in a language."""

    kind = serializers.CharField()
    language = serializers.CharField()
    whole = serializers.IntegerField()
    missing = serializers.IntegerField()


class TextShown(serializers.Serializer[Any]):
    """A text; ``translation`` is empty where it is missing."""

    kind = serializers.CharField()
    id = serializers.UUIDField()
    part = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    translation = serializers.CharField()


class TranslationTold(serializers.Serializer[Any]):
    """Translations of one thing by part; an empty one takes it away."""

    texts = serializers.DictField(child=serializers.CharField(allow_blank=True))


class ChangedShown(serializers.Serializer[Any]):
    """How many were new or other ones."""

    changed = serializers.IntegerField()


class WordsTold(serializers.Serializer[Any]):
    """What the shop says instead of the program's texts; an empty text takes it away."""

    words = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=LONGEST_WORDING)
    )


class WordShown(serializers.Serializer[Any]):
    """A text of the program that the shop says in its own words."""

    text = serializers.CharField()
    wording = serializers.CharField()


class OfferedLanguageShown(serializers.Serializer[Any]):
    """A language that buyers can choose."""

    code = serializers.CharField()
    name = serializers.CharField()
    is_own = serializers.BooleanField()


class OfferedCurrencyShown(serializers.Serializer[Any]):
    """A currency that amounts can be shown in: multiply, round to steps, then take off."""

    code = serializers.CharField()
    rate = serializers.CharField()
    rounding = serializers.ChoiceField(choices=RoundingRule.choices)
    step_minor = serializers.IntegerField()
    below_minor = serializers.IntegerField()


class RegionShown(serializers.Serializer[Any]):
    """What buyers can choose; they pay in ``currency``."""

    currency = serializers.CharField()
    languages = OfferedLanguageShown(many=True)
    currencies = OfferedCurrencyShown(many=True)
    market = serializers.CharField(help_text="Of the visitor; empty where nothing tells it.")


class MarketTold(serializers.Serializer[Any]):
    """What holds for buyers from some countries; ``is_rest`` is for all other countries."""

    name = serializers.CharField(max_length=80)
    countries = serializers.ListField(
        child=serializers.CharField(max_length=2), default=list, max_length=300
    )
    is_rest = serializers.BooleanField(default=False)
    language = serializers.CharField(max_length=10, default="", allow_blank=True)
    currency = serializers.CharField(max_length=3, default="", allow_blank=True)
    return_days = serializers.IntegerField(
        min_value=0, max_value=LONGEST_WINDOW, default=None, allow_null=True
    )
    fault_days = serializers.IntegerField(
        min_value=0, max_value=LONGEST_WINDOW, default=None, allow_null=True
    )
    position = serializers.IntegerField(default=0, min_value=0, max_value=999)
    price_lists = serializers.ListField(
        child=serializers.CharField(max_length=80),
        required=False,
        max_length=50,
        help_text="Codes of those that are for buyers there; they stay when it is left out.",
    )


class MarketShown(MarketTold):
    """A market; price lists and people name it by its code: ``market:eu``."""

    code = serializers.CharField()


def market_data(row: Market) -> dict[str, object]:
    """Return a market as the API shows it."""
    return {"code": row.code, **told(row)}


def currency_data(row: ShopCurrency) -> dict[str, object]:
    """Return a currency as the API shows it."""
    names = ("code", "margin_bp", "rounding", "step_minor", "below_minor")
    return {
        **{name: getattr(row, name) for name in names},
        "rate": None if row.rate is None else format(row.rate.normalize(), "f"),
        "rate_source": row.source,
        "is_shown": row.is_shown,
        "position": row.position,
        "rate_at": row.rate_at,
    }
