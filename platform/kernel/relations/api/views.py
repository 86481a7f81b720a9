"""A member's place among the others, over the store API."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.members.actors import member_actor
from kernel.members.api.views import MemberView, NewestFirst, page, told
from kernel.members.models import Member
from kernel.relations.choices import Source
from kernel.relations.errors import UnknownInvitation
from kernel.relations.models import Relation
from kernel.relations.selectors import direct_team, standing_of
from kernel.relations.services import contact, invite_code_of, inviter

# A code is short: nobody finds out whose codes there are by trying.
GUESSED: Final = Limit("relations.contacts", "20/minute;200/hour", WhenDown.REFUSE)


class PersonShown(serializers.Serializer[Any]):
    """Another member, as far as members may know each other."""

    name = serializers.SerializerMethodField()

    def get_name(self, member: Member) -> str:
        """Return the first letter of the name."""
        return f"{member.name[:1]}*"


class StandingShown(serializers.Serializer[Any]):
    """Where the member stands."""

    invite_code = serializers.CharField()
    sponsor = PersonShown(allow_null=True)
    bound_at = serializers.DateTimeField(allow_null=True)
    direct = serializers.IntegerField()
    team = serializers.IntegerField()


class InvitedShown(serializers.Serializer[Any]):
    """Somebody whom the member invited."""

    name = serializers.SerializerMethodField()
    bound_at = serializers.DateTimeField()

    def get_name(self, relation: Relation) -> str:
        """Return the first letter of the name."""
        return f"{relation.member.name[:1]}*"


class ContactTold(serializers.Serializer[Any]):
    """The code of whoever shared a link."""

    invite_code = serializers.CharField(max_length=40)


class StandingView(MemberView):
    """The member's place."""

    @extend_schema(responses=StandingShown)
    def get(self, request: Request) -> Response:
        """Return the member's code, sponsor and team."""
        return Response(_standing(self.member_id))


class TeamView(MemberView):
    """Whom the member invited."""

    pagination_class = NewestFirst

    @extend_schema(responses=InvitedShown(many=True))
    def get(self, request: Request) -> Response:
        """Return them, the latest first."""
        return page(
            request,
            self,
            direct_team(self.member_id),
            shown=InvitedShown,
            ordering=("-bound_at", "-id"),
        )


class ContactView(MemberView):
    """Tells that the member opened a shared link."""

    @extend_schema(request=ContactTold, responses=StandingShown)
    def post(self, request: Request) -> Response:
        """Bind the member, where the shop's rules let a contact do so."""
        code = told(ContactTold, request)["invite_code"]
        GUESSED.check(str(self.member_id))
        sponsor_id = inviter(code)
        if sponsor_id is None:
            raise UnknownInvitation
        contact(
            self.member_id,
            sponsor_id,
            source=Source.LINK,
            actor=member_actor(self.member),
            now=utc_now(),
        )
        return Response(_standing(self.member_id))


def _standing(member_id: UUID) -> dict[str, object]:
    standing = standing_of(member_id)
    return StandingShown(
        {
            "invite_code": invite_code_of(member_id),
            "sponsor": standing.sponsor,
            "bound_at": standing.bound_at,
            "direct": standing.direct,
            "team": standing.team,
        }
    ).data
