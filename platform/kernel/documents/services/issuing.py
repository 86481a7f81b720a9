"""Issues documents of orders: each once, with a number that has no gap before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

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
    supplement_content,
    void_content,
)
from kernel.documents.errors import NothingToDeliver, NotInvoiceable
from kernel.documents.events import DocumentIssued
from kernel.documents.models import Document, LegalEntity
from kernel.documents.numbers import draw_serial, number_of, year_of
from kernel.documents.parts import parts_of
from kernel.documents.services.entities import default_entity
from kernel.documents.services.layouts import layout_of
from kernel.members.models import InvoiceProfile
from kernel.orders.choices import FulfilmentMethod, OrderStatus, PaymentEntryKind, PaymentStatus
from kernel.orders.models import Order, OrderLine, PaymentEntry
from kernel.orders.services.locking import lock_order
from kernel.orders.services.money import due_minor
from kernel.orders.timeline import actor_data
from kernel.tenancy.simulation import is_simulation

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
    _credit(order, [document], actor=actor, now=now)
    return document


@transaction.atomic
def issue_supplement(order_id: UUID, *, actor: Actor, now: datetime) -> Document | None:
    """Issue an invoice for what was put on an order after its invoice, once that is paid.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    invoices = _invoices_of(order)
    if not invoices or due_minor([order]):
        return None
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    content = supplement_content(order, lines, invoices)
    if content is None:
        return None
    entity, number = invoices[0].entity, len(invoices) + 1
    reference = f"order:{order_id.hex}:{number}"
    return _write(DocumentKind.INVOICE, reference, order, entity, content, actor=actor, now=now)


@transaction.atomic
def credit_refunds(order_id: UUID, *, actor: Actor, now: datetime) -> list[Document]:
    """Issue a credit note for each refund of an order that has none; nothing without an invoice.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    return _credit(order, _invoices_of(order), actor=actor, now=now)


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
    is_paid = order.status != OrderStatus.CANCELLED and order.payment_status in _PAID
    return is_paid and not is_simulation()


def may_be_delivered(order: Order) -> bool:
    """Tell whether goods of an order are handed over."""
    return order.status != OrderStatus.CANCELLED and order.method in _HANDED_OVER


@transaction.atomic
def void_returned(order_id: UUID, *, actor: Actor, now: datetime) -> list[Document]:
    """Reverse the credit notes of refunds that came back; again reverses nothing.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    came_back = PaymentEntry.objects.filter(order=order, kind=PaymentEntryKind.REFUND_RETURNED)
    own = Document.objects.select_related("entity").filter(
        order=order, kind=DocumentKind.CREDIT_NOTE
    )
    wanted = {_credit_reference(order, entry) for entry in came_back}
    found = [note for note in own.order_by("serial") if note.reference.split("#")[0] in wanted]
    known = set(_voids(order).values_list("corrects", flat=True))
    return [
        _write(
            DocumentKind.CREDIT_VOID,
            f"returned:{note.pk.hex}",
            order,
            note.entity,
            void_content(note),
            corrects=note,
            actor=actor,
            now=now,
        )
        for note in found
        if note.pk not in known
    ]


def _voids(order: Order) -> QuerySet[Document]:
    return Document.objects.filter(order=order, kind=DocumentKind.CREDIT_VOID)


def _credit_reference(order: Order, entry: PaymentEntry) -> str:
    # A refund's own reference may have a mark of its parts; ours has one of invoices.
    return f"refund:{order.pk.hex}:{entry.reference.replace('#', '~')}"[:190]


def _invoices_of(order: Order) -> list[Document]:
    rows = Document.objects.select_related("entity").filter(order=order, kind=DocumentKind.INVOICE)
    return list(rows.order_by("serial"))


def _credit(
    order: Order, invoices: Sequence[Document], *, actor: Actor, now: datetime
) -> list[Document]:
    if not invoices:
        return []
    entries = PaymentEntry.objects.filter(order=order, kind=PaymentEntryKind.REFUNDED)
    written = Document.objects.filter(order=order, kind=DocumentKind.CREDIT_NOTE)
    credited = {note.reference.split("#")[0] for note in written}
    voided = set(_voids(order).values_list("corrects", flat=True))
    standing = [note for note in written.order_by("serial") if note.pk not in voided]
    notes = {
        each.pk: [note for note in standing if note.corrects_id == each.pk] for each in invoices
    }
    found = []
    waiting = [e for e in entries.order_by("id") if _credit_reference(order, e) not in credited]
    parts = parts_of(order, [entry.reference for entry in waiting])
    for entry in waiting:
        told = parts.get(entry.reference)
        # What was paid beyond the invoices is given back without a credit note.
        rest = entry.minor
        for number, invoice in enumerate(invoices):
            mine = notes[invoice.pk]
            left = invoice.total_minor - sum(note.total_minor for note in mine)
            if not (minor := min(rest, left)):
                continue
            reference = _credit_reference(order, entry) + (f"#{number}" if number else "")
            note = _write(
                DocumentKind.CREDIT_NOTE,
                reference,
                order,
                invoice.entity,
                credit_content(invoice, mine, minor, told),
                corrects=invoice,
                actor=actor,
                now=now,
            )
            rest -= minor
            mine.append(note)
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
        content={**content, "layout": layout_of(entity.pk, kind)},
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
