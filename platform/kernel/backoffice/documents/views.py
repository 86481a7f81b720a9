"""Documents: the list, files, what is issued by hand, in whose name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.documents.forms import DocumentFilter, EntityForm, entity_initial
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.promotions.taking import refuse
from kernel.common.errors import DomainError
from kernel.common.money import Money
from kernel.common.time import utc_now
from kernel.documents.api.answering import pdf_answer
from kernel.documents.choices import DocumentKind
from kernel.documents.models import Document, LegalEntity
from kernel.documents.selectors import documents, entities, waiting_requests
from kernel.documents.services import issue_invoice, issue_slip, save_entity
from kernel.documents.services.issuing import SLIPS
from kernel.orders.selectors import staff_order

VIEW, MANAGE = "documents.view", "documents.manage"
HOME: Final = "/documents/"
_BATCH: Final = 500


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List documents, newest first."""
    narrow = DocumentFilter(request.GET)
    page, context = narrowed_page(request, narrow, lambda wanted: documents(**wanted))
    context |= {
        "rows": page,
        "waiting": waiting_requests(),
        "is_ready": entities().exists(),
    }
    return render(request, "backoffice/documents/list.html", context)


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, document: str) -> HttpResponseBase:
    """Send a document as a PDF file."""
    rows = documents().filter(pk=identified("doc", document))
    return pdf_answer(found(rows.first()), now=utc_now())


@require_POST
@staff_page(MANAGE)
def issue(request: StaffRequest, number: str) -> HttpResponseBase:
    """Issue a document of an order, and show it."""
    order = staff_order(number, MANAGE)
    kind = request.POST.get("kind", "")
    try:
        if kind == DocumentKind.INVOICE:
            row = issue_invoice(order.pk, actor=request.actor, now=utc_now())
        else:
            slip = kind if kind in SLIPS else DocumentKind.DELIVERY_NOTE
            row = issue_slip(order.pk, DocumentKind(slip), actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("%(kind)s %(number)s is there.")
        messages.success(request, said % {"kind": row.get_kind_display(), "number": row.number})
    return redirect(f"/orders/{order.number}/#documents")


@require_safe
@staff_page(VIEW)
def names(request: StaffRequest) -> HttpResponseBase:
    """List in whose names documents are issued."""
    return render(request, "backoffice/documents/entities.html", {"rows": entities()})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def name(request: StaffRequest, entity: str = "") -> HttpResponseBase:
    """Add a legal entity, or change one."""
    row: LegalEntity | None = None
    if entity:
        row = found(entities().filter(pk=identified("ent", entity)).first())
    initial = entity_initial(row) if row else {"is_default": True}
    form = EntityForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_entity(form.told(), entity_id=row.pk if row else None, actor=request.actor)
        except DomainError as refusal:
            refuse(form, refusal, {"prefixes": "prefix_invoice"})
        else:
            messages.success(request, _("The legal entity was saved."))
            return redirect(f"{HOME}entities/")
    context = {"form": form, "row": row}
    status = 422 if form.errors else 200
    return render(request, "backoffice/documents/entity.html", context, status=status)


def export_rows(query: QueryDict) -> Iterator[list[object]]:
    """Return the rows of a file of the documents that a filter leaves."""
    return _rows(documents(**DocumentFilter(query).wanted()))


def _rows(rows: QuerySet[Document]) -> Iterator[list[object]]:
    yield [
        _("Number"),
        _("Kind"),
        _("Issued at"),
        _("Order"),
        _("Buyer"),
        _("Without tax"),
        _("Tax"),
        _("Total"),
        _("Currency"),
        _("Legal entity"),
    ]
    for row in rows.iterator(chunk_size=_BATCH):
        amounts = (row.net_minor, row.tax_minor, row.total_minor)
        sign = -1 if row.kind == DocumentKind.CREDIT_NOTE else 1
        yield [
            row.number,
            row.get_kind_display(),
            row.issued_at.isoformat(timespec="seconds"),
            row.order.number,
            row.buyer,
            *(Money(sign * minor, row.currency).decimal() for minor in amounts),
            row.currency,
            row.entity.name,
        ]
