"""Draws over the admin API: published with final terms, watched, stopped for cause."""

from __future__ import annotations

from typing import Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst
from kernel.rewards.draws.api.forms_admin import (
    DrawDetail,
    DrawListed,
    StopTold,
    TermsTold,
    WinShown,
    detail,
    listed,
    published,
    win_data,
)
from kernel.rewards.draws.errors import UnknownDraw
from kernel.rewards.draws.models import Draw, Win
from kernel.rewards.draws.selectors import Shown, all_draws, audit, draw_of, shown, wins_of
from kernel.rewards.draws.services import publish_draw, stop

VIEW: Final = "rewards.view"
MANAGE: Final = "rewards.manage"


def _found(text: str) -> Shown:
    one = draw_of(parse_public_id("drw", text), now=utc_now())
    if one is None:
        raise UnknownDraw
    return one


def _detail(one: Shown, status: int = 200) -> Response:
    done = audit(one, seed=bytes(one.reveal.seed)) if one.reveal else None
    return Response(DrawDetail(detail(one, done)).data, status=status)


class DrawsView(StaffView):
    """The draws of the shop."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(
        operation_id="reward_draws",
        parameters=paging("page_size"),
        responses=page_of(DrawListed),
    )
    def get(self, request: Request) -> Response:
        """Return draws in pages, the newest first."""
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows: list[Draw] = pages.paginate_queryset(all_draws(), request, view=self) or []
        told = [DrawListed(listed(one)).data for one in shown(rows, now=utc_now())]
        return pages.get_paginated_response(told)

    @extend_schema(
        operation_id="reward_draws_publish", request=TermsTold, responses={201: DrawDetail}
    )
    def post(self, request: Request) -> Response:
        """Publish a draw and commit to its seed; nothing of it can be changed from here on."""
        told = published(checked(TermsTold, request.data))
        row = publish_draw(**told, actor=self.actor, now=utc_now())
        return _detail(shown([row], now=utc_now())[0], 201)


class DrawView(StaffView):
    """One draw."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(operation_id="reward_draw", responses=DrawDetail)
    def get(self, request: Request, draw: str) -> Response:
        """Return a draw; once it is revealed with its seed and whether all of it fits."""
        return _detail(_found(draw))


class StopView(StaffView):
    """Stops a draw."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(operation_id="reward_draws_stop", request=StopTold, responses=DrawDetail)
    def post(self, request: Request, draw: str) -> Response:
        """Stop a draw for good and reveal its seed; what instant entries have won stays won."""
        reason = checked(StopTold, request.data)["reason"]
        stop(parse_public_id("drw", draw), reason=reason, actor=self.actor, now=utc_now())
        return _detail(_found(draw))


class WinsView(StaffView):
    """The winners of a draw."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        operation_id="reward_draws_wins",
        parameters=paging("page_size"),
        responses=page_of(WinShown),
    )
    def get(self, request: Request, draw: str) -> Response:
        """Return what was won in pages, in the order of the entries."""
        one, pages = _found(draw), NewestFirst()
        pages.ordering = ("number",)
        rows: list[Win] = pages.paginate_queryset(wins_of(one.draw), request, view=self) or []
        return pages.get_paginated_response([win_data(row, one.draw.prizes) for row in rows])
