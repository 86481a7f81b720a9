"""Messages over the admin API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.access.masks import shown_contact
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst
from kernel.notifications.api.forms import (
    KindShown,
    MessagePolicyForm,
    MessagesAsked,
    MessageShown,
    WordsShown,
    WordsTold,
    kind_data,
    message_data,
)
from kernel.notifications.kinds import all_kinds
from kernel.notifications.models import Message
from kernel.notifications.policy import Policy, current_policy, set_policy
from kernel.notifications.selectors import sent_messages
from kernel.notifications.services import preview, reset_template, save_template, send_again
from kernel.notifications.wording import Words, known_kind, words_for

VIEW: Final = "notifications.view"
MANAGE: Final = "notifications.manage"


class KindsView(StaffView):
    """All kinds of messages."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(KindShown))
    def get(self, request: Request) -> Response:
        """Return every kind with its variables, and by which channels it is sent."""
        policy = current_policy()
        return Response({"items": [kind_data(each, policy) for each in all_kinds()]})


class TemplateView(StaffView):
    """The words for a kind, by one channel and in one language."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=WordsShown)
    def get(self, request: Request, kind: str, channel: str, language: str) -> Response:
        """Return the words, and a sample."""
        return _shown(kind, channel, language)

    @extend_schema(request=WordsTold, responses=WordsShown)
    def put(self, request: Request, kind: str, channel: str, language: str) -> Response:
        """Say it in other words; a variable that is not known is refused."""
        words = Words(**checked(WordsTold, request.data))
        save_template(kind, channel, language, words, actor=self.actor, now=utc_now())
        return _shown(kind, channel, language)

    @extend_schema(responses={200: WordsShown})
    def delete(self, request: Request, kind: str, channel: str, language: str) -> Response:
        """Go back to the words that come along."""
        reset_template(kind, channel, language, actor=self.actor)
        return _shown(kind, channel, language)


class MessagesView(StaffView):
    """What was sent."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[MessagesAsked, *paging("page_size")], responses=page_of(MessageShown)
    )
    def get(self, request: Request) -> Response:
        """Return messages in pages, the newest first."""
        asked = checked(MessagesAsked, request.query_params)
        text = asked.pop("q")
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows = sent_messages(**asked, text=text)
        found: list[Message] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([_data(row) for row in found])


class AgainView(StaffView):
    """A message that was given up, sent again."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=None, responses={202: MessageShown})
    def post(self, request: Request, message: str) -> Response:
        """Try it again."""
        key = parse_public_id("msg", message)
        row = send_again(key, actor=self.actor, now=utc_now())
        return Response(_data(row), status=202)


class PolicyView(StaffView):
    """How messages are sent."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=MessagePolicyForm)
    def get(self, request: Request) -> Response:
        """Return the choices."""
        return Response(asdict(current_policy()))

    @extend_schema(request=MessagePolicyForm, responses=MessagePolicyForm)
    def put(self, request: Request) -> Response:
        """Change the choices."""
        chosen = set_policy(Policy(**checked(MessagePolicyForm, request.data)), actor=self.actor)
        return Response(asdict(chosen))


def _shown(kind: str, channel: str, language: str) -> Response:
    sample = preview(kind, channel, language)
    words = words_for(known_kind(kind, channel, language), channel, language)
    told: dict[str, Any] = {"sample_subject": sample.subject, "sample_body": sample.body}
    return Response({"subject": words.subject, "body": words.body, **told})


def _data(row: Message) -> dict[str, Any]:
    return message_data(row, shown_contact(row.recipient) if row.recipient else "")
