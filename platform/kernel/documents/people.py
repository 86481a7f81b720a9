"""Requests of members who turn out to be one, or who go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kernel.audit.actor import Actor
from kernel.documents.choices import RequestState
from kernel.documents.models import InvoiceRequest


def hand_over(kept_id: UUID, absorbed_id: UUID, actor: Actor, now: datetime) -> None:
    """Give the requests of one account to another; joined to the merging of members."""
    InvoiceRequest.objects.filter(member_id=absorbed_id).update(member_id=kept_id)


def forget(member_id: UUID, now: datetime) -> None:
    """Withdraw what waits and forget how to reach a person who goes.

    What was issued is kept as the law wants: whom an invoice is made out to stays.
    """
    rows = InvoiceRequest.objects.filter(member_id=member_id)
    waiting = rows.filter(state=RequestState.REQUESTED)
    waiting.update(state=RequestState.WITHDRAWN, decided_at=now)
    rows.update(email="", phone="")
    rows.filter(state__in=[RequestState.WITHDRAWN, RequestState.REJECTED]).update(
        title="", tax_number="", address="", bank="", bank_account=""
    )
