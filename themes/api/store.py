"""Pages as data, for clients that draw them themselves."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from themes.as_data import as_json
from themes.contract import Client
from themes.documents import digest_of
from themes.former import handle_now
from themes.kinds import Elsewhere, Head, Nothing, cleaned, kind_of, with_settings
from themes.names import LANDING, document_name, handle_in, template_in
from themes.packs.wearing import brand_colour
from themes.pages import context_of
from themes.sources import load_all
from themes.store import GROUPS, published

_MOST_KNOWN = 300


class PageShown(serializers.Serializer[Any]):
    """A page, resolved: settings, data, and simple parts for blocks the client does not know."""

    format = serializers.IntegerField()
    template = serializers.CharField()
    digest = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    moved_to = serializers.CharField(allow_blank=True)
    tokens = serializers.DictField(child=serializers.CharField())
    blocks = serializers.ListField(child=serializers.DictField())
    groups = serializers.DictField(child=serializers.ListField(child=serializers.DictField()))


class PageView(APIView):
    """A public page of the shop."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        parameters=[
            OpenApiParameter("client", str, enum=["mp", "app"], description="Who draws it."),
            OpenApiParameter(
                "knows", str, description="Blocks that the client draws: type@version, by commas."
            ),
        ],
        responses={200: PageShown, 304: OpenApiResponse(description="Nothing has changed.")},
    )
    def get(self, request: Request, template: str) -> Response:
        """Return a page; the tag tells whether anything has changed.

        Pages that the shop made itself are called ``landing:<handle>``. One that has another
        address by now is told under it, with where it moved to.
        """
        template, moved_to = _found(template)
        kind, document = kind_of(template), published(template)
        if kind.is_private:
            raise Http404
        client: Client = "app" if request.query_params.get("client") == "app" else "mp"
        known = frozenset(request.query_params.get("knows", "").split(",")[:_MOST_KNOWN])
        page = context_of(template, cleaned(kind, request.query_params.dict()), client=client)
        wishes = kind.needs(page)
        loaded = load_all(wishes.values(), page)
        facts = kind.head(page, {name: loaded[wish] for name, wish in wishes.items()})
        if isinstance(facts, Nothing):
            raise Http404
        if isinstance(facts, Head):
            facts = with_settings(facts, document.settings, page.language)
        shown = {
            "format": 1,
            "template": template,
            "digest": document.digest,
            "title": facts.title if isinstance(facts, Head) else "",
            "moved_to": facts.path if isinstance(facts, Elsewhere) else moved_to,
            "tokens": {"brand": brand_colour()},
            "blocks": as_json(document.blocks, page, knows=known, loaded=loaded),
            "groups": {name: as_json(published(name).blocks, page, knows=known) for name in GROUPS},
        }
        response = Response(shown)
        response.headers["ETag"] = f'"{digest_of(shown)}"'
        response.headers["Cache-Control"] = "no-cache"
        if request.headers.get("If-None-Match") == response.headers["ETag"]:
            return Response(status=304, headers={"ETag": response.headers["ETag"]})
        return response


def _found(template: str) -> tuple[str, str]:
    """Return the name of the page that is asked for, and its path if it is another by now."""
    try:
        kind_of(template)
        published(template)
    except KeyError as error:
        now = handle_now(handle_in(template)) if template_in(template) == LANDING else ""
        if not now:
            raise Http404 from error
        return document_name(LANDING, now), f"/pages/{now}/"
    return template, ""
