"""Synonyms, hot words and search terms over the admin API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import local_date, utc_now
from kernel.search.api import shapes
from kernel.search.selectors import hot_words, index_state, synonyms, terms_since
from kernel.search.services import (
    add_synonyms,
    change_synonyms,
    delete_synonyms,
    order_index,
    set_hot_words,
)
from kernel.search.tasks import begin_rebuild
from kernel.tenancy.context import current_tenant

VIEW, MANAGE = "search.view", "search.manage"
_MOST: Final = 500


class SynonymsView(StaffView):
    """All groups of synonyms."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(shapes.SynonymShown))
    def get(self, request: Request) -> Response:
        """Return the groups, the newest first."""
        return Response({"items": [shapes.synonym_data(row) for row in synonyms()]})

    @extend_schema(request=shapes.SynonymTold, responses={201: shapes.SynonymShown})
    def post(self, request: Request) -> Response:
        """Let words and phrases find the same."""
        asked = checked(shapes.SynonymTold, request.data)
        row = add_synonyms(asked["phrases"], actor=self.actor, now=utc_now())
        return Response(shapes.synonym_data(row), status=201)


class SynonymView(StaffView):
    """One group of synonyms."""

    permissions_by_method = {"PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=shapes.SynonymTold, responses=shapes.SynonymShown)
    def put(self, request: Request, synonym: str) -> Response:
        """Change what is in it."""
        asked = checked(shapes.SynonymTold, request.data)
        key = parse_public_id("syn", synonym)
        row = change_synonyms(key, asked["phrases"], actor=self.actor, now=utc_now())
        return Response(shapes.synonym_data(row))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, synonym: str) -> Response:
        """Delete it."""
        delete_synonyms(parse_public_id("syn", synonym), actor=self.actor, now=utc_now())
        return Response(status=204)


class HotWordsView(StaffView):
    """The searches that the shop proposes."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=shapes.HotWordsTold)
    def get(self, request: Request) -> Response:
        """Return them in order."""
        return Response({"words": hot_words()})

    @extend_schema(request=shapes.HotWordsTold, responses=shapes.HotWordsTold)
    def put(self, request: Request) -> Response:
        """Propose these and no others."""
        asked = checked(shapes.HotWordsTold, request.data)
        rows = set_hot_words(asked["words"], actor=self.actor, now=utc_now())
        return Response({"words": [row.text for row in rows]})


class TermsView(StaffView):
    """What was searched for."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[shapes.TermsAsked], responses=items_of(shapes.TermShown))
    def get(self, request: Request) -> Response:
        """Return what was searched for most, or what most often found nothing."""
        asked = checked(shapes.TermsAsked, request.query_params)
        today = local_date(utc_now(), current_tenant().zone)
        since = today - timedelta(days=asked["days"] - 1)
        rows = terms_since(since, only_misses=asked["misses"])[:_MOST]
        return Response({"items": [_term(row) for row in rows]})


class IndexView(StaffView):
    """The index in which the shop is searched."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=shapes.IndexShown)
    def get(self, request: Request) -> Response:
        """Return how it stands."""
        return Response(shapes.index_data(index_state()))

    @extend_schema(request=None, responses={202: shapes.IndexShown})
    def post(self, request: Request) -> Response:
        """Have it made anew in the background, while it is searched."""
        order_index(actor=self.actor, now=utc_now())
        begin_rebuild()
        return Response(shapes.index_data(index_state()), status=202)


def _term(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": row["text"],
        "times": row["total"],
        "misses": row["missed"],
        "latest": row["latest"],
    }
