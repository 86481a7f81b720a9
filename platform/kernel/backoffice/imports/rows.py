"""The import wizard for anything but products: members, stock, prices, what modules bring."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from kernel.access.models import Staff
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.imports.forms import RowsForm, RowsUploadForm
from kernel.backoffice.imports.sample import table_file
from kernel.backoffice.pieces import found, identified
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.dataio.choices import ImportState
from kernel.dataio.errors import InvalidMapping
from kernel.dataio.exporting import export_kind
from kernel.dataio.models import Import, ImportFault
from kernel.dataio.resources import (
    PRODUCTS,
    PRODUCTS_IMPORT,
    Resource,
    RowRecord,
    permission_for,
    resource_of,
    resources,
)
from kernel.dataio.results import left_out_rows, sample_rows
from kernel.dataio.services import choose, preview, receive_file, start
from kernel.dataio.tasks import run_import
from kernel.tenancy.tasks import enqueue

RECENT: Final = 50
FAULTS_SHOWN: Final = 50
RUNNING: Final = (ImportState.CHECKING, ImportState.APPLYING)


def tabs_for(person: Staff) -> list[tuple[str, str | Promise]]:
    """Return the pages of what a person may import, products first."""
    pages: list[tuple[str, str | Promise]] = []
    if person.may(PRODUCTS_IMPORT):
        pages.append(("/imports/", gettext_lazy("Products")))
    own = [each for each in resources() if each.is_there and person.may(each.permission)]
    return [*pages, *((f"/imports/of/{each.code}/", each.label) for each in own)]


def import_with(request: StaffRequest, source: str) -> Import:
    """Return an import of something that the person may import."""
    row: Import = found(Import.objects.filter(pk=identified("imp", source)).first())
    permission = permission_for(row.resource)
    if permission is None:
        raise Http404
    if not request.person.may(permission):
        raise PermissionDenied
    return row


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page()
def index(request: StaffRequest, code: str) -> HttpResponseBase:
    """List the imports of something, and take a new file."""
    resource = _resource(request, code)
    taken = request.method == "POST"
    form = RowsUploadForm(request.POST, request.FILES) if taken else RowsUploadForm()
    if taken and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            row = receive_file(
                file.file, name=file.name, size=file.size, actor=request.actor, resource=resource
            )
        except DomainError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(f"/imports/{row.public_id}/")
    context = {
        "form": form,
        "resource": resource,
        "tabs": tabs_for(request.person),
        "may_export": _may_export(request.person, resource),
        "imports": Import.objects.filter(resource=code).order_by("-id")[:RECENT],
    }
    status = 422 if form.errors else 200
    return render(request, "backoffice/imports/list.html", context, status=status)


@require_safe
@staff_page()
def sample(request: StaffRequest, code: str, file_format: str) -> HttpResponseBase:
    """Send a small file to be filled in."""
    resource = _resource(request, code)
    return table_file(list(sample_rows(resource)), f"sample-{code}", file_format)


@require_safe
@staff_page()
def left_out(request: StaffRequest, source: str, file_format: str) -> HttpResponseBase:
    """Send the rows that were left out with their reasons, to be mended."""
    row = import_with(request, source)
    if row.resource == PRODUCTS:
        raise Http404
    return table_file(_counted(row), "left-out", file_format)


def _counted(row: Import) -> list[list[object]]:
    # Said now, in the reader's language; at most as many as faults are kept.
    return list(left_out_rows(row))


def draw(
    request: StaffRequest, row: Import, form: RowsForm | None = None, *, status: int = 200
) -> HttpResponseBase:
    """Show where an import stands, and what can be done next."""
    resource = _resource(request, row.resource)
    is_running = row.state in RUNNING
    context: dict[str, Any] = {
        "import": row,
        "resource": resource,
        "form": form or RowsForm(row, resource),
        "is_running": is_running,
        "is_open": not is_running and row.state != ImportState.DONE,
        "faults": ImportFault.objects.filter(source=row).order_by("line", "id")[:FAULTS_SHOWN],
    }
    if context["is_open"]:
        context |= _preview(row, resource)
    return render(request, "backoffice/imports/rows.html", context, status=status)


def _preview(row: Import, resource: Resource) -> dict[str, object]:
    shown = [column for column in resource.columns_for() if column.code in row.mapping]
    try:
        groups = preview(row.pk)
    except DomainError as refusal:
        return {"unreadable": str(refusal)}
    rows = [
        (group.line, [(column.label, group.get(column.code)) for column in shown], "")
        if isinstance(group, RowRecord)
        else (group[0], [(shown[0].label, group[1])] if shown else [], group[2])
        for group in groups
        if isinstance(group, RowRecord | tuple)
    ]
    return {"shown": shown, "rows": rows}


def set_choices(request: StaffRequest, row: Import) -> HttpResponseBase:
    """Say how the file is read; then rehearse or import, when asked for."""
    resource = _resource(request, row.resource)
    form = RowsForm(row, resource, request.POST)
    if not form.is_valid():
        return draw(request, row, form, status=422)
    act = request.POST.get("act", "")
    try:
        choose(row.pk, actor=request.actor, mapping=form.mapping(), options=form.options_told())
        if act in {"rehearse", "import"}:
            start(row.pk, rehearse=act == "rehearse", actor=request.actor, now=utc_now())
            enqueue(run_import, import_id=str(row.pk))
    except InvalidMapping as refusal:
        _mark(form, refusal)
        return draw(request, row, form, status=refusal.status)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if not act:
            messages.success(request, _("The choices were saved."))
    return redirect(f"/imports/{row.public_id}/")


def _mark(form: RowsForm, refusal: InvalidMapping) -> None:
    """Say beside the field what is missing."""
    missing = refusal.fields.get("missing")
    codes = missing if isinstance(missing, list) else []
    for code in codes:
        form.add_error(f"column_{code}", _("Without it no row can be imported."))
    if not codes:
        form.add_error(None, str(refusal))


def _may_export(person: Staff, resource: Resource) -> bool:
    return bool(resource.export) and person.may(export_kind(resource.export).permission)


def _resource(request: StaffRequest, code: str) -> Resource:
    resource = resource_of(code)
    if resource is None or not resource.is_there:
        raise Http404
    if not request.person.may(resource.permission):
        raise PermissionDenied
    return resource
