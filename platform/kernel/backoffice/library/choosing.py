"""The picker: a part of a page in which a form's file is chosen from the library."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.library.forms import LibraryFilter
from kernel.backoffice.library.shown import lasting_link, picture_of, tiles
from kernel.backoffice.library.views import MANAGE, VIEW, take
from kernel.backoffice.pieces import paged, query_without_page
from kernel.common.errors import DomainError
from kernel.media.choices import AssetKind, AssetState
from kernel.media.errors import InvalidAsset
from kernel.media.selectors import folders, searched
from kernel.media.services import render_asset

_PAGE: Final = 24


@require_safe
@staff_page(VIEW)
def choose(request: StaffRequest) -> HttpResponseBase:
    """Draw what the picker shows: pictures that are ready, narrowed down."""
    narrow = LibraryFilter(folders(), request.GET)
    narrow.fields.pop("kind")
    narrow.fields.pop("is_unused")
    wanted = narrow.wanted()
    rows = searched(**wanted, kind=AssetKind.IMAGE).filter(state=AssetState.READY)
    if request.GET.get("drawings") != "1":
        rows = rows.exclude(renditions={})
    page = paged(request, rows, size=_PAGE)
    context = {
        "filter": narrow,
        "is_narrowed": bool(wanted),
        "page": page,
        "query": query_without_page(request.GET),
        "tiles": tiles(list(page)),
    }
    return render(request, "backoffice/library/choose.html", context)


@require_POST
@staff_page(MANAGE)
def add(request: StaffRequest) -> HttpResponseBase:
    """Take a picture in, draw it at once, and tell the picker of it."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"error": _("Choose a file.")}, status=422)
    try:
        asset = render_asset(take(file, folder=None, request=request).asset.pk)
        if asset is None or asset.state != AssetState.READY or asset.kind != AssetKind.IMAGE:
            raise InvalidAsset(_("The picture is damaged."))
    except DomainError as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    told = {"asset": asset.public_id, "name": asset.name, "url": picture_of(asset)}
    sizes = {"width": asset.width, "height": asset.height, "alt": asset.alt}
    return JsonResponse({**told, **sizes, "link": lasting_link(asset)})
