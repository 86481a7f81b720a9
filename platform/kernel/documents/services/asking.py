"""Asks the provider of an entity to issue invoices, and to take them back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from kernel.audit.actor import Actor
from kernel.documents.choices import RedState, RequestState
from kernel.documents.models import InvoiceRequest, RedInvoice
from kernel.documents.providers import IssuedInvoice, issuer_named
from kernel.documents.services.reds import issue_red
from kernel.documents.services.requests import Issued, issue_request


def ask_for_issue(request_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Have a request issued; nothing while the provider leaves it to staff, or it has moved on."""
    row = _requests().filter(pk=request_id, state=RequestState.REQUESTED).first()
    if row is not None and (answer := issuer_named(row.entity.provider).issue(row)):
        issue_request(row.pk, _issued(answer), actor=actor, now=now)


def ask_for_red_flush(red_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Have an invoice taken back; nothing while the provider leaves it to staff."""
    row = RedInvoice.objects.filter(pk=red_id, state=RedState.DUE).first()
    if row is None:
        return
    request = _requests().get(pk=row.request_id)
    if answer := issuer_named(request.entity.provider).red_flush(row, request):
        issue_red(row.pk, _issued(answer), actor=actor, now=now)


def _requests() -> QuerySet[InvoiceRequest]:
    return InvoiceRequest.objects.select_related("entity", "order")


def _issued(answer: IssuedInvoice) -> Issued:
    return Issued(answer.number, answer.code, answer.content)
