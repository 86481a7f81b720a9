"""Levels over the store API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.common.time import utc_now
from kernel.levels.api.forms import (
    ChangeShown,
    LevelShown,
    ProgressShown,
)
from kernel.levels.api.shown import (
    change_data,
    level_data,
    progress_data,
)
from kernel.levels.models import LevelChange
from kernel.levels.selectors import history_of, progress_of
from kernel.levels.services.reviewing import levels_in_use
from kernel.members.api.views import MemberView, NewestFirst, OpenView


class LevelsView(OpenView):
    """The levels of the shop."""

    @extend_schema(responses=items_of(LevelShown))
    def get(self, request: Request) -> Response:
        """Return the levels, the lowest first, with what they ask for and bring."""
        return Response({"items": [level_data(row) for row in reversed(levels_in_use())]})


class OwnLevelView(MemberView):
    """The member's own level."""

    @extend_schema(responses=ProgressShown)
    def get(self, request: Request) -> Response:
        """Return where the member stands, and how far the next level is."""
        found = progress_data(progress_of(self.member_id, now=utc_now()))
        return Response(ProgressShown(found).data)


class OwnHistoryView(MemberView):
    """How the member's level changed."""

    @extend_schema(parameters=paging("page_size"), responses=page_of(ChangeShown))
    def get(self, request: Request) -> Response:
        """Return the changes in pages, the latest first."""
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows = history_of(self.member_id)
        found: list[LevelChange] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([change_data(row) for row in found])
