"""What documents tell others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from kernel.common.outbox.events import Event, register_event


@register_event
@dataclass(frozen=True, slots=True)
class DocumentIssued(Event):
    """A document was issued; see `DocumentKind`."""

    name: ClassVar[str] = "documents.issued"

    document_id: UUID
    kind: str
    number: str
    order_id: UUID
    member_id: UUID | None


@register_event
@dataclass(frozen=True, slots=True)
class InvoiceRequestChanged(Event):
    """Something became of a member's request for an invoice; see `RequestState`."""

    name: ClassVar[str] = "documents.request_changed"

    request_id: UUID
    order_id: UUID
    member_id: UUID
    state: str


@register_event
@dataclass(frozen=True, slots=True)
class RedInvoiceDue(Event):
    """Money went back for which an invoice was issued; it has to be taken back."""

    name: ClassVar[str] = "documents.red_due"

    red_id: UUID
    request_id: UUID
    order_id: UUID
    member_id: UUID
