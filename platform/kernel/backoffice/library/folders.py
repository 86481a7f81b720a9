"""Folders of the library: made, renamed, moved, deleted."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.library.forms import folder_id
from kernel.backoffice.library.views import MANAGE
from kernel.backoffice.pieces import identified
from kernel.common.errors import DomainError
from kernel.media.services import delete_folder, make_folder, move_folder, rename_folder


@require_POST
@staff_page(MANAGE)
def make(request: StaffRequest) -> HttpResponseBase:
    """Make a folder, and show it."""
    parent = folder_id(request.POST.get("parent", ""))
    try:
        row = make_folder(request.POST.get("name", ""), parent_id=parent, actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("/library/")
    messages.success(request, _("The folder was made."))
    return redirect(f"/library/?folder={row.public_id}")


@require_POST
@staff_page(MANAGE)
def change(request: StaffRequest, folder: str) -> HttpResponseBase:
    """Rename and move a folder, or delete an empty one."""
    key = identified("fol", folder)
    try:
        if request.POST.get("act") == "delete":
            delete_folder(key, actor=request.actor)
            messages.success(request, _("The folder was deleted."))
            return redirect("/library/")
        with transaction.atomic():
            rename_folder(key, request.POST.get("name", ""), actor=request.actor)
            move_folder(key, folder_id(request.POST.get("parent", "")), actor=request.actor)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved."))
    return redirect(f"/library/?folder={folder}")
