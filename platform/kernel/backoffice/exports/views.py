"""Any list as a file: with chosen columns, now or by the clock."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import (
    FileResponse,
    Http404,
    HttpResponseBase,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.audit.actor import Actor
from kernel.backoffice.exports.forms import FileForm, PlanForm
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.errors import DomainError
from kernel.common.time import local_date, utc_now
from kernel.dataio.choices import ExportFormat
from kernel.dataio.errors import InvalidExport
from kernel.dataio.exporting import (
    MEDIA_TYPES,
    ExportKind,
    export_chunks,
    export_kind,
    export_kinds,
    headings_of,
)
from kernel.dataio.plans import KEPT, MANAGE, drop_plan, file_of, files_of, plan_export, plans_of
from kernel.tenancy.context import current_tenant

_OWN = frozenset(
    {
        *("column", "file_format", "every", "hour", "way", "emails", "target", "page"),
        "csrfmiddlewaretoken",
    }
)


def file(code: str) -> Callable[..., HttpResponseBase]:
    """Return the view that sends a list as a file, narrowed as the query says."""
    kind = export_kind(code)

    @require_safe
    @staff_page(kind.permission)
    def send(request: StaffRequest, file_format: str) -> HttpResponseBase:
        try:
            return file_answer(kind, request.GET, file_format, actor=request.actor)
        except InvalidExport as refusal:
            raise Http404 from refusal

    return send


def file_answer(
    kind: ExportKind, query: QueryDict, file_format: str, *, actor: Actor
) -> StreamingHttpResponse:
    """Return a file whose name carries the tenant's day.

    Raises:
        InvalidExport: a column or the format is unknown.
    """
    now = utc_now()
    chunks = export_chunks(
        kind,
        query,
        columns=query.getlist("column"),
        file_format=file_format,
        actor=actor,
        now=now,
    )
    response = StreamingHttpResponse(chunks, content_type=MEDIA_TYPES[file_format])
    name = f"{kind.code}-{local_date(now, current_tenant().zone)}.{file_format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def choose(code: str) -> Callable[..., HttpResponseBase]:
    """Return the page on which columns are chosen, and a list is put under the clock."""
    kind = export_kind(code)

    @require_http_methods(["GET", "HEAD", "POST"])
    @staff_page(kind.permission)
    def page(request: StaffRequest) -> HttpResponseBase:
        narrowed = _filter_of(request.GET)
        if request.method == "POST":
            return _planned(request, kind, narrowed)
        return _draw(request, kind, narrowed, _plan_form(request, kind))

    return page


def _plan_form(request: StaffRequest, kind: ExportKind, told: QueryDict | None = None) -> PlanForm:
    initial = {"emails": request.person.email}
    may_send = request.person.may(MANAGE)
    return PlanForm(kind, told, may_send=may_send, initial=initial, auto_id="plan_%s")


def _planned(request: StaffRequest, kind: ExportKind, narrowed: QueryDict) -> HttpResponseBase:
    form = _plan_form(request, kind, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            plan_export(
                kind,
                narrowed.urlencode(),
                columns=told["column"],
                file_format=told["file_format"],
                every=told["every"],
                hour=told["hour"],
                person=request.person,
                actor=request.actor,
                now=utc_now(),
                route=form.route(),
            )
        except DomainError as refusal:
            about = str(refusal.fields.get("field", ""))
            form.add_error(about if about in form.fields else None, str(refusal))
        else:
            messages.success(request, _("It is made by the clock now."))
            return redirect("/exports/")
    return _draw(request, kind, narrowed, form, status=422)


def _draw(
    request: StaffRequest,
    kind: ExportKind,
    narrowed: QueryDict,
    form: PlanForm,
    *,
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "kind": kind,
        "file": FileForm(kind),
        "plan": form,
        "kept": [(key, value) for key, values in narrowed.lists() for value in values if value],
        "back": kind.page or request.path.removesuffix("export/"),
        "file_path": request.path.rstrip("/"),
        "formats": ExportFormat.choices,
    }
    return render(request, "backoffice/exports/choose.html", context, status=status)


def _filter_of(query: QueryDict) -> QueryDict:
    kept = query.copy()
    for name in _OWN:
        kept.pop(name, None)
    return kept


@staff_page()
def one(request: StaffRequest, code: str) -> HttpResponseBase:
    """Show the page of any list."""
    return choose(_known(code).code)(request)


@require_safe
@staff_page()
def sent(request: StaffRequest, code: str, file_format: str) -> HttpResponseBase:
    """Send any list as a file."""
    return file(_known(code).code)(request, file_format)


def _known(code: str) -> ExportKind:
    try:
        return export_kind(code)
    except InvalidExport as refusal:
        raise Http404 from refusal


@require_safe
@staff_page()
def index(request: StaffRequest) -> HttpResponseBase:
    """Show what is made by the clock for the person, and what was made."""
    person = request.person
    plans = [
        (row, export_kind(row.kind), _names(row.kind, row.columns)) for row in plans_of(person)
    ]
    context = {
        "plans": plans,
        "files": files_of(person, now=utc_now()),
        "lists": [kind for kind in export_kinds() if person.may(kind.permission)],
        "days": KEPT.days,
    }
    return render(request, "backoffice/exports/list.html", context)


def _names(code: str, columns: list[str]) -> list[str]:
    known = dict(headings_of(export_kind(code)))
    return [known[each] for each in columns if each in known]


@require_safe
@staff_page()
def fetch(request: StaffRequest, made: str) -> HttpResponseBase:
    """Send a file that was made by the clock, to whom it was made for alone."""
    try:
        row = file_of(request.person, made, now=utc_now())
    except DomainError as refusal:
        raise Http404 from refusal
    return FileResponse(default_storage.open(row.file), as_attachment=True, filename=row.name)


@require_POST
@staff_page()
def drop(request: StaffRequest, plan: str) -> HttpResponseBase:
    """Have a list made no more."""
    try:
        drop_plan(request.person, plan, actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is made no more."))
    return redirect("/exports/")
