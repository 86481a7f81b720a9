"""Where whoever asks is signed in, over the admin API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.agents import browser_name
from kernel.access.api.authentication import IsStaff, StaffView
from kernel.access.models import Staff
from kernel.access.sessions import end_session, end_sessions, sessions_of
from kernel.api.openapi.answers import items_of
from kernel.common.time import utc_now


class SessionShown(serializers.Serializer[Any]):
    """A sign-in that lasts."""

    id = serializers.CharField()
    device = serializers.CharField()
    ip = serializers.CharField(allow_null=True)
    is_this_one = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


class SessionsView(StaffView):
    """One's own sign-ins."""

    permission_classes = (IsStaff,)

    @extend_schema(responses=items_of(SessionShown))
    def get(self, request: Request) -> Response:
        """Return where whoever asks is signed in, the latest used first."""
        own = request.session.session_key
        items = [
            {
                "id": row.public_id,
                "device": browser_name(row.agent),
                "ip": row.ip,
                "is_this_one": row.key == own,
                "created_at": row.created_at,
                "last_seen_at": row.last_seen_at,
            }
            for row in sessions_of(_person(request), now=utc_now())
        ]
        return Response({"items": items})

    @extend_schema(responses={204: OpenApiResponse(description="Signed out elsewhere.")})
    def delete(self, request: Request) -> Response:
        """Sign out everywhere but here."""
        own = request.session.session_key
        end_sessions(_person(request), but=own, actor=self.actor, now=utc_now())
        return Response(status=204)


class SessionView(StaffView):
    """One sign-in of one's own."""

    permission_classes = (IsStaff,)

    @extend_schema(responses={204: OpenApiResponse(description="Signed out.")})
    def delete(self, request: Request, session: str) -> Response:
        """Sign out on one device."""
        end_session(_person(request), session, actor=self.actor, now=utc_now())
        return Response(status=204)


def _person(request: Request) -> Staff:
    person = request.user
    assert isinstance(person, Staff)  # noqa: S101  `IsStaff` lets nobody else pass
    return person
