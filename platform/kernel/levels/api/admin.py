"""Levels, segments and tags over the admin API."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.levels.api.forms import (
    ChosenTold,
    CountShown,
    LevelChanged,
    LevelListed,
    LevelPolicyForm,
    LevelPolicyShown,
    MemberNamed,
    NewLevel,
    NewSegment,
    PreviewAsked,
    PreviewShown,
    SegmentChanged,
    SegmentShown,
    StandingShown,
    StandingTold,
    TagListed,
    TagRenamed,
    TagsAssigned,
)
from kernel.levels.api.shown import (
    conditions_told,
    level_conditions_told,
    level_listed,
    policy_data,
    progress_data,
    segment_data,
)
from kernel.levels.models import Level, Segment
from kernel.levels.policy import current_policy, set_policy
from kernel.levels.selectors import (
    counts_by_level,
    level_with,
    members_in,
    progress_of,
    segment_with,
)
from kernel.levels.services import (
    change_level,
    change_segment,
    choose_members,
    create_level,
    create_segment,
    delete_segment,
    matching,
    refresh_segment,
    remove_tag,
    rename_tag,
    set_level,
    tag_members,
    tags_in_use,
)
from kernel.members.api.views import NewestFirst
from kernel.members.errors import UnknownMember
from kernel.members.models import Member
from kernel.members.selectors import visible_members

VIEW: Final = "levels.view"
MANAGE: Final = "levels.manage"
MEMBERS: Final = "members.manage"
_SHOWN: Final = 10


class LevelsView(StaffView):
    """All levels."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(LevelListed))
    def get(self, request: Request) -> Response:
        """Return the levels, the lowest first."""
        counts = counts_by_level()
        rows = Level.objects.order_by("rank")
        return Response({"items": [level_listed(row, counts.get(row.pk, 0)) for row in rows]})

    @extend_schema(request=NewLevel, responses={201: LevelListed})
    def post(self, request: Request) -> Response:
        """Make a level; who reaches it is worked out in the background."""
        told = _level_told(checked(NewLevel, request.data))
        code = told.pop("code")
        row = create_level(code, told, actor=self.actor, now=utc_now())
        return Response(level_listed(row, 0), status=201)


class LevelView(StaffView):
    """One level."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE}

    @extend_schema(responses=LevelListed)
    def get(self, request: Request, level: str) -> Response:
        """Return the level."""
        row = level_with(parse_public_id("lvl", level))
        return Response(level_listed(row, counts_by_level().get(row.pk, 0)))

    @extend_schema(request=LevelChanged, responses=LevelListed)
    def patch(self, request: Request, level: str) -> Response:
        """Change some of its particulars."""
        told = _level_told(checked(LevelChanged, request.data))
        key = parse_public_id("lvl", level)
        row = change_level(key, told, actor=self.actor, now=utc_now())
        return Response(level_listed(row, counts_by_level().get(row.pk, 0)))


class PolicyView(StaffView):
    """How growth is earned and levels are kept."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=LevelPolicyShown)
    def get(self, request: Request) -> Response:
        """Return the choices."""
        return Response(policy_data(current_policy()))

    @extend_schema(request=LevelPolicyForm, responses=LevelPolicyShown)
    def put(self, request: Request) -> Response:
        """Change some of the choices."""
        told = checked(LevelPolicyForm, request.data)
        return Response(policy_data(set_policy(told, actor=self.actor, now=utc_now())))


class StandingView(StaffView):
    """The level of a member."""

    permissions_by_method = {"GET": VIEW, "PUT": MEMBERS}

    @extend_schema(responses=StandingShown)
    def get(self, request: Request, member: str) -> Response:
        """Return where the member stands."""
        return _standing(_member(member, VIEW))

    @extend_schema(request=StandingTold, responses=StandingShown)
    def put(self, request: Request, member: str) -> Response:
        """Give the member a level by hand, or none."""
        told, key = checked(StandingTold, request.data), _member(member, MEMBERS)
        set_level(
            key,
            told["level"],
            is_fixed=told["is_fixed"],
            reason=told["reason"],
            actor=self.actor,
            now=utc_now(),
        )
        return _standing(key)


class SegmentsView(StaffView):
    """All segments."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(SegmentShown))
    def get(self, request: Request) -> Response:
        """Return the segments by their names."""
        rows = Segment.objects.order_by("name", "id")
        return Response({"items": [segment_data(row) for row in rows]})

    @extend_schema(request=NewSegment, responses={201: SegmentShown})
    def post(self, request: Request) -> Response:
        """Make a segment; who belongs to it is worked out in the background."""
        told = _segment_told(checked(NewSegment, request.data))
        row = create_segment(**told, actor=self.actor, now=utc_now())
        return Response(segment_data(segment_with(row.pk)), status=201)


class PreviewView(StaffView):
    """Tries conditions."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(request=PreviewAsked, responses=PreviewShown)
    def post(self, request: Request) -> Response:
        """Return how many members conditions hold for; nothing is kept."""
        told = _segment_told(checked(PreviewAsked, request.data))
        rows = matching(told["conditions"], told["match"], now=utc_now())
        seen = visible_members(VIEW).filter(pk__in=rows.values("pk")).order_by("-created_at", "-id")
        found: Any = {"count": rows.count(), "members": seen[:_SHOWN]}
        return Response(PreviewShown(found).data)


class SegmentView(StaffView):
    """One segment."""

    permissions_by_method = {"GET": VIEW, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(responses=SegmentShown)
    def get(self, request: Request, segment: str) -> Response:
        """Return the segment, and how far it is worked out."""
        return Response(segment_data(segment_with(_segment(segment))))

    @extend_schema(request=SegmentChanged, responses=SegmentShown)
    def patch(self, request: Request, segment: str) -> Response:
        """Change some of its particulars."""
        told = _segment_told(checked(SegmentChanged, request.data))
        row = change_segment(_segment(segment), told, actor=self.actor, now=utc_now())
        return Response(segment_data(row))

    @extend_schema(responses={204: OpenApiResponse(description="Deleted.")})
    def delete(self, request: Request, segment: str) -> Response:
        """Delete a segment that no price list and no promotion is for."""
        delete_segment(_segment(segment), actor=self.actor, now=utc_now())
        return Response(status=204)


class RefreshView(StaffView):
    """Works a segment out anew."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=None, responses=SegmentShown)
    def post(self, request: Request, segment: str) -> Response:
        """Have it worked out anew who belongs to it."""
        key = _segment(segment)
        refresh_segment(key, now=utc_now())
        return Response(segment_data(segment_with(key)))


class SegmentMembersView(StaffView):
    """Who belongs to a segment."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=paging("page_size"), responses=page_of(MemberNamed))
    def get(self, request: Request, segment: str) -> Response:
        """Return its members in pages, the latest first."""
        row = segment_with(_segment(segment))
        seen = visible_members(VIEW).filter(pk__in=members_in(row.pk).values("pk"))
        pages = NewestFirst()
        pages.ordering = ("-created_at", "-id")
        found: Any = pages.paginate_queryset(seen, request, view=self) or []
        return pages.get_paginated_response(MemberNamed(found, many=True).data)

    @extend_schema(request=ChosenTold, responses=SegmentShown)
    def post(self, request: Request, segment: str) -> Response:
        """Let members come in or leave, where staff decide."""
        told = checked(ChosenTold, request.data)
        row = choose_members(
            _segment(segment),
            add=told["add"],
            remove=told["remove"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(segment_data(row))


class TagsView(StaffView):
    """All tags of members."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(TagListed))
    def get(self, request: Request) -> Response:
        """Return the tags by their names."""
        return Response({"items": TagListed(tags_in_use(), many=True).data})


class TagView(StaffView):
    """One tag."""

    permissions_by_method = {"PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(request=TagRenamed, responses=CountShown)
    def patch(self, request: Request, tag: str) -> Response:
        """Give it another name."""
        wanted = checked(TagRenamed, request.data)["name"]
        return Response({"changed": rename_tag(tag, wanted, actor=self.actor, now=utc_now())})

    @extend_schema(responses={200: CountShown})
    def delete(self, request: Request, tag: str) -> Response:
        """Take it from everybody."""
        return Response({"changed": remove_tag(tag, actor=self.actor, now=utc_now())})


class AssignTagsView(StaffView):
    """Tags of many members."""

    permissions_by_method = {"POST": MEMBERS}

    @extend_schema(request=TagsAssigned, responses=CountShown)
    def post(self, request: Request) -> Response:
        """Give tags to members, and take others from them."""
        told = checked(TagsAssigned, request.data)
        seen = visible_members(MEMBERS).filter(pk__in=told["members"])
        if seen.count() < len(set(told["members"])):
            raise UnknownMember
        changed = tag_members(
            told["members"],
            add=told["add"],
            remove=told["remove"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response({"changed": changed})


def _level_told(asked: dict[str, Any]) -> dict[str, Any]:
    if "conditions" in asked:
        asked["conditions"] = level_conditions_told(asked["conditions"])
    return asked


def _segment_told(asked: dict[str, Any]) -> dict[str, Any]:
    if "conditions" in asked:
        asked["conditions"] = conditions_told(asked["conditions"])
    return asked


def _segment(text: str) -> UUID:
    return parse_public_id("seg", text)


def _member(text: str, permission: str) -> UUID:
    row: Member | None = visible_members(permission).filter(pk=parse_public_id("mem", text)).first()
    if row is None:
        raise UnknownMember
    return row.pk


def _standing(member_id: UUID) -> Response:
    return Response(progress_data(progress_of(member_id, now=utc_now())))
