"""Payments over the store API."""

from __future__ import annotations

from secrets import token_hex
from typing import Any, Final, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.common.http import client_ip
from kernel.common.idempotency.middleware import HEADER, idempotency_exempt
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.ratelimit import Limit, WhenDown
from kernel.common.time import utc_now
from kernel.members.api.authentication import MemberAuthentication
from kernel.members.api.views import WriteThrottle
from kernel.members.models import Member
from kernel.payments.api.fields import amount_in
from kernel.payments.api.store_forms import (
    AttemptAsked,
    AttemptShown,
    CashierShown,
    ProofAsked,
    ProofShown,
)
from kernel.payments.errors import IntentNotFound, ProofRefused
from kernel.payments.gateways.contract import Payer
from kernel.payments.models import Attempt, PaymentIntent
from kernel.payments.selectors import attempt_for, cashier_of, intent_for
from kernel.payments.services import add_proof, query, start_attempt
from kernel.payments.services.attempts import Start, is_live
from kernel.payments.services.holding import release_balances
from kernel.payments.services.reviews import LARGEST_PROOF

BEGUN: Final = Limit("payments.begun", "20/minute;200/hour", WhenDown.PASS)
ASKED: Final = Limit("payments.asked", "30/minute", WhenDown.PASS)
GUESSED: Final = Limit("payments.guessed", "30/minute;200/hour", WhenDown.REFUSE)
_KEY: Final = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="The same key begins one attempt."
)


class PayerView(APIView):
    """A view for members, and for guests who know the id of their payment."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = ()

    @property
    def plain(self) -> HttpRequest:
        """The request as Django knows it."""
        return self.request._request  # noqa: SLF001  DRF has no other name for it

    @property
    def member_id(self) -> UUID | None:
        """Who calls; None for a guest."""
        person: object = self.request.user
        return person.id if isinstance(person, Member) else None

    def intent(self, text: str) -> PaymentIntent:
        """Return the payer's intent; whoever names too many that are not there is stopped.

        Raises:
            IntentNotFound: there is none, or it is another's.
            RateLimited: too many times.
        """
        try:
            return intent_for(parse_public_id("pin", text), member_id=self.member_id)
        except (InvalidId, IntentNotFound):
            GUESSED.check(client_ip(self.plain))
            raise

    def attempt(self, intent: str, attempt: str) -> Attempt:
        """Return an attempt of the payer."""
        return attempt_for(self.intent(intent), parse_public_id("pat", attempt))


class CashierView(PayerView):
    """An intent, with the ways to pay it."""

    @extend_schema(responses=CashierShown)
    def get(self, request: Request, intent: str) -> Response:
        """Return what is to be paid, how, and what was tried."""
        row = self.intent(intent)
        return Response(CashierShown(cashier_of(row, now=utc_now())).data)


@idempotency_exempt
class HeldView(PayerView):
    """What balances keep for a payment."""

    throttle_classes = (WriteThrottle,)

    @extend_schema(request=None, responses={200: CashierShown})
    def delete(self, request: Request, intent: str) -> Response:
        """Give it back to the payer; the payment stays open."""
        row = release_balances(self.intent(intent).id, now=utc_now())
        return Response(CashierShown(cashier_of(row, now=utc_now())).data)


@idempotency_exempt
class AttemptsView(PayerView):
    """Begins to pay; the attempt itself remembers its key, for longer than a reply is kept."""

    @extend_schema(request=AttemptAsked, parameters=[_KEY], responses={201: AttemptShown})
    def post(self, request: Request, intent: str) -> Response:
        """Begin an attempt; answers with what the payer does next."""
        row = self.intent(intent)
        BEGUN.check(client_ip(self.plain))
        asked = AttemptAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted: dict[str, Any] = asked.validated_data
        start = Start(
            binding_id=wanted["binding"],
            key=request.headers.get(HEADER, "")[:120] or token_hex(16),
            store_url=f"{self.plain.scheme}://{self.plain.get_host()}",
            payer=Payer(
                member_id=row.member_id,
                ip=client_ip(self.plain),
                locale=get_language() or "",
            ),
            channel=wanted["channel"],
            amount=amount_in(wanted["amount"], row.currency) if "amount" in wanted else None,
            balances=tuple(wanted["balances"]),
            password=wanted["password"],
        )
        attempt = start_attempt(row.id, start, now=utc_now())
        return Response(AttemptShown(attempt).data, status=201)


@idempotency_exempt
class AttemptView(PayerView):
    """One attempt; a page that the payer comes back to asks here how it went."""

    @extend_schema(responses=AttemptShown)
    def get(self, request: Request, intent: str, attempt: str) -> Response:
        """Return the attempt as it is known."""
        return Response(AttemptShown(self.attempt(intent, attempt)).data)

    @extend_schema(request=None, responses=AttemptShown)
    def post(self, request: Request, intent: str, attempt: str) -> Response:
        """Have the gateway asked now, without waiting for its notice."""
        ASKED.check(client_ip(self.plain))
        row = self.attempt(intent, attempt)
        return Response(AttemptShown(query(row.id, now=utc_now()) if is_live(row) else row).data)


class ProofsView(PayerView):
    """Proofs of a transfer."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": ProofAsked}, responses={201: ProofShown})
    def post(self, request: Request, intent: str, attempt: str) -> Response:
        """Keep a picture or PDF of the transfer."""
        BEGUN.check(client_ip(self.plain))
        row = self.attempt(intent, attempt)
        asked = ProofAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        file = cast("UploadedFile[Any]", asked.validated_data["file"])
        if (file.size or 0) > LARGEST_PROOF:
            raise ProofRefused(largest=LARGEST_PROOF)
        proof = add_proof(row.id, file.read(), note=asked.validated_data["note"])
        return Response(ProofShown(proof).data, status=201)
