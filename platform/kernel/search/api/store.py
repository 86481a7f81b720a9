"""Search over the store API: open to everybody; a member's searches are remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from kernel.api.openapi.answers import items_of
from kernel.catalogue.api import shapes as catalogue_shapes
from kernel.catalogue.api.fields import checked
from kernel.catalogue.api.store import OpenView
from kernel.catalogue.ports import prices
from kernel.catalogue.selectors import CardFilter, product_cards
from kernel.common.money import Money
from kernel.common.ratelimit import Limit, LimitThrottle
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView
from kernel.search.api import shapes
from kernel.search.asking import wanted_of
from kernel.search.limits import SEARCHES
from kernel.search.selectors import (
    find,
    history_of,
    hot_words,
    instead_of,
    shown_facets,
    suggestions,
)
from kernel.search.services import forget_history, note_search, remember
from kernel.search.tasks import heal
from kernel.search.values import Outcome, Wanted
from kernel.tenancy.context import current_tenant

_PAGE = 24


class SearchThrottle(LimitThrottle):
    """Counts searches."""

    limit: ClassVar[Limit] = SEARCHES


class SearchView(OpenView):
    """Products on sale, looked for."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (SearchThrottle,)

    @extend_schema(parameters=[shapes.SearchAsked], responses=shapes.SearchFound)
    def get(self, request: Request) -> Response:
        """Return a page of products, the best match first, and what they narrow down by."""
        now, currency = utc_now(), current_tenant().currency
        asked = checked(shapes.SearchAsked, request.query_params)
        number, limit = asked.get("page", 1), asked.get("limit", _PAGE)
        wanted = replace(
            wanted_of(request.query_params.dict(), currency=currency, now=now),
            only_in_stock=asked.get("in_stock", False),
            first=(number - 1) * limit,
            limit=limit,
        )
        found = find(wanted)
        if number == 1:
            if not note_search(wanted.text, found=found.count, now=now):
                heal(now=now)
            if self.member_id and wanted.text:
                remember(self.member_id, wanted.text, now=now)
        return Response(
            {
                "items": self._items(found, wanted),
                "count": found.count,
                "page": number,
                "pages": max(1, -(-found.count // limit)),
                "instead": "" if found.count else instead_of(wanted.text, now=now),
                **_narrowing(found, wanted, currency),
            }
        )

    def _items(self, found: Outcome, wanted: Wanted) -> list[dict[str, Any]]:
        if not found.product_ids:
            return []
        narrowed = CardFilter(product_ids=found.product_ids)
        page = product_cards(narrowed, limit=wanted.limit, now=wanted.now, language=get_language())
        cards = {card.id: card for card in page.cards}
        leads = [card.lead_variant_id for card in page.cards if card.lead_variant_id]
        shown = prices().shown(leads, member_id=self.member_id, now=wanted.now)
        here = [cards[key] for key in found.product_ids if key in cards]
        return [catalogue_shapes.card(card, shown) for card in here]


class SuggestionsView(OpenView):
    """What somebody who types may mean."""

    throttle_classes: tuple[type[BaseThrottle], ...] = (SearchThrottle,)

    @extend_schema(parameters=[shapes.SuggestAsked], responses=items_of(shapes.SuggestionShown))
    def get(self, request: Request) -> Response:
        """Return searches and products that begin so."""
        asked = checked(shapes.SuggestAsked, request.query_params)
        found = suggestions(asked["q"], now=utc_now(), language=get_language())
        return Response({"items": [{"text": each.text, "handle": each.handle} for each in found]})


class HotWordsView(OpenView):
    """The searches that the shop proposes."""

    @extend_schema(responses=items_of(shapes.TextShown))
    def get(self, request: Request) -> Response:
        """Return them in order."""
        return Response({"items": [{"text": text} for text in hot_words()]})


class HistoryView(MemberView):
    """What the member searched for."""

    @extend_schema(responses=items_of(shapes.TextShown))
    def get(self, request: Request) -> Response:
        """Return it, the latest first."""
        return Response({"items": [{"text": text} for text in history_of(self.member_id)]})

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget all of it."""
        forget_history(self.member_id)
        return Response(status=204)


def _narrowing(found: Outcome, wanted: Wanted, currency: str) -> dict[str, Any]:
    facets = found.facets
    bounds = {"lowest_price": facets.lowest_minor, "highest_price": facets.highest_minor}
    return {
        "facets": [
            {
                "code": each.code,
                "kind": each.kind,
                "title": each.title,
                "choices": [
                    {
                        "key": choice.key,
                        "title": choice.title,
                        "count": choice.count,
                        "is_chosen": choice.is_chosen,
                    }
                    for choice in each.choices
                ],
            }
            for each in shown_facets(facets, wanted, language=get_language())
        ],
        **{
            name: None if minor is None else Money(minor, currency).decimal()
            for name, minor in bounds.items()
        },
        "in_stock": facets.in_stock,
    }
