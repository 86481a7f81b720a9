"""What buyers are asked for, over the store API."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.forms import checked
from kernel.fields.api.admin import OwnValues
from kernel.fields.choices import FieldKind, Subject
from kernel.fields.errors import InvalidValues
from kernel.fields.models import OwnField
from kernel.fields.selectors import asked_fields, values_of
from kernel.fields.services import set_values
from kernel.members.actors import member_actor
from kernel.members.api.views import MemberView, OpenView


class AskedShown(serializers.Serializer[Any]):
    """A field that buyers fill in."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=FieldKind.choices)
    choices = serializers.ListField(child=serializers.CharField())
    is_required = serializers.BooleanField()


class AllAskedShown(serializers.Serializer[Any]):
    """What is asked of members, and of each order; orders take it as ``inputs.fields``."""

    member = AskedShown(many=True)
    order = AskedShown(many=True)


class AskedView(OpenView):
    """What buyers are asked for."""

    @extend_schema(responses=AllAskedShown)
    def get(self, request: Request) -> Response:
        """Return the fields in their order."""
        found = {each: asked_fields(each) for each in (Subject.MEMBER, Subject.ORDER)}
        return Response({each.value: list(map(_shown, rows)) for each, rows in found.items()})


class OwnAnswersView(MemberView):
    """What a member filled in."""

    @extend_schema(responses=OwnValues)
    def get(self, request: Request) -> Response:
        """Return the member's answers by code."""
        return Response({"values": self._values()})

    @extend_schema(request=OwnValues, responses=OwnValues)
    def put(self, request: Request) -> Response:
        """Write answers; fields that are not named keep theirs."""
        told = checked(OwnValues, request.data)["values"]
        codes = {row.code for row in asked_fields(Subject.MEMBER)}
        if unknown := set(told) - codes:
            raise InvalidValues(invalid={code[:40]: "" for code in unknown})
        set_values(Subject.MEMBER, self.member_id, told, actor=member_actor(self.member))
        return Response({"values": self._values()})

    def _values(self) -> dict[str, str]:
        codes = {row.code for row in asked_fields(Subject.MEMBER)}
        found = values_of(Subject.MEMBER, [self.member_id]).get(self.member_id, {}) if codes else {}
        return {code: text for code, text in found.items() if code in codes}


def _shown(row: OwnField) -> dict[str, object]:
    names = ("code", "name", "kind", "choices", "is_required")
    return {name: getattr(row, name) for name in names}


urlpatterns = [
    path("", AskedView.as_view(), name="asked"),
    path("own/", OwnAnswersView.as_view(), name="own-answers"),
]
