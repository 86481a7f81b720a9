"""Invoices that members ask for (发票): asked, issued by staff or a provider, turned down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.documents.choices import RequestKind, RequestState
from kernel.documents.errors import (
    InvalidRequest,
    NotInvoiceable,
    RequestedBefore,
    RequestMoved,
    RequestsClosed,
    UnknownRequest,
)
from kernel.documents.events import InvoiceRequestChanged
from kernel.documents.models import InvoiceRequest, LegalEntity
from kernel.documents.services.files import keep_file
from kernel.orders.choices import OrderStatus, PaymentEntryKind
from kernel.orders.errors import OrderNotFound
from kernel.orders.models import Order, PaymentEntry
from kernel.orders.services.locking import lock_order

OPEN: Final = (RequestState.REQUESTED, RequestState.ISSUED, RequestState.PART_RED)
_TAX_NUMBER: Final = re.compile(r"[0-9A-Z]{15,20}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9A-Za-z-]{4,40}", re.ASCII)
_LENGTHS: Final = {
    "title": 120,
    "tax_number": 32,
    "email": 254,
    "phone": 20,
    "address": 200,
    "bank": 120,
    "bank_account": 40,
}
_SPECIAL: Final = ("address", "phone", "bank", "bank_account")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which invoice is wanted, and whom it is made out to."""

    kind: RequestKind
    title: str
    tax_number: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    bank: str = ""
    bank_account: str = ""


@dataclass(frozen=True, slots=True)
class Issued:
    """What staff note of an invoice that they issued."""

    number: str
    code: str = ""
    content: bytes = b""


@transaction.atomic
def ask_for_invoice(
    order_id: UUID, wanted: Wanted, *, member_id: UUID, now: datetime
) -> InvoiceRequest:
    """Ask for an invoice of what was paid for an order and kept.

    Raises:
        OrderNotFound: there is no such order of this member.
        RequestsClosed: the shop takes no requests.
        NotInvoiceable: the order was cancelled, or nothing of the money is left.
        RequestedBefore: one was asked for already.
        InvalidRequest: a particular cannot be used.
    """
    columns = _checked(wanted)
    order = lock_order(order_id)
    if order.member_id != member_id:
        raise OrderNotFound
    entity = LegalEntity.objects.filter(is_default=True, takes_requests=True).first()
    if entity is None:
        raise RequestsClosed
    if InvoiceRequest.objects.filter(order=order, state__in=OPEN).exists():
        raise RequestedBefore
    minor = invoiceable_minor(order)
    if not minor:
        raise NotInvoiceable
    row = InvoiceRequest.objects.create(
        order=order,
        member_id=member_id,
        entity=entity,
        currency=order.currency,
        amount_minor=minor,
        state=RequestState.REQUESTED.value,
        created_at=now,
        **columns,
    )
    tell(row)
    return row


@transaction.atomic
def withdraw_request(request_id: UUID, *, member_id: UUID, now: datetime) -> InvoiceRequest:
    """Take a request back before an invoice is issued.

    Raises:
        UnknownRequest: there is none of this member.
        RequestMoved: it was decided already.
    """
    row = locked(request_id)
    if row.member_id != member_id:
        raise UnknownRequest
    _expect(row, RequestState.REQUESTED)
    return _move(row, RequestState.WITHDRAWN, now=now)


@transaction.atomic
def reject_request(request_id: UUID, *, reason: str, actor: Actor, now: datetime) -> InvoiceRequest:
    """Turn a request down; the member reads why, and may ask again.

    Raises:
        UnknownRequest: there is none.
        RequestMoved: it was decided already.
        InvalidRequest: no reason is given.
    """
    told = reason.replace("\x00", "").strip()[:300]
    if not told:
        raise InvalidRequest(_("Please say why."), field="reason")
    row = locked(request_id)
    _expect(row, RequestState.REQUESTED)
    row.reason = told
    record(
        action="documents.request_rejected",
        actor=actor,
        obj=row,
        before={"state": row.state},
        after={"state": RequestState.REJECTED.value},
        reason=told,
        now=now,
    )
    return _move(row, RequestState.REJECTED, "reason", now=now)


def issue_request(
    request_id: UUID, issued: Issued, *, actor: Actor, now: datetime
) -> InvoiceRequest:
    """Note that the invoice was issued, with its number and perhaps its file.

    Raises:
        UnknownRequest: there is none.
        RequestMoved: it was decided already, or money went back since it was asked for.
        InvalidRequest: the number is none.
        InvoiceFileRefused: the file is no PDF, OFD or picture, or too large.
    """
    number, code = checked_number(issued.number), issued.code.strip()[:20]
    file = keep_file(issued.content)
    with transaction.atomic():
        row = locked(request_id)
        _expect(row, RequestState.REQUESTED)
        if row.amount_minor != invoiceable_minor(row.order):
            raise RequestMoved(_("Money went back meanwhile; look at the amount again."))
        row.number, row.code, row.file = number, code, file
        row.settled = list(refunds_of(row.order).values_list("reference", flat=True))
        record(
            action="documents.request_issued",
            actor=actor,
            obj=row,
            before={"state": row.state},
            after={"state": RequestState.ISSUED.value, "number": number},
            now=now,
        )
        return _move(row, RequestState.ISSUED, "number", "code", "file", "settled", now=now)


def checked_number(text: str) -> str:
    """Return an invoice's number.

    Raises:
        InvalidRequest: it is none.
    """
    number = text.strip()
    if not _NUMBER.fullmatch(number):
        raise InvalidRequest(_("This is no invoice number."), field="number")
    return number


def invoiceable_minor(order: Order) -> int:
    """Return what was paid for an order and kept, of which an invoice may be issued."""
    if order.status == OrderStatus.CANCELLED:
        return 0
    owed = order.total_minor - order.waived_minor
    return max(0, min(owed, order.paid_minor - order.refunded_minor))


def refunds_of(order: Order) -> QuerySet[PaymentEntry]:
    """Return what was paid back of an order, in its order."""
    rows = PaymentEntry.objects.filter(order=order, kind=PaymentEntryKind.REFUNDED)
    return rows.order_by("id")


def returned_of(order: Order) -> QuerySet[PaymentEntry]:
    """Return the refunds of an order that came back."""
    return PaymentEntry.objects.filter(order=order, kind=PaymentEntryKind.REFUND_RETURNED)


def locked(request_id: UUID) -> InvoiceRequest:
    """Lock a request, and before it its order, as everything that moves money does.

    Raises:
        UnknownRequest: there is none.
    """
    order_id = InvoiceRequest.objects.filter(pk=request_id).values_list("order_id", flat=True)
    found = order_id.first()
    if found is None:
        raise UnknownRequest
    lock_order(found)
    rows = InvoiceRequest.objects.select_for_update(of=("self",)).select_related("order", "entity")
    return rows.get(pk=request_id)


def tell(row: InvoiceRequest) -> None:
    """Publish what became of a request, in the caller's transaction."""
    fact = InvoiceRequestChanged(
        request_id=row.pk, order_id=row.order_id, member_id=row.member_id, state=row.state
    )
    publish(fact, aggregate=f"invoice_request:{row.pk.hex}")


def _expect(row: InvoiceRequest, *states: RequestState) -> None:
    if row.state not in states:
        raise RequestMoved(state=row.state)


def _move(row: InvoiceRequest, state: RequestState, *columns: str, now: datetime) -> InvoiceRequest:
    row.state, row.decided_at = state.value, now
    row.save(update_fields=["state", "decided_at", *columns])
    tell(row)
    return row


def _checked(wanted: Wanted) -> dict[str, str]:
    kept: dict[str, str] = {"kind": RequestKind(wanted.kind).value}
    for name, longest in _LENGTHS.items():
        text = " ".join(str(getattr(wanted, name)).replace("\x00", "").split())
        if len(text) > longest:
            fault = _("At most %(number)s letters can be kept.") % {"number": longest}
            raise InvalidRequest(fault, field=name)
        kept[name] = text
    if not kept["title"]:
        raise InvalidRequest(_("Please fill this in."), field="title")
    try:
        if kept["email"]:
            validate_email(kept["email"])
    except ValidationError as error:
        raise InvalidRequest(_("This is no e-mail address."), field="email") from error
    return kept | _checked_company(wanted.kind, kept)


def _checked_company(kind: RequestKind, kept: Mapping[str, str]) -> dict[str, str]:
    """Return the tax number as it is kept; a person has none."""
    if kind == RequestKind.PERSON:
        return {"tax_number": ""}
    tax_number = kept["tax_number"].upper()
    if not _TAX_NUMBER.fullmatch(tax_number):
        text = _("A company's tax number has 15 to 20 letters and digits.")
        raise InvalidRequest(text, field="tax_number")
    missing = [name for name in _SPECIAL if kind == RequestKind.SPECIAL and not kept[name]]
    if missing:
        text = _("A special invoice names address, telephone and bank.")
        raise InvalidRequest(text, field=missing[0])
    return {"tax_number": tax_number}
