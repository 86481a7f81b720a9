"""Reviews over the store API."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.sent import contents_of
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.members.api.views import MemberView, NewestFirst, OpenView, WriteThrottle, told
from kernel.reviews.api.forms import (
    AdditionWritten,
    GuestReviewWritten,
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
from kernel.reviews.guests import order_of
from kernel.reviews.limits import VOTED, WRITTEN
from kernel.reviews.models import Review
from kernel.reviews.selectors import (
    open_lines,
    own_reviews,
    pictures_of,
    published_of,
    summary_of,
)
from kernel.reviews.sent import film_of
from kernel.reviews.services import Stars, append, vote, withdraw, withdraw_vote, write

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
            pictures=contents_of(asked["pictures"], refusal=InvalidReview),
            video=film_of(asked["video"]),
            is_anonymous=asked["is_anonymous"],
        )
        return Response(own_data(row, []), status=201)


class GuestReviewsView(OpenView):
    """Reviews by buyers without an account."""

    parser_classes = (JSONParser, MultiPartParser)
    throttle_classes = (WriteThrottle,)

    @extend_schema(request=GuestReviewWritten, responses={201: ReviewRead})
    def post(self, request: Request) -> Response:
        """Review a line of the order that a letter's link is for, once."""
        asked = told(GuestReviewWritten, request)
        order = order_of(asked["token"])
        WRITTEN.check(f"order:{order}")
        row = write(
            asked["line"],
            Stars(asked["goods"], asked["delivery"], asked["service"]),
            guest_order=order,
            now=utc_now(),
            text=asked["text"],
            pictures=contents_of(asked["pictures"], refusal=InvalidReview),
            video=film_of(asked["video"]),
            is_anonymous=asked["is_anonymous"],
        )
        return Response(review_data(row, []), status=201)


class OwnReviewView(MemberView):
    """One of the member's own reviews."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, review: str) -> Response:
        """Take the review back; it can be written anew, and what was given for it goes."""
        WRITTEN.check(f"member:{self.member_id}")
        withdraw(_key(review), member_id=self.member_id, now=utc_now())
        return Response(status=204)


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
            pictures=contents_of(asked["pictures"], refusal=InvalidReview),
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
