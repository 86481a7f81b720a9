"""Issues documents of orders: each once, with a number that has no gap before it."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.documents.choices import DocumentKind
from kernel.documents.contents import (
    Content,
    credit_content,
    digest_of,
    invoice_content,
    slip_content,
)
from kernel.documents.errors import NothingToDeliver, NotInvoiceable
from kernel.documents.events import DocumentIssued
from kernel.documents.models import Document, LegalEntity
from kernel.documents.numbers import draw_serial, number_of, year_of
from kernel.documents.services.entities import default_entity
from kernel.members.models import InvoiceProfile
from kernel.orders.choices import FulfilmentMethod, OrderStatus, PaymentEntryKind, PaymentStatus
from kernel.orders.models import Order, OrderLine, PaymentEntry
from kernel.orders.services.locking import lock_order
from kernel.orders.timeline import actor_data

SLIPS: Final = frozenset({DocumentKind.DELIVERY_NOTE, DocumentKind.PACKING_LIST})
_PAID: Final = frozenset({PaymentStatus.PAID, PaymentStatus.PART_REFUNDED, PaymentStatus.REFUNDED})
_HANDED_OVER: Final = frozenset(
    {FulfilmentMethod.EXPRESS, FulfilmentMethod.SAME_CITY, FulfilmentMethod.PICKUP}
)


@transaction.atomic
def issue_invoice(
    order_id: UUID, *, entity: LegalEntity | None = None, actor: Actor, now: datetime
) -> Document:
    """Issue the invoice of an order; called again it returns the one that there is.

    What was paid back before gets its credit notes at once.

    Raises:
        OrderNotFound: there is no such order.
        NotInvoiceable: it is not paid, or was cancelled before an invoice was issued.
        NoEntity: nobody has said in whose name.
    """
    order = lock_order(order_id)
    reference = f"order:{order_id.hex}"
    if known := _issued(DocumentKind.INVOICE, reference):
        return known
    if not may_be_invoiced(order):
        raise NotInvoiceable
    entity = entity or default_entity()
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    profile = _profile(order)
    content = invoice_content(order, lines, entity, profile)
    document = _write(DocumentKind.INVOICE, reference, order, entity, content, actor=actor, now=now)
    _credit(order, document, actor=actor, now=now)
    return document


@transaction.atomic
def credit_refunds(order_id: UUID, *, actor: Actor, now: datetime) -> list[Document]:
    """Issue a credit note for each refund of an order that has none; nothing without an invoice.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    invoice = _issued(DocumentKind.INVOICE, f"order:{order_id.hex}")
    return _credit(order, invoice, actor=actor, now=now) if invoice else []


@transaction.atomic
def issue_slip(order_id: UUID, kind: DocumentKind, *, actor: Actor, now: datetime) -> Document:
    """Issue a delivery note or a packing list of an order as it is now.

    The same goods for the same place have one of each; changed ones get another.

    Raises:
        OrderNotFound: there is no such order.
        NothingToDeliver: no goods of it are handed over.
        NoEntity: nobody has said in whose name.
    """
    order = lock_order(order_id)
    if not may_be_delivered(order):
        raise NothingToDeliver
    entity = default_entity()
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    content = slip_content(order, lines, entity)
    if not content["lines"]:
        raise NothingToDeliver
    reference = f"order:{order_id.hex}:{digest_of(content)}"
    if known := _issued(kind, reference):
        return known
    return _write(kind, reference, order, entity, content, actor=actor, now=now)


def may_be_invoiced(order: Order) -> bool:
    """Tell whether an invoice of an order can be issued."""
    return order.status != OrderStatus.CANCELLED and order.payment_status in _PAID


def may_be_delivered(order: Order) -> bool:
    """Tell whether goods of an order are handed over."""
    return order.status != OrderStatus.CANCELLED and order.method in _HANDED_OVER


def _credit(order: Order, invoice: Document, *, actor: Actor, now: datetime) -> list[Document]:
    entries = PaymentEntry.objects.filter(order=order, kind=PaymentEntryKind.REFUNDED)
    notes = list(Document.objects.filter(corrects=invoice).order_by("serial"))
    credited = {note.reference for note in notes}
    left = invoice.total_minor - sum(note.total_minor for note in notes)
    found = []
    for entry in entries.order_by("id"):
        reference = f"refund:{order.pk.hex}:{entry.reference}"
        # What was paid beyond the invoice is given back without one.
        minor = min(entry.minor, left)
        if reference in credited or not minor:
            continue
        content = credit_content(invoice, notes, minor)
        note = _write(
            DocumentKind.CREDIT_NOTE,
            reference,
            order,
            invoice.entity,
            content,
            corrects=invoice,
            actor=actor,
            now=now,
        )
        left -= minor
        notes.append(note)
        found.append(note)
    return found


def _issued(kind: DocumentKind, reference: str) -> Document | None:
    rows = Document.objects.select_related("entity")
    return rows.filter(kind=kind, reference=reference).first()


def _profile(order: Order) -> InvoiceProfile | None:
    if order.member_id is None:
        return None
    return InvoiceProfile.objects.filter(member_id=order.member_id, is_default=True).first()


def _write(
    kind: DocumentKind,
    reference: str,
    order: Order,
    entity: LegalEntity,
    content: Content,
    *,
    corrects: Document | None = None,
    actor: Actor,
    now: datetime,
) -> Document:
    year = year_of(now)
    serial = draw_serial(entity.pk, kind, year)
    document = Document(
        entity=entity,
        kind=kind.value,
        number=number_of(entity, kind, year, serial),
        year=year,
        serial=serial,
        reference=reference[:200],
        order=order,
        corrects=corrects,
        buyer=str(content["buyer"]["name"])[:120],
        language=entity.language,
        currency=order.currency,
        net_minor=content.get("net", 0),
        tax_minor=content.get("tax", 0),
        total_minor=content.get("total", 0),
        content=content,
        actor=actor_data(actor),
        issued_at=now,
    )
    document.save(force_insert=True)
    if actor.kind == "staff":
        told = {"kind": kind.value, "number": document.number, "order": order.number}
        record(action="documents.issued", actor=actor, obj=document, after=told, now=now)
    fact = DocumentIssued(
        document_id=document.pk,
        kind=kind.value,
        number=document.number,
        order_id=order.pk,
        member_id=order.member_id,
    )
    publish(fact, aggregate=f"order:{order.pk.hex}")
    return document
