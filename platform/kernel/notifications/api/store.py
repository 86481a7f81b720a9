"""Messages over the store API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import page_of, paging
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, NewestFirst, OpenView, WriteThrottle, told
from kernel.notifications.api.forms import (
    ChoiceTold,
    Declined,
    InboxMessage,
    LinkTold,
    UnreadShown,
    choice_data,
    inbox_data,
)
from kernel.notifications.models import Message
from kernel.notifications.selectors import choice_of, inbox_of_member, unread
from kernel.notifications.services import (
    choose,
    read_all_by_member,
    read_by_member,
    unsubscribe,
)


class InboxView(MemberView):
    """The member's messages."""

    @extend_schema(parameters=paging("page_size"), responses=page_of(InboxMessage))
    def get(self, request: Request) -> Response:
        """Return the messages in pages, the newest first."""
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows = inbox_of_member(self.member_id)
        found: list[Message] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([inbox_data(row) for row in found])


class UnreadView(MemberView):
    """What is new."""

    @extend_schema(responses=UnreadShown)
    def get(self, request: Request) -> Response:
        """Return how many messages were not read."""
        return Response({"unread": unread(inbox_of_member(self.member_id))})

    @extend_schema(responses={200: UnreadShown})
    def delete(self, request: Request) -> Response:
        """Count everything as read."""
        read_all_by_member(self.member_id, now=utc_now())
        return Response({"unread": 0})


class ReadView(MemberView):
    """One message, read."""

    @extend_schema(request=None, responses=InboxMessage)
    def put(self, request: Request, message: str) -> Response:
        """Count a message as read."""
        key = parse_public_id("msg", message)
        return Response(inbox_data(read_by_member(key, member_id=self.member_id, now=utc_now())))


class ChoiceView(MemberView):
    """What the member wants."""

    @extend_schema(responses=ChoiceTold)
    def get(self, request: Request) -> Response:
        """Return the choices."""
        return Response(choice_data(choice_of(self.member_id)))

    @extend_schema(request=ChoiceTold, responses=ChoiceTold)
    def put(self, request: Request) -> Response:
        """Change the choices."""
        asked: dict[str, Any] = dict(told(ChoiceTold, request))
        return Response(choice_data(choose(self.member_id, **asked)))


class UnsubscribeView(OpenView):
    """Declines what a link in a letter is about, without signing in."""

    throttle_classes = (WriteThrottle,)

    @extend_schema(request=LinkTold, responses=Declined)
    def post(self, request: Request) -> Response:
        """Decline it; again changes nothing."""
        topic, channel = unsubscribe(told(LinkTold, request)["token"])
        return Response({"topic": topic, "channel": channel})
