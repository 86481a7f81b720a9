"""Stripe by the gateway contract: Checkout on Stripe's page, or card fields on ours.

Own keys, or direct charges on an account connected to a platform. Every call that
makes something carries our number as its idempotency key and in the metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import stripe

from kernel.common.money import Money
from kernel.payments.choices import BindingMode
from kernel.payments.errors import NotFoundThere, Refused
from kernel.payments.gateways.contract import (
    Acknowledgement,
    AttemptRef,
    Binding,
    Cap,
    Event,
    Json,
    PayRequest,
    PayResult,
    RefundRequest,
    RefundResult,
    StatementLine,
)
from kernel.payments.gateways.stripe import events
from kernel.payments.gateways.stripe.checking import bind_form, faults_of
from kernel.payments.gateways.stripe.connection import (
    Connection,
    connect,
    to_stripe,
    translated,
    window_of,
)
from kernel.payments.gateways.stripe.reading import (
    Plain,
    intent_result,
    metadata_of,
    refund_result,
    session_result,
)
from kernel.payments.gateways.stripe.statement import lines_of

_SHORTEST_SESSION: Final = timedelta(minutes=30)
_LONGEST_SESSION: Final = timedelta(hours=24)
_CAPS: Final = (
    Cap.REDIRECT
    | Cap.CARD_FIELDS
    | Cap.AUTH_CAPTURE
    | Cap.PARTIAL_CAPTURE
    | Cap.VOID
    | Cap.REFUND
    | Cap.PARTIAL_REFUND
    | Cap.MULTI_REFUND
    | Cap.QUERY
    | Cap.CLOSE
    | Cap.WEBHOOK
    | Cap.STATEMENT
)


class StripeGateway:
    """Stripe."""

    code = "stripe"
    title = "Stripe"
    modes: Sequence[str] = (BindingMode.DIRECT, BindingMode.CONNECT)

    def caps(self, binding: Binding) -> Cap:
        """What this binding can do."""
        return _CAPS

    def bind_schema(self, mode: str) -> Json:
        """The bind form."""
        return bind_form(mode)

    def check_binding(self, binding: Binding) -> Sequence[str]:
        """Read the balance, or the connected account."""
        return faults_of(binding)

    def create(self, binding: Binding, request: PayRequest) -> PayResult:
        """Make a Checkout Session, or a PaymentIntent for card fields."""
        connection = connect(binding)
        with translated():
            if request.channel == "card_fields":
                intent = connection.client.v1.payment_intents.create(
                    _intent_of(binding, request), {"idempotency_key": request.attempt_no}
                )
                return _intent_result(intent.to_dict(), connection)
            session = connection.client.v1.checkout.sessions.create(
                _session_of(binding, request), {"idempotency_key": request.attempt_no}
            )
            return session_result(session.to_dict())

    def capture(self, binding: Binding, attempt: AttemptRef, amount: Money) -> PayResult:
        """Take what is held."""
        connection = connect(binding)
        with translated():
            intent = connection.client.v1.payment_intents.capture(
                attempt.gateway_ref,
                {"amount_to_capture": to_stripe(amount)},
                {"idempotency_key": f"{attempt.number}:capture"},
            )
        return _intent_result(intent.to_dict(), connection)

    def query(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """Ask by Stripe's id, or look it up by our number when it was never told."""
        connection = connect(binding)
        with translated():
            found = _find(connection, attempt)
        if found["object"] == "payment_intent":
            return _intent_result(found, connection)
        return session_result(found)

    def close(self, binding: Binding, attempt: AttemptRef) -> PayResult:
        """Expire the session or cancel the intent; money that came first stays paid."""
        connection = connect(binding)
        with translated():
            found = _find(connection, attempt)
        try:
            with translated():
                return _close_found(connection, found)
        except Refused:
            # It moved on between the look and the call.
            return self.query(binding, attempt)

    def refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Give back of the PaymentIntent."""
        connection = connect(binding)
        with translated():
            made = connection.client.v1.refunds.create(
                {
                    "payment_intent": request.attempt.gateway_ref,
                    "amount": to_stripe(request.amount),
                    "metadata": {"refund": request.number, "tenant": str(binding.tenant_id)},
                },
                {"idempotency_key": request.number},
            )
        return refund_result(made.to_dict())

    def query_refund(self, binding: Binding, request: RefundRequest) -> RefundResult:
        """Ask by Stripe's id, or among the refunds of the payment."""
        client = connect(binding).client
        with translated():
            if request.gateway_ref:
                return refund_result(client.v1.refunds.retrieve(request.gateway_ref).to_dict())
            page = client.v1.refunds.list(
                {"payment_intent": request.attempt.gateway_ref, "limit": 100}
            )
            for made in page.auto_paging_iter():
                plain = made.to_dict()
                if metadata_of(plain).get("refund") == request.number:
                    return refund_result(plain)
        raise NotFoundThere

    def parse_webhook(
        self, binding: Binding, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Event:
        """Verify and read a message."""
        connection = connect(binding)
        events.verify(connection, headers, body, now=now)
        return events.read(binding, connection, body)

    def read_event(self, binding: Binding, body: bytes) -> Event:
        """Read a message again."""
        return events.read(binding, connect(binding), body)

    def webhook_ack(self, *, accepted: bool) -> Acknowledgement:
        """Any 2xx will do."""
        return Acknowledgement(200 if accepted else 400, "application/json", b"{}")

    def statement(self, binding: Binding, day: date) -> Iterator[StatementLine]:
        """The balance transactions of a day."""
        return lines_of(connect(binding), day)


def _noted(binding: Binding, request: PayRequest) -> dict[str, str]:
    return {"attempt": request.attempt_no, "tenant": str(binding.tenant_id)}


def _intent_of(binding: Binding, request: PayRequest) -> stripe.params.PaymentIntentCreateParams:
    params: stripe.params.PaymentIntentCreateParams = {
        "amount": to_stripe(request.amount),
        "currency": request.amount.currency.lower(),
        "automatic_payment_methods": {"enabled": True},
        "capture_method": "automatic" if request.capture else "manual",
        "description": request.subject,
        "metadata": _noted(binding, request),
    }
    if request.application_fee:
        params["application_fee_amount"] = request.application_fee
    return params


def _session_of(
    binding: Binding, request: PayRequest
) -> stripe.params.checkout.SessionCreateParams:
    data: stripe.params.checkout.SessionCreateParamsPaymentIntentData = {
        "capture_method": "automatic" if request.capture else "manual",
        "description": request.subject,
        "metadata": _noted(binding, request),
    }
    if request.application_fee:
        data["application_fee_amount"] = request.application_fee
    params: stripe.params.checkout.SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": request.attempt_no,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.amount.currency.lower(),
                    "unit_amount": to_stripe(request.amount),
                    "product_data": {"name": request.subject},
                },
            }
        ],
        "metadata": _noted(binding, request),
        "payment_intent_data": data,
        "success_url": request.return_url,
        "cancel_url": request.cancel_url,
    }
    if request.payer.email:
        params["customer_email"] = request.payer.email
    if request.expires_at is not None:
        params["expires_at"] = int(_session_end(request.expires_at).timestamp())
    return params


def _session_end(expires_at: datetime) -> datetime:
    """Return when Stripe's page closes; it wants half an hour at least, a day at most."""
    now = datetime.now(expires_at.tzinfo)
    earliest = now + _SHORTEST_SESSION + timedelta(minutes=1)
    return min(max(expires_at, earliest), now + _LONGEST_SESSION - timedelta(minutes=1))


def _intent_result(intent: Plain, connection: Connection) -> PayResult:
    return intent_result(
        intent, publishable_key=connection.publishable_key, account=connection.account
    )


def _find(connection: Connection, attempt: AttemptRef) -> Plain:
    """Return the session or intent of an attempt.

    Raises:
        NotFoundThere: Stripe has none.
    """
    api = connection.client.v1
    if attempt.gateway_ref.startswith("pi_"):
        return api.payment_intents.retrieve(attempt.gateway_ref).to_dict()
    if attempt.gateway_ref:
        return api.checkout.sessions.retrieve(
            attempt.gateway_ref, {"expand": ["payment_intent"]}
        ).to_dict()
    return _look_up(connection, attempt)


def _look_up(connection: Connection, attempt: AttemptRef) -> Plain:
    api = connection.client.v1
    created: stripe.params.PaymentIntentListParamsCreated = {
        "gte": window_of(attempt)["gte"],
        "lte": window_of(attempt)["lte"],
    }
    if attempt.channel == "card_fields":
        for intent in api.payment_intents.list(
            {"created": created, "limit": 100}
        ).auto_paging_iter():
            if metadata_of(plain := intent.to_dict()).get("attempt") == attempt.number:
                return plain
        raise NotFoundThere
    for session in api.checkout.sessions.list(
        {"created": {**created}, "limit": 100, "expand": ["data.payment_intent"]}
    ).auto_paging_iter():
        if (plain := session.to_dict()).get("client_reference_id") == attempt.number:
            return plain
    raise NotFoundThere


def _close_found(connection: Connection, found: Plain) -> PayResult:
    api = connection.client.v1
    if found["object"] == "payment_intent":
        if found["status"] in {"succeeded", "canceled"}:
            return _intent_result(found, connection)
        return _intent_result(api.payment_intents.cancel(found["id"]).to_dict(), connection)
    intent = found.get("payment_intent")
    if found["status"] == "open":
        return session_result(api.checkout.sessions.expire(found["id"]).to_dict())
    if isinstance(intent, dict) and intent["status"] == "requires_capture":
        return _intent_result(api.payment_intents.cancel(intent["id"]).to_dict(), connection)
    return session_result(found)
