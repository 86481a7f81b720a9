"""Reviews and reconciliation over the admin API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import page_of, paging
from kernel.common.idempotency.middleware import idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.payments.api.admin_forms import (
    DayAsked,
    DifferenceShown,
    RefundReviewAsked,
    RefundShown,
    ResolutionAsked,
    ReviewAsked,
    RunShown,
    WaitingShown,
)
from kernel.payments.api.fields import amount_in
from kernel.payments.api.pages import PagedView, checked
from kernel.payments.api.store_forms import AttemptShown
from kernel.payments.choices import Verdict
from kernel.payments.selectors import (
    attempt_with,
    open_differences,
    proof_link,
    proofs_of,
    refunds_by_hand,
    waiting_for_review,
)
from kernel.payments.services import (
    confirm_refund,
    reconcile,
    resolve_difference,
    review,
)

REVIEW, RECONCILE = "payments.review", "payments.reconcile"


class WaitingView(PagedView):
    """Payments made outside that wait for staff."""

    permissions_by_method = {"GET": REVIEW}

    @extend_schema(parameters=paging("limit"), responses=page_of(WaitingShown))
    def get(self, request: Request) -> Response:
        """Return what waits, in pages, the newest first."""
        pages, page = self.page_of(waiting_for_review())
        proofs = proofs_of([row.id for row in page])
        shown = [
            {
                "attempt": row,
                "subject": row.intent.subject,
                "proofs": [{"proof": each, "url": proof_link(each)} for each in proofs[row.id]],
            }
            for row in page
        ]
        return pages.get_paginated_response(WaitingShown(shown, many=True).data)


class ReviewView(StaffView):
    """Says whether money came."""

    permissions_by_method = {"POST": REVIEW}

    @extend_schema(request=ReviewAsked, responses=AttemptShown)
    def post(self, request: Request, attempt: str) -> Response:
        """Confirm or reject a payment made outside."""
        row = attempt_with(parse_public_id("pat", attempt))
        asked = checked(ReviewAsked, request.data)
        done = review(
            row.id,
            verdict=Verdict(asked["verdict"]),
            received=amount_in(asked["received"], row.currency) if "received" in asked else None,
            reference=asked["reference"],
            note=asked["note"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(AttemptShown(done).data)


class RefundQueueView(PagedView):
    """Refunds that people make."""

    permissions_by_method = {"GET": REVIEW}

    @extend_schema(parameters=paging("limit"), responses=page_of(RefundShown))
    def get(self, request: Request) -> Response:
        """Return what is to be paid back by hand."""
        return self.paged(refunds_by_hand(), RefundShown)


class RefundReviewView(StaffView):
    """Says whether money was paid back."""

    permissions_by_method = {"POST": REVIEW}

    @extend_schema(request=RefundReviewAsked, responses=RefundShown)
    def post(self, request: Request, refund: str) -> Response:
        """Confirm that it was paid back, or give it up."""
        asked = checked(RefundReviewAsked, request.data)
        done = confirm_refund(
            parse_public_id("prf", refund),
            verdict=Verdict(asked["verdict"]),
            reference=asked["reference"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(RefundShown(done).data)


@idempotency_exempt
class ReconciliationsView(StaffView):
    """Compares a day."""

    permissions_by_method = {"POST": RECONCILE}

    @extend_schema(request=DayAsked, responses=RunShown)
    def post(self, request: Request) -> Response:
        """Fetch a day's statement and compare it with our books."""
        asked = checked(DayAsked, request.data)
        return Response(RunShown(reconcile(asked["binding"], asked["day"], now=utc_now())).data)


class DifferencesView(PagedView):
    """What disagrees."""

    ordering = ("-day", "-id")
    permissions_by_method = {"GET": RECONCILE}

    @extend_schema(parameters=paging("limit"), responses=page_of(DifferenceShown))
    def get(self, request: Request) -> Response:
        """Return the open differences, in pages, the newest first."""
        return self.paged(open_differences(), DifferenceShown)


class ResolutionView(StaffView):
    """Deals with a difference."""

    permissions_by_method = {"POST": RECONCILE}

    @extend_schema(request=ResolutionAsked, responses=DifferenceShown)
    def post(self, request: Request, difference: str) -> Response:
        """Note how a difference was dealt with."""
        done = resolve_difference(
            parse_public_id("pdf", difference),
            resolution=checked(ResolutionAsked, request.data)["resolution"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(DifferenceShown(done).data)
