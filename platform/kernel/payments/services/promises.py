"""What follows when a payer chose to pay outside: time to do it, or a promise."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from kernel.common.outbox.publishing import publish
from kernel.payments.choices import AttemptState, IntentState
from kernel.payments.events import PaymentPromised
from kernel.payments.models import Attempt
from kernel.payments.payables import TakesPromises, handler_of
from kernel.payments.services.applying import Applied
from kernel.payments.services.rows import locked_attempt, receipt_of


def after_start(applied: Applied, *, now: datetime) -> Attempt:
    """Give an intent the time that its way to pay needs; returns the attempt."""
    attempt = applied.attempt
    if attempt.state != AttemptState.PENDING or attempt.channel not in {"transfer", "delivery"}:
        return attempt
    with transaction.atomic():
        intent, attempt = locked_attempt(attempt.id)
        if intent.state != IntentState.OPEN:
            return attempt
        if attempt.channel == "transfer":
            days = (attempt.action or {}).get("days", 0)
            if intent.expires_at and isinstance(days, int) and days > 0:
                intent.expires_at = max(intent.expires_at, now + timedelta(days=days))
                intent.save(update_fields=["expires_at"])
            return attempt
        intent.expires_at = None
        intent.save(update_fields=["expires_at"])
        handler = handler_of(intent.payable_type)
        if isinstance(handler, TakesPromises):
            receipt = receipt_of(
                intent,
                amount=attempt.amount_minor,
                gateway=attempt.binding.gateway,
                attempt_id=attempt.id,
            )
            handler.on_promised(intent.payable_id, receipt)
        publish(
            PaymentPromised(
                intent_id=intent.id,
                payable_type=intent.payable_type,
                payable_id=intent.payable_id,
            ),
            aggregate=f"{intent.payable_type}:{intent.payable_id.hex}",
        )
    return attempt
