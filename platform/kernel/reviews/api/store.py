"""Reviews over the store API."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, NewestFirst, OpenView, told
from kernel.reviews.api.forms import (
    AdditionWritten,
    LineToReview,
    OwnReviewRead,
    ReviewRead,
    ReviewSummary,
    ReviewWritten,
    VoteShown,
    line_data,
    own_data,
    review_data,
    summary_data,
)
from kernel.reviews.errors import InvalidReview
from kernel.reviews.limits import VOTED, WRITTEN
from kernel.reviews.models import Review
from kernel.reviews.selectors import (
    open_lines,
    own_reviews,
    pictures_of,
    published_of,
    summary_of,
)
from kernel.reviews.services import Stars, append, vote, withdraw_vote, write
from kernel.reviews.services.pictures import LARGEST_PICTURE

_FILTERS: Final = [
    OpenApiParameter("stars", int, enum=[1, 2, 3, 4, 5], description="only those of so many stars"),
    OpenApiParameter("pictured", bool, description="only those with pictures"),
]


class ProductReviewsView(OpenView):
    """What is said of a product."""

    @extend_schema(parameters=[*_FILTERS, *paging("page_size")], responses=page_of(ReviewRead))
    def get(self, request: Request, product: str) -> Response:
        """Return the published reviews in pages, the newest first."""
        asked = request.query_params
        stars = asked.get("stars", "")
        rows = published_of(
            parse_public_id("prd", product),
            stars=int(stars) if stars in {"1", "2", "3", "4", "5"} else 0,
            only_pictured=asked.get("pictured", "") == "true",
        )
        pages = _pages()
        found: list[Review] = pages.paginate_queryset(rows, request, view=self) or []
        pictures = pictures_of(found)
        return pages.get_paginated_response(
            [review_data(row, pictures.get(row.pk, [])) for row in found]
        )


class SummaryView(OpenView):
    """What the reviews of a product come to."""

    @extend_schema(responses=ReviewSummary)
    def get(self, request: Request, product: str) -> Response:
        """Return how many reviews there are, and the averages."""
        return Response(summary_data(summary_of(parse_public_id("prd", product))))


class OpenLinesView(MemberView):
    """What the member could review."""

    @extend_schema(responses=items_of(LineToReview))
    def get(self, request: Request) -> Response:
        """Return what arrived and was not reviewed, the newest first."""
        return Response({"items": [line_data(line) for line in open_lines(self.member_id)]})


class OwnReviewsView(MemberView):
    """The member's own reviews."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(parameters=paging("page_size"), responses=page_of(OwnReviewRead))
    def get(self, request: Request) -> Response:
        """Return the member's reviews in pages, also those that are not shown."""
        pages = _pages()
        rows = own_reviews(self.member_id)
        found: list[Review] = pages.paginate_queryset(rows, request, view=self) or []
        pictures = pictures_of(found, for_staff=True)
        return pages.get_paginated_response(
            [own_data(row, pictures.get(row.pk, [])) for row in found]
        )

    @extend_schema(request=ReviewWritten, responses={201: OwnReviewRead})
    def post(self, request: Request) -> Response:
        """Review a line of the member's orders that has arrived, once."""
        asked = told(ReviewWritten, request)
        WRITTEN.check(f"member:{self.member_id}")
        row = write(
            asked["line"],
            Stars(asked["goods"], asked["delivery"], asked["service"]),
            member_id=self.member_id,
            now=utc_now(),
            text=asked["text"],
            pictures=_contents(asked["pictures"]),
            is_anonymous=asked["is_anonymous"],
        )
        return Response(own_data(row, []), status=201)


class AdditionView(MemberView):
    """What the member appends to a review."""

    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=AdditionWritten, responses={201: OwnReviewRead})
    def post(self, request: Request, review: str) -> Response:
        """Append something to one's own review, once."""
        asked = told(AdditionWritten, request)
        WRITTEN.check(f"member:{self.member_id}")
        row = append(
            _key(review),
            member_id=self.member_id,
            text=asked["text"],
            now=utc_now(),
            pictures=_contents(asked["pictures"]),
        )
        return Response(own_data(row, pictures_of([row]).get(row.pk, [])), status=201)


class VoteView(MemberView):
    """Whether the member found a review helpful."""

    @extend_schema(request=None, responses=VoteShown)
    def put(self, request: Request, review: str) -> Response:
        """Find a review helpful."""
        VOTED.check(f"member:{self.member_id}")
        row = vote(_key(review), member_id=self.member_id, now=utc_now())
        return Response({"helpful": row.helpful})

    @extend_schema(request=None, responses={200: VoteShown})
    def delete(self, request: Request, review: str) -> Response:
        """Take the vote back."""
        VOTED.check(f"member:{self.member_id}")
        row = withdraw_vote(_key(review), member_id=self.member_id)
        return Response({"helpful": row.helpful})


def _key(text: str) -> UUID:
    return parse_public_id("rev", text)


def _pages() -> NewestFirst:
    pages = NewestFirst()
    pages.ordering = ("-id",)
    return pages


def _contents(files: list[Any]) -> list[bytes]:
    found = [cast("UploadedFile[Any]", each) for each in files]
    if any((each.size or 0) > LARGEST_PICTURE for each in found):
        raise InvalidReview(field="pictures", largest=LARGEST_PICTURE)
    return [each.read() for each in found]
