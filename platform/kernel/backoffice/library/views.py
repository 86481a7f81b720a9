"""The library: looked through, added to, put in order; one file with everything about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.library.forms import (
    AssetForm,
    FolderForm,
    LibraryFilter,
    chosen_assets,
    folder_choices,
    folder_id,
)
from kernel.backoffice.library.shown import picture_of, room, tiles
from kernel.backoffice.pieces import identified, inner_path, paged, query_without_page
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.media import services
from kernel.media.errors import AssetInUse, UnknownAsset
from kernel.media.limits import LARGEST
from kernel.media.models import Asset
from kernel.media.selectors import asset_with, folders, link, searched, taken_by_kind, uses_of

VIEW: Final = "media.view"
MANAGE: Final = "media.manage"
_PAGE: Final = 48
_MOST_FILES: Final = 50


@require_safe
@staff_page(VIEW)
def index(request: StaffRequest) -> HttpResponseBase:
    """Show the files as a grid, the newest first; those in the trash on a tab of their own."""
    shelves = folders()
    narrow = LibraryFilter(shelves, request.GET)
    wanted, is_trash = narrow.wanted(), request.GET.get("show") == "trash"
    rows: QuerySet[Asset] = searched(**wanted, is_trashed=is_trash)
    page = paged(request, rows, size=_PAGE)
    context = {
        "filter": narrow,
        "is_narrowed": bool(wanted),
        "is_trash": is_trash,
        "page": page,
        "query": query_without_page(request.GET),
        "tiles": tiles(list(page)),
        "folders": shelves,
        "places": folder_choices(shelves),
        "folder": request.GET.get("folder", ""),
        "new_folder": FolderForm(shelves),
        "room": room(),
        "parts": taken_by_kind(),
        "here": request.get_full_path(),
        "largest": LARGEST,
        "has_watermark": services.watermark().asset_id is not None,
    }
    return render(request, "backoffice/library/list.html", context)


@require_POST
@staff_page(MANAGE)
def add(request: StaffRequest) -> HttpResponseBase:
    """Take files in; each that cannot be used is named."""
    files = request.FILES.getlist("file")[:_MOST_FILES]
    place, added, known = folder_id(request.POST.get("folder", "")), 0, 0
    for file in files:
        try:
            found = take(file, folder=place, request=request)
        except DomainError as refusal:
            messages.error(request, f"{(file.name or '')[:80]}: {refusal}")
        else:
            added, known = added + found.is_new, known + (not found.is_new)
    if added:
        text = ngettext("%(number)s file was added.", "%(number)s files were added.", added)
        messages.success(request, text % {"number": added})
    if known:
        messages.success(request, _("Files that were there already were not kept twice."))
    if not files:
        messages.error(request, _("Choose at least one file."))
    return _back(request)


def take(file: UploadedFile[Any], *, folder: UUID | None, request: StaffRequest) -> services.Added:
    """Take one uploaded file into the library; errors as `add_file`."""
    return services.add_file(
        file,
        name=file.name or "file",
        size=file.size or 0,
        folder_id=folder,
        actor=request.actor,
    )


@require_POST
@staff_page(MANAGE)
def act(request: StaffRequest) -> HttpResponseBase:
    """Do something with the files that were ticked: all of them, or none."""
    chosen = chosen_assets(request.POST.getlist("asset"))
    what = request.POST.get("act", "")
    acts: dict[str, Callable[[], object]] = {
        "move": lambda: services.move_assets(
            chosen, folder_id(request.POST.get("to", "")), actor=request.actor
        ),
        "trash": lambda: services.trash_assets(chosen, actor=request.actor, now=utc_now()),
        "restore": lambda: services.restore_assets(chosen, actor=request.actor),
        "purge": lambda: services.purge_assets(chosen, actor=request.actor),
        "mark": lambda: services.mark_assets(chosen, is_marked=True, actor=request.actor),
        "unmark": lambda: services.mark_assets(chosen, is_marked=False, actor=request.actor),
    }
    if what not in acts or not chosen:
        messages.error(request, _("Tick at least one file."))
        return _back(request)
    try:
        acts[what]()
    except DomainError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, _done(what))
    return _back(request)


@require_POST
@staff_page(MANAGE)
def empty(request: StaffRequest) -> HttpResponseBase:
    """Delete everything in the trash for good."""
    while services.empty_trash(actor=request.actor):
        pass
    messages.success(request, _("The trash is empty."))
    return redirect("/library/?show=trash")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(VIEW)
def edit(request: StaffRequest, asset: str) -> HttpResponseBase:
    """Show a file with everything that shows it, and change what is said of it."""
    row, shelves = _row(asset), folders()
    if request.method != "POST":
        return _draw(request, row, AssetForm(row, shelves))
    if not request.person.may(MANAGE):
        raise PermissionDenied
    form = AssetForm(row, shelves, request.POST)
    if form.is_valid():
        try:
            services.change_asset(row.pk, form.told(row), actor=request.actor)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(f"/library/{row.public_id}/")
    return _draw(request, row, form, status=422)


@require_POST
@staff_page(MANAGE)
def replace(request: StaffRequest, asset: str) -> HttpResponseBase:
    """Give a file another content."""
    row, file = _row(asset), request.FILES.get("file")
    if file is None:
        messages.error(request, _("Choose a file."))
        return redirect(f"/library/{row.public_id}/")
    try:
        services.replace_asset(
            row.pk, file, name=file.name or "", size=file.size or 0, actor=request.actor
        )
    except DomainError as refusal:
        messages.error(request, in_words(refusal))
    else:
        messages.success(request, _("Everything that shows the file shows the new one."))
    return redirect(f"/library/{row.public_id}/")


@require_POST
@staff_page(MANAGE)
def trash(request: StaffRequest, asset: str) -> HttpResponseBase:
    """Put a file into the trash, or take it out."""
    row = _row(asset)
    try:
        if row.trashed_at is not None:
            services.restore_assets([row.pk], actor=request.actor)
            messages.success(request, _done("restore"))
            return redirect(f"/library/{row.public_id}/")
        services.trash_assets([row.pk], actor=request.actor, now=utc_now())
    except DomainError as refusal:
        messages.error(request, in_words(refusal))
        return redirect(f"/library/{row.public_id}/")
    messages.success(request, _done("trash"))
    return redirect("/library/")


def in_words(refusal: DomainError) -> str:
    """Return a refusal with the things that it names."""
    if not isinstance(refusal, AssetInUse):
        return str(refusal)
    uses: Any = refusal.fields["uses"]
    named = " · ".join(f"{each['label']}: {each['title']}" for each in uses[:5])
    more = " …" if len(uses) > len(uses[:5]) else ""
    return f"{refusal.fields['name']}: {refusal} {named}{more}"


def _draw(
    request: StaffRequest, row: Asset, form: AssetForm, *, status: int = 200
) -> HttpResponseBase:
    context = {
        "row": row,
        "form": form,
        "uses": uses_of([row.pk]).get(row.pk, []),
        "picture": picture_of(row, 960),
        "url": link(row),
        "has_focus": "x" in form.fields,
    }
    return render(request, "backoffice/library/edit.html", context, status=status)


def _row(text: str) -> Asset:
    try:
        return asset_with(identified("ast", text))
    except UnknownAsset as error:
        raise Http404 from error


def _done(what: str) -> str:
    return {
        "move": _("The files were moved."),
        "trash": _("The files lie in the trash for 30 days."),
        "restore": _("The files were taken out of the trash."),
        "purge": _("The files were deleted for good."),
        "mark": _("The watermark is being drawn; in a moment all pages show it."),
        "unmark": _("The watermark is being taken off; in a moment all pages show it."),
    }[what]


def _back(request: StaffRequest) -> HttpResponseBase:
    wanted = inner_path(request.POST.get("next"))
    return redirect(wanted if wanted.startswith("/library/") else "/library/")
