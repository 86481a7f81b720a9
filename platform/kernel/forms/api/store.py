"""Forms over the store API: read, and sent by members and guests."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api.forms import checked
from kernel.common.http import client_ip
from kernel.common.time import utc_now
from kernel.forms.answers import LONGEST_TEXT
from kernel.forms.api.shown import LONGEST_KEY, FormAsked, asked_data
from kernel.forms.document import MOST_CHOICES
from kernel.forms.errors import UnknownForm
from kernel.forms.limits import BY_ADDRESS, BY_SENDER
from kernel.forms.models import Form
from kernel.forms.selectors import form_called
from kernel.forms.services import Sender, submit
from kernel.members.api.authentication import MemberAuthentication
from kernel.members.api.views import OpenView, WriteThrottle, plain
from kernel.members.models import Member


class AnswersTold(serializers.Serializer[Any]):
    """What was filled in, by key of the field; choices by their keys, a tick as ``yes``."""

    answers = serializers.DictField(
        child=serializers.ListField(
            child=serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True),
            max_length=MOST_CHOICES,
        )
    )
    page = serializers.CharField(max_length=200, default="", allow_blank=True)

    def validate_answers(self, value: dict[str, list[str]]) -> dict[str, list[str]]:
        """Refuse keys that no field can have."""
        if any(len(key) > LONGEST_KEY for key in value):
            raise serializers.ValidationError(gettext("No field is called so."))
        return value


class TakenShown(serializers.Serializer[Any]):
    """What the sender is thanked with."""

    thanks = serializers.CharField()


class FormView(OpenView):
    """One form."""

    @extend_schema(responses=FormAsked)
    def get(self, request: Request, code: str) -> Response:
        """Return what the form asks for, in the reader's language."""
        return Response(asked_data(_form(code)))


class EntriesView(APIView):
    """What is sent with a form."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = ()
    throttle_classes = (WriteThrottle,)

    @extend_schema(request=AnswersTold, responses={201: TakenShown})
    def post(self, request: Request, code: str) -> Response:
        """Send the form; the same answers of the same sender within minutes are one entry."""
        told, row = checked(AnswersTold, request.data), _form(code)
        address = client_ip(plain(request))
        buyer: object = request.user
        member = buyer if isinstance(buyer, Member) else None
        who = f"{address} {request.headers.get('User-Agent', '')}"
        BY_ADDRESS.check(address)
        BY_SENDER.check(f"member:{member.pk}" if member else f"guest:{who}")
        sender = Sender(
            member_id=member.pk if member else None,
            key=who,
            page=told["page"],
            language=get_language() or "",
        )
        submit(row.pk, told["answers"], sender=sender, now=utc_now())
        return Response({"thanks": asked_data(row)["thanks"]}, status=201)


def _form(code: str) -> Form:
    row = form_called(code)
    if row is None:
        raise UnknownForm
    return row
