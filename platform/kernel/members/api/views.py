"""What the views of the store API have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView
from typing_extensions import override

from kernel.common.ratelimit import Limit, LimitThrottle
from kernel.members.api.authentication import IsMember, MemberAuthentication
from kernel.members.limits import WRITES
from kernel.members.models import Member

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class WriteThrottle(LimitThrottle):
    """Counts what a member changes."""

    limit: ClassVar[Limit] = WRITES

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request, unless it only reads."""
        return request.method in _SAFE or super().allow_request(request, view)

    @override
    def identity(self, request: HttpRequest) -> str:
        """Count by device where one is signed in."""
        return getattr(request, "actor_key", "") or super().identity(request)


class OpenView(APIView):
    """A view for everybody."""

    authentication_classes = ()
    permission_classes = ()


class MemberView(APIView):
    """A view for members."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = (IsMember,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (WriteThrottle,)

    @property
    def member(self) -> Member:
        """Who calls."""
        member = self.request.user
        assert isinstance(member, Member)  # noqa: S101  `IsMember` lets nobody else pass
        return member

    @property
    def member_id(self) -> UUID:
        """The id of who calls."""
        return self.member.id


def plain(request: Request) -> HttpRequest:
    """Return Django's request."""
    return request._request  # noqa: SLF001  DRF has no other name for it


def device_of(request: Request) -> str:
    """Return a label for the device, as it names itself."""
    return request.headers.get("User-Agent", "")[:120]


def told(form: type[Serializer[Any]], request: Request) -> Mapping[str, Any]:
    """Return what a request says, in the types of a form.

    Raises:
        ValidationError: it says something else.
    """
    bound = form(data=request.data)
    bound.is_valid(raise_exception=True)
    return bound.validated_data


class NewestFirst(CursorPagination):
    """Pages by a cursor, so that rows which come in between move nothing."""

    page_size = 20
    max_page_size = 100
    page_size_query_param = "page_size"


def page(
    request: Request,
    view: APIView,
    rows: QuerySet[Any],
    *,
    shown: type[Serializer[Any]],
    ordering: tuple[str, ...],
) -> Response:
    """Answer with one page of rows."""
    paginator = NewestFirst()
    paginator.ordering = ordering
    found: list[Model] = paginator.paginate_queryset(rows, request, view=view) or []
    return paginator.get_paginated_response(shown(found, many=True).data)
