"""What documents hear of orders, after their commit."""

from __future__ import annotations

from kernel.aftersales.choices import EntryKind
from kernel.aftersales.events import CaseChanged
from kernel.aftersales.parting import brought_other_goods
from kernel.audit.actor import Actor
from kernel.common.outbox.events import Envelope
from kernel.common.time import utc_now
from kernel.documents.choices import InvoiceMoment
from kernel.documents.errors import NotInvoiceable
from kernel.documents.events import DocumentIssued, InvoiceRequestChanged, RedInvoiceDue
from kernel.documents.models import LegalEntity
from kernel.documents.services.asking import ask_for_issue, ask_for_red_flush
from kernel.documents.services.drawing import keep_drawn
from kernel.documents.services.issuing import (
    credit_refunds,
    issue_invoice,
    issue_supplement,
    void_returned,
)
from kernel.documents.services.reds import ask_for_reds, reissue_exchanged
from kernel.orders.events import OrderPaid, OrderRefunded, OrderRefundReturned, OrderShipped

SYSTEM = Actor.system("documents")


def on_paid(event: OrderPaid, envelope: Envelope) -> None:
    """Issue the invoice, where the shop wants it then."""
    _invoice(event, InvoiceMoment.PAID, envelope)


def on_shipped(event: OrderShipped, envelope: Envelope) -> None:
    """Issue the invoice once all of an order has left, where the shop wants it then."""
    if event.is_complete:
        _invoice(event, InvoiceMoment.SHIPPED, envelope)


def on_refunded(event: OrderRefunded, envelope: Envelope) -> None:
    """Issue the credit note, and have the requested invoice taken back."""
    credit_refunds(event.order_id, actor=SYSTEM, now=envelope.created_at)
    ask_for_reds(event.order_id, now=envelope.created_at)


def on_refund_returned(event: OrderRefundReturned, envelope: Envelope) -> None:
    """Reverse the credit note, and ask for no red invoice that is not needed any more."""
    void_returned(event.order_id, actor=SYSTEM, now=envelope.created_at)
    ask_for_reds(event.order_id, now=envelope.created_at)


def on_case(event: CaseChanged, envelope: Envelope) -> None:
    """Issue an invoice for what an exchange put on the order, once that was paid.

    Where other goods came instead, a requested invoice is taken back and asked for anew.
    """
    if event.change == EntryKind.PAID:
        issue_supplement(event.order_id, actor=SYSTEM, now=envelope.created_at)
    elif event.change == EntryKind.REPLACED and brought_other_goods(event.case_id):
        reissue_exchanged(event.order_id, event.case_id, now=envelope.created_at)


def on_issued(event: DocumentIssued, envelope: Envelope) -> None:
    """Draw what was issued."""
    keep_drawn(event.document_id, now=utc_now())


def _invoice(event: OrderPaid | OrderShipped, moment: InvoiceMoment, envelope: Envelope) -> None:
    entity = LegalEntity.objects.filter(is_default=True, invoices=moment).first()
    if entity is None or not event.total_minor:
        return
    try:
        issue_invoice(event.order_id, entity=entity, actor=SYSTEM, now=envelope.created_at)
    except NotInvoiceable:
        # It was cancelled, or is paid on delivery: nothing is to be said of it now.
        return


def on_request(event: InvoiceRequestChanged, envelope: Envelope) -> None:
    """Have a requested invoice issued by the entity's provider."""
    ask_for_issue(event.request_id, actor=SYSTEM, now=utc_now())


def on_red_due(event: RedInvoiceDue, envelope: Envelope) -> None:
    """Have an invoice taken back by the entity's provider."""
    ask_for_red_flush(event.red_id, actor=SYSTEM, now=utc_now())
