"""What is read of documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from kernel.access.scopes import extent_of
from kernel.common.ids import InvalidId, parse_public_id
from kernel.common.time import day_bounds
from kernel.documents.choices import DocumentKind, RequestState
from kernel.documents.errors import UnknownDocument, UnknownEntity, UnknownRequest
from kernel.documents.models import (
    Document,
    InvoiceRequest,
    LegalEntity,
    PrintRun,
    RedInvoice,
)
from kernel.orders.models import Order
from kernel.orders.selectors import visible_orders
from kernel.tenancy.context import current_tenant

VIEW = "documents.view"
_BUYERS = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.CREDIT_VOID)
R = TypeVar("R", bound=Model)


def entities() -> QuerySet[LegalEntity]:
    """Return the legal entities, the default first."""
    return LegalEntity.objects.order_by("-is_default", "name", "id")


def entity_of(text: str) -> LegalEntity:
    """Return a legal entity by its public id.

    Raises:
        UnknownEntity: there is none.
    """
    try:
        row = LegalEntity.objects.filter(pk=parse_public_id("ent", text)).first()
    except InvalidId:
        row = None
    if row is None:
        raise UnknownEntity
    return row


def takes_requests() -> bool:
    """Tell whether members may ask for invoices; one query."""
    return LegalEntity.objects.filter(is_default=True, takes_requests=True).exists()


def documents(
    *,
    text: str = "",
    kind: str = "",
    entity: str = "",
    since: date | None = None,
    until: date | None = None,
    permission: str = VIEW,
) -> QuerySet[Document]:
    """Return the documents that staff look for, newest first; what is empty narrows nothing.

    ``text`` is the beginning of a document's or an order's number, or a part of a name.
    """
    rows = Document.objects.select_related("order", "entity").order_by("-id")
    rows = _own(rows, permission)
    if kind:
        rows = rows.filter(kind=kind)
    if entity:
        try:
            rows = rows.filter(entity_id=parse_public_id("ent", entity))
        except InvalidId:
            rows = rows.none()
    zone = current_tenant().zone
    if since:
        rows = rows.filter(issued_at__gte=day_bounds(since, zone)[0])
    if until:
        rows = rows.filter(issued_at__lt=day_bounds(until, zone)[1])
    if text:
        asked = text.replace("\x00", "").strip()
        rows = rows.filter(
            Q(number__istartswith=asked)
            | Q(order__number__startswith=asked)
            | Q(buyer__icontains=asked)
        )
    return rows


def documents_of(order_ids: Iterable[UUID]) -> dict[UUID, list[Document]]:
    """Return the documents of orders, in the order in which they were issued; one query."""
    found: dict[UUID, list[Document]] = defaultdict(list)
    for row in Document.objects.filter(order_id__in=list(order_ids)).order_by("id"):
        found[row.order_id].append(row)
    return found


def buyer_documents(order: Order) -> QuerySet[Document]:
    """Return what the buyer of an order gets of its documents; slips are the shop's own."""
    return Document.objects.filter(order=order, kind__in=_BUYERS).order_by("id")


def member_documents(member_id: UUID) -> QuerySet[Document]:
    """Return a member's invoices and credit notes; slips are the shop's own."""
    rows = Document.objects.filter(order__member_id=member_id)
    return rows.filter(kind__in=_BUYERS).order_by("id")


def member_document(member_id: UUID, text: str) -> Document:
    """Return a document of a member by its public id.

    Raises:
        UnknownDocument: there is none, or it is another's.
    """
    return _one(member_documents(member_id), "doc", text, UnknownDocument)


def requests(
    *, text: str = "", state: str = "", permission: str = VIEW
) -> QuerySet[InvoiceRequest]:
    """Return the requests that staff look for, newest first.

    ``state`` is one of `RequestState`, or ``red_due`` for those of which something has to
    be taken back.
    """
    rows = InvoiceRequest.objects.select_related("order", "entity").order_by("-id")
    rows = _own(rows, permission)
    if state == "red_due":
        rows = rows.filter(pk__in=RedInvoice.objects.filter(state="due").values("request"))
    elif state:
        rows = rows.filter(state=state)
    if text:
        asked = text.replace("\x00", "").strip()
        rows = rows.filter(
            Q(order__number__startswith=asked)
            | Q(title__icontains=asked)
            | Q(number__startswith=asked)
        )
    return rows


def waiting_requests() -> int:
    """Return how many requests wait for staff."""
    return InvoiceRequest.objects.filter(state=RequestState.REQUESTED).count()


def reds_of(request_ids: Iterable[UUID]) -> dict[UUID, list[RedInvoice]]:
    """Return the red invoices of requests; one query."""
    found: dict[UUID, list[RedInvoice]] = defaultdict(list)
    for row in RedInvoice.objects.filter(request_id__in=list(request_ids)).order_by("id"):
        found[row.request_id].append(row)
    return found


def request_of(order: Order) -> InvoiceRequest | None:
    """Return the latest request for an order that was not withdrawn."""
    rows = InvoiceRequest.objects.filter(order=order).exclude(state=RequestState.WITHDRAWN)
    return rows.order_by("-id").first()


def member_request(member_id: UUID, text: str) -> InvoiceRequest:
    """Return a request of a member by its public id.

    Raises:
        UnknownRequest: there is none, or it is another's.
    """
    rows = InvoiceRequest.objects.select_related("order").filter(member_id=member_id)
    return _one(rows, "ivr", text, UnknownRequest)


def runs() -> QuerySet[PrintRun]:
    """Return the runs of the printer, newest first."""
    return PrintRun.objects.order_by("-id")


def _own(rows: QuerySet[R], permission: str) -> QuerySet[R]:
    """Leave out what belongs to orders that whoever acts may not see."""
    if extent_of(permission) is None:
        return rows
    return rows.filter(order_id__in=visible_orders(permission).values("pk"))


def _one(
    rows: QuerySet[R], prefix: str, text: str, unknown: type[UnknownDocument | UnknownRequest]
) -> R:
    try:
        found = rows.filter(pk=parse_public_id(prefix, text)).first()
    except InvalidId:
        found = None
    if found is None:
        raise unknown
    return found
