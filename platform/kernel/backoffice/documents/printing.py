"""Documents of many orders as one file, with progress."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kernel.backoffice.documents.forms import PrintForm
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.pieces import found, identified, paged
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.documents.api.answering import file_answer
from kernel.documents.choices import PrintKind, PrintState
from kernel.documents.models import PrintRun
from kernel.documents.selectors import runs
from kernel.documents.services import ask_to_print
from kernel.documents.tasks import begin
from kernel.orders.selectors import visible_orders

VIEW, MANAGE = "documents.view", "documents.manage"
HOME: Final = "/documents/prints/"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(MANAGE)
def new(request: StaffRequest) -> HttpResponseBase:
    """Choose what is printed of some orders, then begin."""
    given = request.POST if request.method == "POST" else request.GET
    numbers = list(dict.fromkeys(given.getlist("order")))
    rows = visible_orders(MANAGE).filter(number__in=numbers).order_by("number")
    orders = list(rows.values_list("pk", "number"))
    initial = {"kind": PrintKind.DELIVERY_NOTE}
    form = PrintForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = ask_to_print(
                PrintKind(form.cleaned_data["kind"]),
                [key for key, _number in orders],
                language=get_language() or "en",
                actor=request.actor,
                now=utc_now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            begin(row.pk)
            return redirect(f"{HOME}{row.public_id}/")
    if not orders and not form.errors:
        messages.error(request, _("Choose the orders first."))
        return redirect("/orders/")
    context: dict[str, Any] = {"form": form, "numbers": [number for _key, number in orders]}
    status = 422 if form.errors else 200
    return render(request, "backoffice/documents/print.html", context, status=status)


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the runs, newest first."""
    page = paged(request, runs())
    return render(request, "backoffice/documents/prints.html", {"rows": page, "page": page})


@require_safe
@staff_page(VIEW)
def show(request: StaffRequest, run: str) -> HttpResponseBase:
    """Show how far a run is."""
    row = _row(run)
    is_open = row.state in {PrintState.WAITING, PrintState.RUNNING}
    response = render(request, "backoffice/documents/run.html", {"row": row, "is_open": is_open})
    if is_open:
        # Whoever waits sees it grow, without a script.
        response["Refresh"] = "2"
    return response


@require_safe
@staff_page(VIEW)
def fetch(request: StaffRequest, run: str) -> HttpResponseBase:
    """Send the file of a run."""
    row = _row(run)
    if not row.file:
        raise Http404
    return file_answer(row.file, f"{row.kind}-{row.public_id}")


def _row(text: str) -> PrintRun:
    row: PrintRun = found(runs().filter(pk=identified("prn", text)).first())
    return row
