"""Reviews over the admin API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import NewestFirst
from kernel.reviews.api.forms import (
    HidingAsked,
    PartAsked,
    ReplyAsked,
    ReviewListed,
    ReviewPolicyForm,
    staff_data,
)
from kernel.reviews.choices import ReviewPart, ReviewState
from kernel.reviews.models import Review
from kernel.reviews.policy import Policy, current_policy, set_policy
from kernel.reviews.selectors import KINDS, pictures_of, review_with, searched
from kernel.reviews.services import hide, publish_review, reply

VIEW: Final = "reviews.view"
MANAGE: Final = "reviews.manage"


class ReviewsAsked(serializers.Serializer[Any]):
    """Which reviews a list shows."""

    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=ReviewState.choices, required=False, default="")
    stars = serializers.ChoiceField(choices=list("12345"), required=False, default="")
    kind = serializers.ChoiceField(choices=KINDS, required=False, default="")


class ReviewsView(StaffView):
    """All reviews."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[ReviewsAsked, *paging("page_size")], responses=page_of(ReviewListed))
    def get(self, request: Request) -> Response:
        """Return reviews in pages, the newest first."""
        asked = checked(ReviewsAsked, request.query_params)
        rows = searched(
            text=asked["q"], state=asked["state"], stars=asked["stars"], kind=asked["kind"]
        )
        pages = NewestFirst()
        pages.ordering = ("-id",)
        found: list[Review] = pages.paginate_queryset(rows, request, view=self) or []
        pictures = pictures_of(found, for_staff=True)
        return pages.get_paginated_response(
            [staff_data(row, pictures.get(row.pk, [])) for row in found]
        )


class ReviewView(StaffView):
    """One review."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=ReviewListed)
    def get(self, request: Request, review: str) -> Response:
        """Return the review."""
        return _shown(_key(review))


class PublishView(StaffView):
    """Shows a review to everybody."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=PartAsked, responses=ReviewListed)
    def post(self, request: Request, review: str) -> Response:
        """Publish a review, or what was appended to it."""
        part = ReviewPart(checked(PartAsked, request.data)["part"])
        row = publish_review(_key(review), part=part, actor=self.actor, now=utc_now())
        return _shown(row.pk)


class HideView(StaffView):
    """Shows a review to nobody."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=HidingAsked, responses=ReviewListed)
    def post(self, request: Request, review: str) -> Response:
        """Hide a review, or what was appended to it."""
        asked = checked(HidingAsked, request.data)
        part, reason = ReviewPart(asked["part"]), asked["reason"]
        row = hide(_key(review), part=part, reason=reason, actor=self.actor, now=utc_now())
        return _shown(row.pk)


class ReplyView(StaffView):
    """The shop's answer to a review."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=ReplyAsked, responses=ReviewListed)
    def put(self, request: Request, review: str) -> Response:
        """Answer a review in the shop's name."""
        text = checked(ReplyAsked, request.data)["reply"]
        return _shown(reply(_key(review), text, actor=self.actor, now=utc_now()).pk)


class PolicyView(StaffView):
    """How the shop handles reviews."""

    permissions_by_method = {"GET": VIEW, "PUT": MANAGE}

    @extend_schema(responses=ReviewPolicyForm)
    def get(self, request: Request) -> Response:
        """Return the choices."""
        return Response(asdict(current_policy()))

    @extend_schema(request=ReviewPolicyForm, responses=ReviewPolicyForm)
    def put(self, request: Request) -> Response:
        """Change the choices."""
        chosen = set_policy(Policy(**checked(ReviewPolicyForm, request.data)), actor=self.actor)
        return Response(asdict(chosen))


def _key(text: str) -> UUID:
    return parse_public_id("rev", text)


def _shown(review_id: UUID) -> Response:
    row = review_with(review_id)
    return Response(staff_data(row, pictures_of([row], for_staff=True).get(row.pk, [])))
