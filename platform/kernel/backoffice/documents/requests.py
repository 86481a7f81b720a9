"""The desk of the invoices that members ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.documents.forms import IssueForm, RedForm, RejectForm, RequestFilter
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, narrowed_page
from kernel.backoffice.promotions.taking import refuse
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.documents.api.answering import file_answer
from kernel.documents.models import InvoiceRequest, RedInvoice
from kernel.documents.selectors import reds_of, requests
from kernel.documents.services import issue_red, issue_request, reject_request

VIEW, MANAGE = "documents.view", "documents.manage"
HOME: Final = "/documents/requests/"


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List requests, newest first."""
    narrow = RequestFilter(request.GET)
    page, context = narrowed_page(request, narrow, lambda wanted: requests(**wanted))
    reds = reds_of(row.pk for row in page)
    due = {key for key, rows in reds.items() if any(red.state == "due" for red in rows)}
    context["rows"] = [(row, row.pk in due) for row in page]
    return render(request, "backoffice/documents/requests.html", context)


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, asked: str) -> HttpResponseBase:
    """Show a request, and what can be done with it."""
    return _draw(request, _row(asked))


@require_POST
@staff_page(MANAGE)
def issue(request: StaffRequest, asked: str) -> HttpResponseBase:
    """Note that the invoice was issued."""
    row = _row(asked, MANAGE)
    form = IssueForm(request.POST, request.FILES)
    return _done(
        request,
        row,
        form,
        lambda: issue_request(row.pk, form.told(), actor=request.actor, now=utc_now()),
        said=_("The invoice was noted; the member can see it."),
        shown={"form": form},
    )


@require_POST
@staff_page(MANAGE)
def reject(request: StaffRequest, asked: str) -> HttpResponseBase:
    """Turn a request down."""
    row = _row(asked, MANAGE)
    form = RejectForm(request.POST, auto_id="reject_%s")
    return _done(
        request,
        row,
        form,
        lambda: reject_request(
            row.pk, reason=form.cleaned_data["reason"], actor=request.actor, now=utc_now()
        ),
        said=_("The request was turned down; the member reads why."),
        shown={"reject": form},
    )


@require_POST
@staff_page(MANAGE)
def red(request: StaffRequest, asked: str, red: str) -> HttpResponseBase:
    """Note that a red invoice was issued."""
    row = _row(asked, MANAGE)
    key = found(_red(row, red)).pk
    form = RedForm(request.POST, request.FILES, auto_id=f"{red}_%s")
    return _done(
        request,
        row,
        form,
        lambda: issue_red(key, form.told(), actor=request.actor, now=utc_now()),
        said=_("The red invoice was noted."),
        shown={"red": (key, form)},
    )


@require_safe
@staff_page(VIEW)
def file(request: StaffRequest, asked: str, red: str = "") -> HttpResponseBase:
    """Send the file of an invoice, or of a red one."""
    row = _row(asked)
    held: InvoiceRequest | RedInvoice = found(_red(row, red)) if red else row
    if not held.file:
        raise Http404
    return file_answer(held.file, held.number)


def _done(
    request: StaffRequest,
    row: InvoiceRequest,
    form: Any,
    work: Callable[[], object],
    *,
    said: str,
    shown: dict[str, Any],
) -> HttpResponseBase:
    if form.is_valid():
        try:
            work()
        except DomainError as refusal:
            refuse(form, refusal, {})
        else:
            messages.success(request, said)
            return redirect(f"{HOME}{row.public_id}/")
    return _draw(request, row, status=422, **shown)


def _draw(
    request: StaffRequest,
    row: InvoiceRequest,
    *,
    form: IssueForm | None = None,
    reject: RejectForm | None = None,
    red: tuple[Any, RedForm] | None = None,
    status: int = 200,
) -> HttpResponseBase:
    key, refused = red or (None, None)
    reds = [
        (each, refused if each.pk == key else RedForm(auto_id=f"{each.public_id}_%s"))
        for each in reds_of([row.pk])[row.pk]
    ]
    context = {
        "row": row,
        "form": form or IssueForm(),
        "reject": reject or RejectForm(auto_id="reject_%s"),
        "reds": reds,
    }
    return render(request, "backoffice/documents/request.html", context, status=status)


def _row(text: str, permission: str = VIEW) -> InvoiceRequest:
    rows = requests(permission=permission)
    row: InvoiceRequest = found(rows.filter(pk=identified("ivr", text)).first())
    return row


def _red(row: InvoiceRequest, text: str) -> RedInvoice | None:
    key = identified("red", text)
    return next((each for each in reds_of([row.pk])[row.pk] if each.pk == key), None)
