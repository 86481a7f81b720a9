"""Draws over the store API."""

from __future__ import annotations

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import items_of
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, OpenView, told
from kernel.rewards.draws.api.forms import (
    DrawShown,
    EntryMade,
    EntryShown,
    FileShown,
    draw_data,
    entry_data,
)
from kernel.rewards.draws.errors import UnknownDraw
from kernel.rewards.draws.limits import ENTERED
from kernel.rewards.draws.selectors import (
    Shown,
    all_draws,
    draw_of,
    entries_of,
    public_file,
    shown,
)
from kernel.rewards.draws.services import enter

_MOST: int = 50


def _found(text: str) -> Shown:
    one = draw_of(parse_public_id("drw", text), now=utc_now())
    if one is None:
        raise UnknownDraw
    return one


class DrawsView(OpenView):
    """The draws of the shop."""

    @extend_schema(responses=items_of(DrawShown))
    def get(self, request: Request) -> Response:
        """Return the latest fifty draws, the newest first."""
        language = get_language() or ""
        rows = shown(list(all_draws()[:_MOST]), now=utc_now())
        return Response({"items": [DrawShown(draw_data(row, language)).data for row in rows]})


class DrawView(OpenView):
    """One draw."""

    @extend_schema(responses=DrawShown)
    def get(self, request: Request, draw: str) -> Response:
        """Return a draw and how it stands."""
        return Response(DrawShown(draw_data(_found(draw), get_language() or "")).data)


class EntriesView(MemberView):
    """The member's own entries."""

    @extend_schema(responses=items_of(EntryShown))
    def get(self, request: Request, draw: str) -> Response:
        """Return the member's entries in a draw, and what they have won."""
        one = _found(draw)
        rows = entries_of(one.draw, self.member_id)
        return Response({"items": [EntryShown(entry_data(one.draw, *row)).data for row in rows]})

    @extend_schema(request=EntryMade, responses={201: EntryShown})
    def post(self, request: Request, draw: str) -> Response:
        """Enter a draw; an instant draw tells at once what it won."""
        ENTERED.check(f"member:{self.member_id}")
        one, asked = _found(draw), told(EntryMade, request)
        made = enter(
            one.draw.pk, member_id=self.member_id, is_adult=asked["is_adult"], now=utc_now()
        )
        return Response(EntryShown(entry_data(one.draw, *made)).data, status=201)


class FileView(OpenView):
    """The public file of a draw."""

    @extend_schema(responses=FileShown)
    def get(self, request: Request, draw: str) -> Response:
        """Return all that is needed to recompute a draw; no entry says whose it is."""
        return Response(public_file(_found(draw)))
