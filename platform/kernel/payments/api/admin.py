"""Payments and refunds over the admin API."""

from __future__ import annotations

from secrets import token_hex

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import page_of, paging
from kernel.common.idempotency.middleware import HEADER, idempotency_exempt
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.payments.api.admin_forms import (
    AttemptDetail,
    CaptureAsked,
    IntentDetail,
    IntentsAsked,
    RefundAsked,
    RefundShown,
)
from kernel.payments.api.fields import amount_in
from kernel.payments.api.pages import PagedView, checked
from kernel.payments.api.store_forms import IntentShown
from kernel.payments.models import Attempt, PaymentIntent
from kernel.payments.selectors import (
    attempt_with,
    attempts_of,
    intent_with,
    intents_list,
    refunds_of,
)
from kernel.payments.services import cancel_intent, capture_attempt, query, refund

VIEW, REFUND = "payments.view", "payments.refund"


def _intent(text: str) -> PaymentIntent:
    return intent_with(parse_public_id("pin", text))


def _attempt(text: str) -> Attempt:
    return attempt_with(parse_public_id("pat", text))


class IntentsView(PagedView):
    """All payments."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(parameters=[IntentsAsked, *paging("limit")], responses=page_of(IntentShown))
    def get(self, request: Request) -> Response:
        """Return payments, in pages, the newest first."""
        return self.paged(intents_list(**checked(IntentsAsked, request.query_params)), IntentShown)


class IntentView(StaffView):
    """One payment."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=IntentDetail)
    def get(self, request: Request, intent: str) -> Response:
        """Return a payment with its attempts and refunds."""
        row = _intent(intent)
        shown = {"intent": row, "attempts": attempts_of(row), "refunds": refunds_of(row)}
        return Response(IntentDetail(shown).data)


class CancellationView(StaffView):
    """Ends a payment."""

    permissions_by_method = {"POST": REFUND}

    @extend_schema(request=None, responses=IntentShown)
    def post(self, request: Request, intent: str) -> Response:
        """End an unpaid payment; what comes later goes back by itself."""
        row = cancel_intent(_intent(intent).id, actor=self.actor, now=utc_now())
        return Response(IntentShown(row).data)


class RefundsView(StaffView):
    """Gives money back."""

    permissions_by_method = {"POST": REFUND}

    @extend_schema(request=RefundAsked, responses={201: RefundShown(many=True)})
    def post(self, request: Request, intent: str) -> Response:
        """Give back a part, or all; it is sent right after this answer."""
        row = _intent(intent)
        asked = checked(RefundAsked, request.data)
        made = refund(
            row.id,
            amount_in(asked["amount"], row.currency),
            key=f"staff:{request.headers.get(HEADER, '')[:80] or token_hex(16)}",
            reason=asked["reason"],
            actor=self.actor,
            now=utc_now(),
        )
        return Response(RefundShown(made, many=True).data, status=201)


@idempotency_exempt
class CaptureView(StaffView):
    """Takes held money."""

    permissions_by_method = {"POST": REFUND}

    @extend_schema(request=CaptureAsked, responses=AttemptDetail)
    def post(self, request: Request, attempt: str) -> Response:
        """Take what is held, or a part of it."""
        row = _attempt(attempt)
        asked = checked(CaptureAsked, request.data)
        amount = amount_in(asked["amount"], row.currency) if "amount" in asked else None
        done = capture_attempt(row.id, amount=amount, actor=self.actor, now=utc_now())
        return Response(AttemptDetail(done.attempt).data)


class QueryView(StaffView):
    """Asks a gateway."""

    permissions_by_method = {"POST": VIEW}

    @extend_schema(request=None, responses=AttemptDetail)
    def post(self, request: Request, attempt: str) -> Response:
        """Ask the gateway what became of an attempt."""
        return Response(AttemptDetail(query(_attempt(attempt).id, now=utc_now())).data)
