"""What cases do after their own commits and those of payments; run by workers."""

from __future__ import annotations

from kernel.aftersales.events import CasePictureAdded
from kernel.aftersales.services.pictures import render_picture
from kernel.aftersales.services.refunds import note_refund_failed, note_refunded
from kernel.common.outbox.events import Envelope
from kernel.payments.events import RefundFailed, RefundSucceeded
from kernel.payments.models import Refund


def on_refund_made(event: RefundSucceeded, envelope: Envelope) -> None:
    """Note in its case that money went back."""
    key = Refund.objects.values_list("key", flat=True).get(pk=event.refund_id)
    note_refunded(key, now=envelope.created_at)


def on_refund_failed(event: RefundFailed, envelope: Envelope) -> None:
    """Note in its case that money did not go back, so that it is tried again."""
    key = Refund.objects.values_list("key", flat=True).get(pk=event.refund_id)
    note_refund_failed(key, event.failure, now=envelope.created_at)


def on_picture_added(event: CasePictureAdded, envelope: Envelope) -> None:
    """Make a picture fit to be shown."""
    render_picture(event.picture_id)
