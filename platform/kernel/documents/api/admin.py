"""Documents over the admin API."""

from __future__ import annotations

from typing import Any, Final

from django.http import FileResponse, HttpResponse
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.access.api.authentication import StaffView
from kernel.api.openapi.answers import items_of, page_of, paging
from kernel.catalogue.api.fields import checked
from kernel.catalogue.sent import contents_of
from kernel.common.ids import parse_public_id
from kernel.common.time import utc_now
from kernel.documents.api.answering import file_answer, pdf_answer
from kernel.documents.api.forms import (
    DocumentAsked,
    DocumentListed,
    EntityForm,
    EntityShown,
    IssueTold,
    LayoutShown,
    LayoutTold,
    PrintShown,
    PrintTold,
    RejectTold,
    RequestShown,
    entity_data,
    layout_data,
    listed_data,
    request_data,
    run_data,
)
from kernel.documents.api.store import PDF
from kernel.documents.choices import DocumentKind, PrintKind, RequestState
from kernel.documents.errors import (
    InvalidLayout,
    UnknownDocument,
    UnknownPrintRun,
    UnknownRequest,
)
from kernel.documents.models import Document, InvoiceRequest, PrintRun
from kernel.documents.selectors import (
    documents,
    entities,
    entity_of,
    reds_of,
    requests,
    runs,
)
from kernel.documents.services import (
    EntityTerms,
    Issued,
    Layout,
    ask_to_print,
    issue_invoice,
    issue_red,
    issue_request,
    issue_slip,
    layouts_of,
    reject_request,
    save_entity,
    save_layout,
)
from kernel.documents.tasks import begin
from kernel.members.api.views import NewestFirst
from kernel.orders.selectors import staff_order

VIEW: Final = "documents.view"
MANAGE: Final = "documents.manage"
DUE: Final = (*RequestState.choices, ("red_due", "red_due"))


class DocumentsAsked(serializers.Serializer[Any]):
    """Which documents a list shows."""

    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    kind = serializers.ChoiceField(choices=DocumentKind.choices, required=False, default="")
    entity = serializers.CharField(required=False, max_length=40, default="")
    since = serializers.DateField(required=False, default=None)
    until = serializers.DateField(required=False, default=None)


class RequestsAsked(serializers.Serializer[Any]):
    """Which requests a list shows."""

    q = serializers.CharField(required=False, max_length=100, allow_blank=True, default="")
    state = serializers.ChoiceField(choices=DUE, required=False, default="")


class EntitiesView(StaffView):
    """In whose names documents are issued."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(responses=items_of(EntityShown))
    def get(self, request: Request) -> Response:
        """Return the legal entities, the default first."""
        return Response({"items": [entity_data(row) for row in entities()]})

    @extend_schema(request=EntityForm, responses={201: EntityShown})
    def post(self, request: Request) -> Response:
        """Add a legal entity."""
        terms = EntityTerms(**checked(EntityForm, request.data))
        return Response(entity_data(save_entity(terms, actor=self.actor)), status=201)


class EntityView(StaffView):
    """One legal entity."""

    permissions_by_method = {"PUT": MANAGE}

    @extend_schema(request=EntityForm, responses=EntityShown)
    def put(self, request: Request, entity: str) -> Response:
        """Change a legal entity; documents that were issued stay as they are."""
        terms = EntityTerms(**checked(EntityForm, request.data))
        key = parse_public_id("ent", entity)
        return Response(entity_data(save_entity(terms, entity_id=key, actor=self.actor)))


class LayoutsView(StaffView):
    """What an entity's documents look like."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=items_of(LayoutShown))
    def get(self, request: Request, entity: str) -> Response:
        """Return the layout of each kind of document."""
        row = entity_of(entity)
        known = layouts_of(row.pk)
        return Response({"items": [layout_data(k.value, known.get(k)) for k in DocumentKind]})


class LayoutView(StaffView):
    """What one kind of document looks like."""

    permissions_by_method = {"PUT": MANAGE}
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=LayoutTold, responses=LayoutShown)
    def put(self, request: Request, entity: str, kind: str) -> Response:
        """Choose it; documents that were issued stay as they are."""
        asked = checked(LayoutTold, request.data)
        if kind not in DocumentKind.values:
            raise UnknownDocument
        logo, drops = asked.pop("logo", None), asked.pop("drops_logo")
        [content, *_rest] = [*contents_of([logo] if logo else [], refusal=InvalidLayout), b""]
        row = save_layout(
            entity_of(entity).pk,
            DocumentKind(kind),
            Layout(**asked),
            logo=b"" if drops else content or None,
            actor=self.actor,
        )
        return Response(layout_data(kind, row))


class DocumentsView(StaffView):
    """All documents."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(
        parameters=[DocumentsAsked, *paging("page_size")], responses=page_of(DocumentListed)
    )
    def get(self, request: Request) -> Response:
        """Return documents in pages, the newest first."""
        asked = checked(DocumentsAsked, request.query_params)
        rows = documents(
            text=asked["q"],
            kind=asked["kind"],
            entity=asked["entity"],
            since=asked["since"],
            until=asked["until"],
        )
        pages = NewestFirst()
        pages.ordering = ("-id",)
        found: list[Document] = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([listed_data(row) for row in found])

    @extend_schema(request=DocumentAsked, responses={201: DocumentListed})
    def post(self, request: Request) -> Response:
        """Issue a document of an order; what was issued for it before comes back again."""
        told = checked(DocumentAsked, request.data)
        order = staff_order(told["order"], MANAGE)
        kind = DocumentKind(told["kind"])
        if kind == DocumentKind.INVOICE:
            row = issue_invoice(order.pk, actor=self.actor, now=utc_now())
        else:
            row = issue_slip(order.pk, kind, actor=self.actor, now=utc_now())
        return Response(listed_data(row), status=201)


class DocumentView(StaffView):
    """One document as a file."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=PDF)
    def get(self, request: Request, document: str) -> HttpResponse:
        """Return the document as a PDF file."""
        row = documents().filter(pk=parse_public_id("doc", document)).first()
        if row is None:
            raise UnknownDocument
        return pdf_answer(row, now=utc_now())


class PrintsView(StaffView):
    """Documents of many orders in one file."""

    permissions_by_method = {"GET": VIEW, "POST": MANAGE}

    @extend_schema(parameters=paging("page_size"), responses=page_of(PrintShown))
    def get(self, request: Request) -> Response:
        """Return the runs in pages, the newest first."""
        pages = NewestFirst()
        pages.ordering = ("-id",)
        found: list[PrintRun] = pages.paginate_queryset(runs(), request, view=self) or []
        return pages.get_paginated_response([run_data(row) for row in found])

    @extend_schema(request=PrintTold, responses={202: PrintShown})
    def post(self, request: Request) -> Response:
        """Begin to print; the answer's id tells how far it is."""
        told = checked(PrintTold, request.data)
        ids = [staff_order(text, MANAGE).pk for text in told["orders"]]
        row = ask_to_print(
            PrintKind(told["kind"]),
            ids,
            language=get_language() or "en",
            actor=self.actor,
            now=utc_now(),
        )
        begin(row.pk)
        return Response(run_data(row), status=202)


class PrintView(StaffView):
    """One run of the printer."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=PrintShown)
    def get(self, request: Request, run: str) -> Response:
        """Return how far it is."""
        return Response(run_data(_run(run)))


class PrintFileView(StaffView):
    """The file of a run."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=PDF)
    def get(self, request: Request, run: str) -> FileResponse:
        """Return the file, once it is drawn."""
        row = _run(run)
        if not row.file:
            raise UnknownDocument
        return file_answer(row.file, f"{row.kind}-{row.public_id}")


class RequestsView(StaffView):
    """The invoices that members ask for."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(
        parameters=[RequestsAsked, *paging("page_size")], responses=page_of(RequestShown)
    )
    def get(self, request: Request) -> Response:
        """Return requests in pages, the newest first."""
        asked = checked(RequestsAsked, request.query_params)
        pages = NewestFirst()
        pages.ordering = ("-id",)
        rows = requests(text=asked["q"], state=asked["state"])
        found: list[InvoiceRequest] = pages.paginate_queryset(rows, request, view=self) or []
        reds = reds_of(row.pk for row in found)
        return pages.get_paginated_response([request_data(row, reds[row.pk]) for row in found])


class RequestView(StaffView):
    """One request."""

    permissions_by_method = {"GET": VIEW}

    @extend_schema(responses=RequestShown)
    def get(self, request: Request, asked: str) -> Response:
        """Return the request."""
        return _shown(_request(asked))


class IssueView(StaffView):
    """Says that an invoice was issued."""

    permissions_by_method = {"POST": MANAGE}
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=IssueTold, responses=RequestShown)
    def post(self, request: Request, asked: str) -> Response:
        """Note the number of an issued invoice, with its file."""
        row = _request(asked, MANAGE)
        issue_request(row.pk, _issued(request), actor=self.actor, now=utc_now())
        return _shown(_request(asked))


class RejectView(StaffView):
    """Turns a request down."""

    permissions_by_method = {"POST": MANAGE}

    @extend_schema(request=RejectTold, responses=RequestShown)
    def post(self, request: Request, asked: str) -> Response:
        """Turn the request down; the member reads why."""
        row = _request(asked, MANAGE)
        reason = checked(RejectTold, request.data)["reason"]
        reject_request(row.pk, reason=reason, actor=self.actor, now=utc_now())
        return _shown(_request(asked))


class RedView(StaffView):
    """Says that a red invoice was issued."""

    permissions_by_method = {"POST": MANAGE}
    parser_classes = (JSONParser, MultiPartParser)

    @extend_schema(request=IssueTold, responses=RequestShown)
    def post(self, request: Request, asked: str, red: str) -> Response:
        """Note the number of the red invoice, with its file."""
        row = _request(asked, MANAGE)
        key = parse_public_id("red", red)
        if key not in {each.pk for each in reds_of([row.pk])[row.pk]}:
            raise UnknownRequest
        issue_red(key, _issued(request), actor=self.actor, now=utc_now())
        return _shown(_request(asked))


def _issued(request: Request) -> Issued:
    told = checked(IssueTold, request.data)
    file = told.get("file")
    return Issued(told["number"], told["code"], file.read() if file else b"")


def _request(text: str, permission: str = VIEW) -> InvoiceRequest:
    rows = requests(permission=permission)
    row: InvoiceRequest | None = rows.filter(pk=parse_public_id("ivr", text)).first()
    if row is None:
        raise UnknownRequest
    return row


def _run(text: str) -> PrintRun:
    row = runs().filter(pk=parse_public_id("prn", text)).first()
    if row is None:
        raise UnknownPrintRun
    return row


def _shown(row: InvoiceRequest) -> Response:
    return Response(request_data(row, reds_of([row.pk])[row.pk]))
