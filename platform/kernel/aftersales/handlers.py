"""What cases do after their own commits and those of payments; run by workers."""

from __future__ import annotations

from kernel.aftersales.choices import CaseState
from kernel.aftersales.events import CasePictureAdded
from kernel.aftersales.models import Case
from kernel.aftersales.services.charging import go_on_when_paid
from kernel.aftersales.services.pictures import render_picture
from kernel.aftersales.services.refunds import note_refund_failed, note_refunded
from kernel.common.outbox.events import Envelope
from kernel.payments.events import PaymentSucceeded, RefundFailed, RefundSucceeded
from kernel.payments.models import Refund


def on_refund_made(event: RefundSucceeded, envelope: Envelope) -> None:
    """Note in its case that money went back."""
    key = Refund.objects.values_list("key", flat=True).get(pk=event.refund_id)
    note_refunded(key, now=envelope.created_at)


def on_refund_failed(event: RefundFailed, envelope: Envelope) -> None:
    """Note in its case that money did not go back, so that it is tried again."""
    key = Refund.objects.values_list("key", flat=True).get(pk=event.refund_id)
    note_refund_failed(key, event.failure, now=envelope.created_at)


def on_paid(event: PaymentSucceeded, envelope: Envelope) -> None:
    """Let exchanges go on whose difference was paid; nearly always there are none."""
    waiting = Case.objects.filter(order__group=event.payable_id, state=CaseState.PAYING)
    for case_id in waiting.order_by("pk").values_list("pk", flat=True):
        go_on_when_paid(case_id, now=envelope.created_at)


def on_picture_added(event: CasePictureAdded, envelope: Envelope) -> None:
    """Make a picture fit to be shown."""
    render_picture(event.picture_id)
