"""Languages, currencies and translations over the admin API."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.forms import checked
from kernel.api.openapi.answers import items_of
from kernel.common.time import utc_now
from kernel.i18n.api.forms import (
    ChangedShown,
    CurrencyShown,
    CurrencyTold,
    LanguagesTold,
    MarketShown,
    MarketTold,
    StateShown,
    TextShown,
    TranslationTold,
    WordShown,
    WordsTold,
    currency_data,
    market_data,
)
from kernel.i18n.errors import InvalidLanguages
from kernel.i18n.languages import NAMES
from kernel.i18n.models import Market, Wording
from kernel.i18n.selectors import currencies
from kernel.i18n.services import (
    CurrencyTerms,
    LanguageTerms,
    remove_currency,
    set_currency,
    set_languages,
    set_wordings,
)
from kernel.i18n.services.languages import shop_languages
from kernel.i18n.services.markets import MarketTerms, remove_market, set_market
from kernel.i18n.texts.kinds import text_kind
from kernel.i18n.texts.selectors import completeness, foreign_languages, in_parts, texts_of
from kernel.i18n.texts.services import translate

VIEW, MANAGE, TRANSLATE = "languages.view", "languages.manage", "languages.translate"
PRICES: Final = "prices.manage"
_MOST: Final = 100


class LanguagesView(StaffView):
    """The languages of the shop."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=LanguagesTold)
    def get(self, request: Request) -> Response:
        """Return them in the order in which they are offered."""
        return Response({"languages": [_language(each) for each in shop_languages()]})

    @extend_schema(request=LanguagesTold, responses=LanguagesTold)
    def put(self, request: Request) -> Response:
        """Set all of them; texts in others are kept."""
        told = checked(LanguagesTold, request.data)["languages"]
        kept = set_languages([LanguageTerms(**each) for each in told], actor=self.actor)
        return Response({"languages": [_language(each) for each in kept]})


class CurrenciesView(StaffView):
    """The currencies that prices are shown in."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(CurrencyShown))
    def get(self, request: Request) -> Response:
        """Return them in their order, without the shop's own."""
        rows = currencies(now=utc_now())
        return Response({"items": [currency_data(each.row) for each in rows]})


class CurrencyView(StaffView):
    """One currency."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=CurrencyTold, responses=CurrencyShown)
    def put(self, request: Request, code: str) -> Response:
        """Show prices in it, or change how."""
        told: Any = checked(CurrencyTold, request.data)
        terms = CurrencyTerms(code=code, source=told.pop("rate_source"), **told)
        row = set_currency(terms, actor=self.actor, now=utc_now())
        return Response(currency_data(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """Show prices in it no more."""
        remove_currency(code, actor=self.actor, now=utc_now())
        return Response(status=204)


class MarketsView(StaffView):
    """What differs for buyers by the country that they live in."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(MarketShown))
    def get(self, request: Request) -> Response:
        """Return the markets in their order."""
        rows = Market.objects.order_by("is_rest", "position", "code")
        return Response({"items": [market_data(row) for row in rows]})


class MarketView(StaffView):
    """One market."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=MarketTold, responses=MarketShown)
    def put(self, request: Request, code: str) -> Response:
        """Make it, or change it; naming price lists takes the right to change prices."""
        told: Any = checked(MarketTold, request.data)
        told["countries"] = tuple(told["countries"])
        if "price_lists" in told:
            self._check_prices(request)
            told["price_lists"] = tuple(told["price_lists"])
        row = set_market(MarketTerms(code=code, **told), actor=self.actor, now=utc_now())
        return Response(market_data(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, code: str) -> Response:
        """Do away with it; price lists for it alone are switched off."""
        remove_market(code, actor=self.actor, now=utc_now())
        return Response(status=204)

    @staticmethod
    def _check_prices(request: Request) -> None:
        asks: Any = request.user
        if not asks.may(PRICES):
            raise PermissionDenied(PRICES)


class CompletenessView(StaffView):
    """How much is translated."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(StateShown))
    def get(self, request: Request) -> Response:
        """Return it for each kind of texts and each foreign language."""
        found = [
            {"kind": kind.code, "language": each.language, "whole": each.whole}
            | {"missing": each.missing}
            for kind in completeness()
            for each in kind.states
        ]
        return Response({"items": found})


class TextsView(StaffView):
    """Texts of a kind, with their translations."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[
            OpenApiParameter("language", str, required=True, enum=list(NAMES)),
            OpenApiParameter("missing", bool, description="Things that lack something alone."),
            OpenApiParameter("after", str, description="The last id of the page before."),
        ],
        responses=items_of(TextShown),
    )
    def get(self, request: Request, kind: str) -> Response:
        """Return the texts of a hundred things; go on with ``after``."""
        wanted, query = text_kind(kind), request.query_params
        language = query.get("language", "")
        if language not in foreign_languages():
            raise InvalidLanguages(field="language")
        rows = texts_of(wanted, language, is_missing=query.get("missing") in {"true", "1"})
        if after := query.get("after"):
            rows = rows.filter(pk__gt=_uuid(after))
        found = in_parts(wanted, list(rows[:_MOST]), language)
        items = [
            {
                "kind": kind,
                "id": str(each.row_id),
                "part": each.part.code,
                "title": each.title,
                "text": each.own,
                "translation": each.translation,
            }
            for each in found
        ]
        return Response({"items": items})


class TranslationView(StaffView):
    """The translations of one thing into a language."""

    permissions_by_method = {"PUT": TRANSLATE}

    @extend_schema(request=TranslationTold, responses=ChangedShown)
    def put(self, request: Request, kind: str, thing: UUID, language: str) -> Response:
        """Set translations by part; parts that are not named keep theirs."""
        told = checked(TranslationTold, request.data)["texts"]
        changed = translate(kind, thing, language, told, actor=self.actor, now=utc_now())
        return Response({"changed": changed})


class WordsView(StaffView):
    """What the shop says in its own words."""

    permissions_by_method = {"GET": VIEW, "PUT": TRANSLATE}

    @extend_schema(responses=items_of(WordShown))
    def get(self, request: Request, language: str) -> Response:
        """Return the texts that are said differently in a language."""
        rows = Wording.objects.filter(language=language).order_by("msgid")
        items = [{"text": row.msgid, "wording": row.text} for row in rows]
        return Response({"items": items})

    @extend_schema(request=WordsTold, responses=ChangedShown)
    def put(self, request: Request, language: str) -> Response:
        """Say some texts differently; those that are not named stay."""
        told = checked(WordsTold, request.data)["words"]
        return Response({"changed": set_wordings(language, told, actor=self.actor)})


def _language(terms: LanguageTerms) -> dict[str, object]:
    return {
        "code": terms.code,
        "falls_back_to": terms.falls_back_to,
        "is_offered": terms.is_offered,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidLanguages(field="after") from None


urlpatterns = [
    path("languages/", LanguagesView.as_view(), name="languages"),
    path("currencies/", CurrenciesView.as_view(), name="currencies"),
    path("currencies/<str:code>/", CurrencyView.as_view(), name="currency"),
    path("markets/", MarketsView.as_view(), name="markets"),
    path("markets/<str:code>/", MarketView.as_view(), name="market"),
    path("translations/", CompletenessView.as_view(), name="translations"),
    path("translations/<str:kind>/", TextsView.as_view(), name="texts"),
    path(
        "translations/<str:kind>/<uuid:thing>/<str:language>/",
        TranslationView.as_view(),
        name="translation",
    ),
    path("words/<str:language>/", WordsView.as_view(), name="words"),
]
