"""The import wizard: upload, look, choose columns, rehearse, run, read what was left out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.imports import rows
from kernel.backoffice.imports.forms import ChoiceForm, UploadForm
from kernel.backoffice.pieces import csv_file, found, identified
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.dataio.choices import ImportState
from kernel.dataio.errors import InvalidMapping
from kernel.dataio.exports import export_products
from kernel.dataio.models import Import, ImportFault
from kernel.dataio.pictures import failed_pictures, retry_pictures
from kernel.dataio.records import ProductRecord
from kernel.dataio.resources import PRODUCTS
from kernel.dataio.sayings import picture_saying
from kernel.dataio.services import choose, preview, receive_file, start
from kernel.dataio.tasks import fetch_imported_pictures, run_import
from kernel.tenancy.tasks import enqueue

IMPORT, EXPORT = "products.import", "products.export"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(IMPORT)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the imports, and take a new file."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = receive_file(
                file.file,
                name=file.name,
                size=file.size,
                kind=form.cleaned_data["kind"] or None,
                actor=request.actor,
            )
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(f"/imports/{row.public_id}/")
    context = {
        "form": form,
        "tabs": rows.tabs_for(request.person),
        "may_export": request.person.may(EXPORT),
        "imports": Import.objects.filter(resource=PRODUCTS).order_by("-id")[: rows.RECENT],
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/imports/list.html", context, status=status)


@require_safe
@staff_page()
def show(request: StaffRequest, source: str) -> HttpResponseBase:
    """Show where an import stands, and what can be done next."""
    row = rows.import_with(request, source)
    if row.resource != PRODUCTS:
        return rows.draw(request, row)
    return _draw(request, row, ChoiceForm(row))


def _draw(
    request: StaffRequest, row: Import, form: ChoiceForm, *, status: int = 200
) -> HttpResponseBase:
    is_running = row.state in rows.RUNNING
    context: dict[str, Any] = {
        "import": row,
        "form": form,
        "is_running": is_running,
        "is_open": not is_running and row.state != ImportState.DONE,
        "faults": ImportFault.objects.filter(source=row).order_by("line", "id")[
            : rows.FAULTS_SHOWN
        ],
        "failed_pictures": [
            (picture, picture_saying(picture.fault))
            for picture in ([] if is_running else failed_pictures(row.pk)[: rows.FAULTS_SHOWN])
        ],
    }
    if context["is_open"]:
        context |= _preview(row)
    return render(request, "backoffice/imports/import.html", context, status=status)


def _preview(row: Import) -> dict[str, object]:
    try:
        groups = preview(row.pk)
    except DomainError as refusal:
        return {"unreadable": str(refusal)}
    shown = [(group, "") if isinstance(group, ProductRecord) else (None, group) for group in groups]
    return {"groups": shown}


@require_POST
@staff_page()
def set_choices(request: StaffRequest, source: str) -> HttpResponseBase:
    """Say how the file is read; then rehearse or import, when asked for."""
    row = rows.import_with(request, source)
    if row.resource != PRODUCTS:
        return rows.set_choices(request, row)
    form = ChoiceForm(row, request.POST)
    if not form.is_valid():
        return _draw(request, row, form, status=422)
    act = request.POST.get("act", "")
    try:
        choose(
            row.pk,
            actor=request.actor,
            mapping=form.mapping(),
            publish=form.cleaned_data["publish"],
            with_stock=form.cleaned_data["with_stock"],
        )
        if act in {"rehearse", "import"}:
            start(row.pk, rehearse=act == "rehearse", actor=request.actor, now=utc_now())
            enqueue(run_import, import_id=str(row.pk))
    except InvalidMapping as refusal:
        form.add_error("column_title" if form.is_mapped else None, str(refusal))
        return _draw(request, row, form, status=refusal.status)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if not act:
            messages.success(request, _("The choices were saved."))
    return redirect(f"/imports/{row.public_id}/")


@require_POST
@staff_page(IMPORT)
def pictures(request: StaffRequest, source: str) -> HttpResponseBase:
    """Ask again for the pictures that could not be fetched."""
    row = _row(source)
    if retry_pictures(row.pk):
        enqueue(fetch_imported_pictures, import_id=str(row.pk))
        messages.success(request, _("The pictures are being fetched again."))
    return redirect(f"/imports/{row.public_id}/")


@require_safe
@staff_page(EXPORT)
def export(request: StaffRequest) -> HttpResponseBase:
    """Send all products as a file that can be imported again."""
    return csv_file(export_products(), "products")


def _row(text: str) -> Import:
    products = Import.objects.filter(resource=PRODUCTS)
    row: Import = found(products.filter(pk=identified("imp", text)).first())
    return row
