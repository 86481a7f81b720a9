"""Takes issued invoices back when money goes back or goods are exchanged (红冲)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.outbox.publishing import publish
from kernel.documents.choices import RedState, RequestState
from kernel.documents.errors import RequestMoved, UnknownRequest
from kernel.documents.events import RedInvoiceDue
from kernel.documents.models import InvoiceRequest, RedInvoice
from kernel.documents.services.files import keep_file
from kernel.documents.services.requests import (
    OPEN,
    Issued,
    checked_number,
    invoiceable_minor,
    locked,
    refunds_of,
    returned_of,
    tell,
)
from kernel.orders.services.locking import lock_order

_ISSUED = (RequestState.ISSUED, RequestState.PART_RED)
_PARTICULARS: Final = (
    *("order_id", "member_id", "entity_id", "currency", "kind", "title", "tax_number"),
    *("email", "phone", "address", "bank", "bank_account"),
)


@transaction.atomic
def ask_for_reds(order_id: UUID, *, now: datetime) -> list[RedInvoice]:
    """Ask for a red invoice for each refund since the invoice was issued; again asks nothing.

    What was asked for a refund that came back is dropped; where it was issued already, it
    stands for the next refund. A request that nobody has issued yet is made smaller instead,
    and withdrawn when nothing of the money is left.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    rows = InvoiceRequest.objects.select_for_update().filter(order=order)
    waiting = rows.filter(state=RequestState.REQUESTED).first()
    if waiting is not None:
        _shrink(waiting, invoiceable_minor(order), now=now)
        return []
    request = rows.filter(state__in=_ISSUED).first()
    if request is None:
        return []
    came_back = set(returned_of(order).values_list("reference", flat=True))
    _drop(request, came_back)
    asked = list(RedInvoice.objects.filter(request=request).exclude(state=RedState.DROPPED))
    known = {red.reference: red.amount_minor for red in asked}
    left = request.amount_minor - sum(red.amount_minor for red in asked)
    # Issued for money that is here again: they take back what goes back next.
    spare = sum(red.amount_minor for red in asked if red.reference in came_back)
    found = []
    for entry in refunds_of(order).exclude(reference__in=request.settled):
        if entry.reference in came_back:
            continue
        if entry.reference in known:
            spare -= min(max(entry.minor - known[entry.reference], 0), spare)
            continue
        covered = min(entry.minor, spare)
        spare -= covered
        minor = min(entry.minor - covered, left)
        if minor > 0:
            left -= minor
            found.append(_due(request, entry.reference, minor, now=now))
    return found


@transaction.atomic
def reissue_exchanged(order_id: UUID, case_id: UUID, *, now: datetime) -> RedInvoice | None:
    """Ask for an issued invoice to be taken back whole, as it names goods that were exchanged.

    Once it is taken back, another one is asked for with the same particulars. Again asks
    nothing; neither does an order whose invoice nobody has issued yet, as that will name
    what the buyer has.

    Raises:
        OrderNotFound: there is no such order.
    """
    order = lock_order(order_id)
    rows = InvoiceRequest.objects.select_for_update().filter(order=order, state__in=_ISSUED)
    request, reference = rows.first(), f"{RedInvoice.FOR_EXCHANGE}{case_id.hex}"
    if request is None:
        return None
    reds = RedInvoice.objects.filter(request=request).exclude(state=RedState.DROPPED)
    if reds.filter(reference=reference).exists():
        return None
    left = request.amount_minor - (reds.aggregate(minor=Sum("amount_minor"))["minor"] or 0)
    return _due(request, reference, left, now=now) if left > 0 else None


def issue_red(red_id: UUID, issued: Issued, *, actor: Actor, now: datetime) -> RedInvoice:
    """Note that a red invoice was issued, with its number and perhaps its file.

    Raises:
        UnknownRequest: there is none.
        RequestMoved: it was issued already.
        InvalidRequest: the number is none.
        InvoiceFileRefused: the file is no PDF, OFD or picture, or too large.
    """
    number, file = checked_number(issued.number), keep_file(issued.content)
    with transaction.atomic():
        request_id = RedInvoice.objects.filter(pk=red_id).values_list("request_id", flat=True)
        found = request_id.first()
        if found is None:
            raise UnknownRequest
        request = locked(found)
        row = RedInvoice.objects.select_for_update().get(pk=red_id)
        if row.state != RedState.DUE:
            raise RequestMoved(state=row.state)
        row.state, row.number, row.file = RedState.ISSUED.value, number, file
        row.issued_at = now
        row.save(update_fields=["state", "number", "file", "issued_at"])
        _follow(request, now=now)
        after = {"number": number, "amount": row.amount_minor}
        record(action="documents.red_issued", actor=actor, obj=row, after=after, now=now)
        return row


def _drop(request: InvoiceRequest, references: Collection[str]) -> None:
    """Ask no more for red invoices that nobody has issued yet."""
    due = RedInvoice.objects.filter(request=request, state=RedState.DUE, reference__in=references)
    due.update(state=RedState.DROPPED.value)


def _shrink(row: InvoiceRequest, minor: int, *, now: datetime) -> None:
    if minor == row.amount_minor:
        return
    row.amount_minor = minor
    if not minor:
        row.state, row.decided_at = RequestState.WITHDRAWN.value, now
    row.save(update_fields=["amount_minor", "state", "decided_at"])
    tell(row)


def _due(request: InvoiceRequest, reference: str, minor: int, *, now: datetime) -> RedInvoice:
    row = RedInvoice.objects.create(
        request=request,
        reference=reference,
        amount_minor=minor,
        state=RedState.DUE.value,
        created_at=now,
    )
    fact = RedInvoiceDue(
        red_id=row.pk,
        request_id=request.pk,
        order_id=request.order_id,
        member_id=request.member_id,
    )
    publish(fact, aggregate=f"invoice_request:{request.pk.hex}")
    return row


def _follow(request: InvoiceRequest, *, now: datetime) -> None:
    """Let a request follow what was taken back of its invoice; another follows an exchange."""
    issued = RedInvoice.objects.filter(request=request, state=RedState.ISSUED)
    taken = issued.aggregate(minor=Sum("amount_minor"))["minor"] or 0
    is_whole = taken >= request.amount_minor
    request.state = (RequestState.RED if is_whole else RequestState.PART_RED).value
    request.save(update_fields=["state"])
    tell(request)
    if is_whole and any(red.is_for_exchange for red in issued):
        _ask_again(request, now=now)


def _ask_again(request: InvoiceRequest, *, now: datetime) -> None:
    """Ask for an invoice of what the buyer has now, with the particulars of the old one."""
    minor = invoiceable_minor(request.order)
    if not minor or InvoiceRequest.objects.filter(order=request.order, state__in=OPEN).exists():
        return
    row = InvoiceRequest.objects.create(
        amount_minor=minor,
        state=RequestState.REQUESTED.value,
        created_at=now,
        **{name: getattr(request, name) for name in _PARTICULARS},
    )
    tell(row)
