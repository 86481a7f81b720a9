"""Members over the admin API: found, looked at, tagged, assigned, let in or kept out."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.access.masks import shown_contact
from kernel.api.openapi.answers import page_of, paging
from kernel.api.public_ids import PublicIdField
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.errors import UnknownMember
from kernel.members.models import Member
from kernel.members.selectors import identities_of, visible_members
from kernel.members.services.staff import (
    assign_members,
    disable_member,
    enable_member,
    find_members,
    set_member_tags,
    tags_of,
)

VIEW, MANAGE = "members.view", "members.manage"
_REACHED_BY = ("phone", "email")


class MembersAsked(serializers.Serializer[Any]):
    """Which members a list shows."""

    text = serializers.CharField(max_length=120, required=False, allow_blank=True)
    state = serializers.ChoiceField(choices=("open", "disabled", "gone"), required=False)
    tag = serializers.CharField(max_length=40, required=False)
    advisor = PublicIdField("stf", required=False)


class AdvisorTold(serializers.Serializer[Any]):
    """Who of the staff looks after the member; null for nobody."""

    advisor = PublicIdField("stf", allow_null=True)


class MemberTagsTold(serializers.Serializer[Any]):
    """All tags that a member shall have."""

    tags = serializers.ListField(child=serializers.CharField(max_length=40), max_length=30)


class StandingTold(serializers.Serializer[Any]):
    """Whether a member may sign in; a reason is needed to keep one out."""

    is_active = serializers.BooleanField()
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class AdvisorShown(serializers.Serializer[Any]):
    """Somebody of the staff."""

    id = serializers.CharField()
    name = serializers.CharField()


class StaffMemberShown(serializers.Serializer[Any]):
    """A member as staff see him; contacts are hidden from who may not see them."""

    id = serializers.CharField()
    name = serializers.CharField()
    login = serializers.CharField(allow_null=True)
    is_active = serializers.BooleanField()
    disabled_reason = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    advisor = AdvisorShown(allow_null=True)
    created_at = serializers.DateTimeField()


class IdentityShown(serializers.Serializer[Any]):
    """By what a member is known."""

    provider = serializers.CharField()
    subject = serializers.CharField()


class StaffMemberDetailShown(StaffMemberShown):
    """A member with what he is known by."""

    identities = IdentityShown(many=True)


class NewestMembers(CursorPagination):
    """Pages with the newest first."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = ("-created_at", "-id")


class MembersView(StaffView):
    """The members of the shop."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[MembersAsked, *paging("page_size")], responses=page_of(StaffMemberShown)
    )
    def get(self, request: Request) -> Response:
        """Return a page of members, newest first."""
        asked = MembersAsked(data=request.query_params)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        rows = find_members(
            given.get("text", ""),
            state=given.get("state", ""),
            tag=given.get("tag", ""),
            advisor=given.get("advisor"),
        )
        pages = NewestMembers()
        found = pages.paginate_queryset(rows, request, view=self) or []
        tags = tags_of([row.pk for row in found])
        return pages.get_paginated_response([_data(row, tags[row.pk]) for row in found])


class MemberView(StaffView):
    """One member."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=StaffMemberDetailShown)
    def get(self, request: Request, member: str) -> Response:
        """Return a member."""
        return _answer(_row(member, VIEW))


class AdvisorView(StaffView):
    """Who looks after a member."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=AdvisorTold, responses=StaffMemberDetailShown)
    def put(self, request: Request, member: str) -> Response:
        """Have somebody look after a member, or nobody."""
        row = _row(member, MANAGE)
        told = _told(AdvisorTold, request)
        assign_members([row.pk], told["advisor"], actor=self.actor, now=utc_now())
        # Whoever gave a member away may not see him any more, but sees what became of it.
        return _answer(Member.objects.select_related("advisor").get(pk=row.pk))


class MemberTagsView(StaffView):
    """The tags of a member."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=MemberTagsTold, responses=MemberTagsTold)
    def put(self, request: Request, member: str) -> Response:
        """Give a member these tags and no others."""
        row, told = _row(member, MANAGE), _told(MemberTagsTold, request)
        tags = set_member_tags(row.pk, told["tags"], actor=self.actor, now=utc_now())
        return Response({"tags": tags})


class StandingView(StaffView):
    """Whether a member may sign in."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=StandingTold, responses=StaffMemberDetailShown)
    def put(self, request: Request, member: str) -> Response:
        """Let a member in, or keep him out; all his devices are signed out then."""
        row, told = _row(member, MANAGE), _told(StandingTold, request)
        if told["is_active"]:
            enable_member(row.pk, actor=self.actor, now=utc_now())
        else:
            disable_member(row.pk, reason=told["reason"], actor=self.actor, now=utc_now())
        return _answer(_row(member, MANAGE))


def _told(form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    bound = form(data=request.data)
    bound.is_valid(raise_exception=True)
    return dict(bound.validated_data)


def _row(text: str, permission: str) -> Member:
    rows = visible_members(permission).select_related("advisor")
    row = rows.filter(pk=parse_public_id("mem", text)).first()
    if row is None:
        raise UnknownMember
    return row


def _data(row: Member, tags: list[str]) -> dict[str, object]:
    advisor = row.advisor
    return {
        "id": row.public_id,
        "name": row.name,
        "login": shown_contact(row.login) if row.login else None,
        "is_active": row.is_active,
        "disabled_reason": row.disabled_reason,
        "tags": tags,
        "advisor": {"id": advisor.public_id, "name": advisor.name} if advisor else None,
        "created_at": row.created_at,
    }


def _answer(row: Member) -> Response:
    known = [
        {
            "provider": each.provider,
            "subject": shown_contact(each.subject) if each.provider in _REACHED_BY else "",
        }
        for each in identities_of(row.pk)
    ]
    return Response({**_data(row, tags_of([row.pk])[row.pk]), "identities": known})
