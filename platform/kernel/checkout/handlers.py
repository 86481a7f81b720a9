"""What checkout hears of payments, after their commit."""

from __future__ import annotations

from uuid import UUID

from kernel.checkout.paying import GATEWAY
from kernel.common.outbox.events import Envelope
from kernel.orders.choices import PaymentEntryKind
from kernel.orders.models import PaymentEntry
from kernel.orders.services.money import note_refund
from kernel.payments.events import RefundFailed, RefundSucceeded
from kernel.payments.models import Refund


def note_refund_made(event: RefundSucceeded, envelope: Envelope) -> None:
    """Note on its order that money went back."""
    _note(event.refund_id, PaymentEntryKind.REFUNDED, envelope)


def note_refund_failed(event: RefundFailed, envelope: Envelope) -> None:
    """Note on its order that money did not go back, or that it came back again."""
    refund = Refund.objects.get(pk=event.refund_id)
    was_made = PaymentEntry.objects.filter(
        kind=PaymentEntryKind.REFUNDED, reference=refund.key
    ).exists()
    kind = PaymentEntryKind.REFUND_RETURNED if was_made else PaymentEntryKind.REFUND_FAILED
    _note(event.refund_id, kind, envelope)


def _note(refund_id: UUID, kind: PaymentEntryKind, envelope: Envelope) -> None:
    refund = Refund.objects.get(pk=refund_id)
    asked = PaymentEntry.objects.filter(
        kind=PaymentEntryKind.REFUND_REQUESTED, reference=refund.key
    ).first()
    # Other money goes back too: what came late belongs to no order.
    if asked is not None:
        note_refund(
            asked.order_id,
            kind,
            refund.amount_minor,
            reference=refund.key,
            actor=GATEWAY,
            now=envelope.created_at,
        )
