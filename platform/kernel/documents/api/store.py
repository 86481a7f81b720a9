"""Documents over the store API: a member's own."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.openapi.answers import items_of
from kernel.common.time import utc_now
from kernel.documents.api.answering import file_answer, pdf_answer
from kernel.documents.api.forms import (
    DocumentShown,
    RequestShown,
    RequestTold,
    document_data,
    request_data,
)
from kernel.documents.choices import RequestKind
from kernel.documents.errors import UnknownDocument, UnknownRequest
from kernel.documents.limits import REQUESTED
from kernel.documents.models import InvoiceRequest
from kernel.documents.selectors import (
    member_document,
    member_documents,
    member_request,
    reds_of,
    request_of,
)
from kernel.documents.services import Wanted, ask_for_invoice, withdraw_request
from kernel.members.api.views import MemberView, told
from kernel.orders.selectors import member_order

PDF = {(200, "application/pdf"): OpenApiTypes.BINARY}
FILE = {(200, "application/octet-stream"): OpenApiTypes.BINARY}


class OrderDocumentsView(MemberView):
    """The invoices and credit notes of an order."""

    @extend_schema(responses=items_of(DocumentShown))
    def get(self, request: Request, order: str) -> Response:
        """Return them, in the order in which they were issued."""
        found = member_order(self.member_id, order)
        rows = member_documents(self.member_id).filter(order=found)
        return Response({"items": [document_data(row) for row in rows]})


class DocumentView(MemberView):
    """One document as a file."""

    @extend_schema(responses=PDF)
    def get(self, request: Request, document: str) -> HttpResponse:
        """Return the document as a PDF file."""
        return pdf_answer(member_document(self.member_id, document), now=utc_now())


class OrderRequestView(MemberView):
    """The invoice that is asked for an order."""

    @extend_schema(responses=RequestShown)
    def get(self, request: Request, order: str) -> Response:
        """Return the latest request for the order."""
        row = request_of(member_order(self.member_id, order))
        if row is None:
            raise UnknownRequest
        return _shown(row)

    @extend_schema(request=RequestTold, responses={201: RequestShown})
    def post(self, request: Request, order: str) -> Response:
        """Ask for an invoice of what was paid."""
        found = member_order(self.member_id, order)
        asked = told(RequestTold, request)
        REQUESTED.check(f"member:{self.member_id}")
        wanted = Wanted(**{**asked, "kind": RequestKind(asked["kind"])})
        row = ask_for_invoice(found.pk, wanted, member_id=self.member_id, now=utc_now())
        return _shown(row, status=201)

    @extend_schema(responses={204: OpenApiResponse(description="Withdrawn.")})
    def delete(self, request: Request, order: str) -> Response:
        """Take the request back before it is decided."""
        row = request_of(member_order(self.member_id, order))
        if row is None:
            raise UnknownRequest
        withdraw_request(row.pk, member_id=self.member_id, now=utc_now())
        return Response(status=204)


class RequestFileView(MemberView):
    """The file of an invoice that was asked for."""

    @extend_schema(responses=FILE)
    def get(self, request: Request, asked: str) -> FileResponse:
        """Return the issued invoice as it was uploaded: PDF, OFD or a picture."""
        row = member_request(self.member_id, asked)
        if not row.file:
            raise UnknownDocument
        return file_answer(row.file, row.number)


def _shown(row: InvoiceRequest, *, status: int = 200) -> Response:
    return Response(request_data(row, reds_of([row.pk])[row.pk]), status=status)
