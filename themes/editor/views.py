"""The editor's screens in the console, and what its client asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import segno
from csp.constants import HEADER
from csp.utils import build_policy
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.backoffice.library.views import take
from kernel.common.errors import DomainError
from kernel.common.time import utc_now
from kernel.media.choices import AssetKind, AssetState
from kernel.media.errors import InvalidAsset
from kernel.media.services import render_asset
from kernel.notifications.addresses import web_address
from kernel.tenancy.context import current_tenant
from themes.desk import draft_of, live_theme, page_with, pages_of, save_draft, title_of
from themes.editor import finding, presence
from themes.editor.facts import EDIT, PUBLISH, UPLOAD, canvas_facts, editor_facts
from themes.editor.passes import HOURS, Pass, canvas_address
from themes.editor.shown import around, sample_params
from themes.models import Page, PageKindOf
from themes.names import LANDING, MANY, PART
from themes.own_pages import listed
from themes.packs.errors import UnknownPack
from themes.packs.services import put_on
from themes.packs.wearing import worn
from themes.releasing import (
    cancel,
    make_live,
    planned_of,
    publish,
    version_of,
    versions_of,
)
from themes.wardrobe import themes_of_shop

_ESCAPES: Final = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}
_LONGEST_NOTE: Final = 120


@require_safe
@staff_page(EDIT)
def index(request: StaffRequest) -> HttpResponseBase:
    """List the pages of the theme in use."""
    theme = live_theme()
    rows = listed(theme, pages_of(theme))
    fixed = [each for each in rows if each.page.template not in MANY]
    groups = (
        (_("Pages of the shop"), [each for each in fixed if each.page.kind == PageKindOf.PAGE]),
        (_("On every page"), [each for each in fixed if each.page.kind == PageKindOf.GROUP]),
    )
    told = {
        "groups": groups,
        "landing": [each for each in rows if each.page.template == LANDING],
        "parts": [each for each in rows if each.page.template == PART],
        "many": MANY,
        "shop": web_address("store", "/").rstrip("/"),
        "themes": themes_of_shop(),
        "may_publish": request.person.may(PUBLISH),
    }
    return render(request, "themes/design/index.html", told)


@require_safe
@staff_page(EDIT)
def edit(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Open a page in the editor."""
    row = page_with(page)
    facts = editor_facts(request, draft_of(row))
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    response = render(request, "themes/design/editor.html", {"facts": text, "title": title_of(row)})
    # Nothing but the shop itself is ever shown inside.
    origin, media = facts["canvas"]["origin"], current_tenant().media_origin
    response.headers[HEADER] = build_policy(
        update={"img-src": [media], "media-src": [media]} if media else None,
        replace={"frame-src": [origin]} if origin else None,
    )
    return response


@require_http_methods(["GET", "PUT"])
@staff_page(EDIT)
def draft(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Return the draft of a page, or keep another."""
    if request.method == "PUT":
        told = _told(request)
        rev = told.get("rev")
        if not isinstance(rev, int) or isinstance(rev, bool):
            return _refused(_("The number of the draft is missing."))
        kept = save_draft(page, told.get("doc"), rev=rev, actor=request.actor)
        return JsonResponse({"rev": kept})
    found = draft_of(page_with(page))
    return JsonResponse({"doc": found.doc, "rev": found.rev, "by": found.by})


@require_POST
@staff_page(PUBLISH)
def publish_page(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Publish the draft, now or later."""
    told = _told(request)
    rev, at = told.get("rev"), _moment(told.get("at"))
    if not isinstance(rev, int) or (told.get("at") and at is None):
        return _refused(_("Choose a moment in the coming year."))
    done = publish(
        page,
        rev=_saved(page, rev, request),
        note=str(told.get("note") or "")[:_LONGEST_NOTE],
        actor=request.actor,
        live_from=at,
    )
    return JsonResponse({"version": str(done.version.pk), "number": done.version.number})


def _saved(page: UUID, rev: int, request: StaffRequest) -> int:
    """Publishing a page that nobody changed makes its document a draft first."""
    if rev:
        return rev
    return save_draft(page, draft_of(page_with(page)).doc, rev=0, actor=request.actor)


@require_safe
@staff_page(EDIT)
def versions(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """List what was published of a page, and what is planned."""
    row = page_with(page)
    params, language = sample_params(around(row)), current_tenant().locale
    rows = [
        {
            "id": str(each.version.pk),
            "number": each.version.number,
            "note": each.version.note,
            "by": each.version.by,
            "at": each.version.at.isoformat(),
            "isLive": each.is_live,
            "url": canvas_address(
                Pass("version", row.pk, each.version.pk), params, language=language
            ),
        }
        for each in versions_of(row)
    ]
    planned = [
        {"id": str(each.pk), "at": each.live_from.isoformat(), "note": each.note}
        for each in planned_of(row)
        if each.live_from
    ]
    return JsonResponse({"rows": rows, "scheduled": planned})


@require_safe
@staff_page(EDIT)
def version(request: StaffRequest, page: UUID, version: UUID) -> HttpResponseBase:
    """Return the document of a version."""
    return JsonResponse({"doc": version_of(page_with(page), version).doc})


@require_POST
@staff_page(PUBLISH)
def roll_back(request: StaffRequest, page: UUID, version: UUID) -> HttpResponseBase:
    """Make a version live again."""
    make_live(version, page_id=page, actor=request.actor)
    return JsonResponse({})


@require_http_methods(["DELETE"])
@staff_page(PUBLISH)
def give_up(request: StaffRequest, page: UUID, release: UUID) -> HttpResponseBase:
    """Give up a planned release."""
    cancel(release, page_id=page, actor=request.actor)
    return HttpResponse(status=204)


@require_http_methods(["PUT"])
@staff_page(PUBLISH)
def colours(request: StaffRequest) -> HttpResponseBase:
    """Wear other colours of the same pack, at once and everywhere."""
    pack = worn().pack
    if pack is None:
        raise UnknownPack
    put_on(f"{pack.code}:{_told(request).get('palette', '')}", actor=request.actor)
    return JsonResponse({})


@require_POST
@staff_page(EDIT)
def share(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Return a link to the draft for people and telephones that are not signed in."""
    row = page_with(page)
    params = sample_params(around(row))
    url = canvas_address(Pass("share", row.pk), params, language=current_tenant().locale)
    until = utc_now() + timedelta(hours=HOURS["share"])
    code = segno.make(url, error="l").svg_data_uri(scale=4, border=2)
    return JsonResponse({"url": url, "qr": code, "until": until.isoformat()})


@require_safe
@staff_page(EDIT)
def canvas(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Return a new pass to the canvas; one does not last for ever."""
    return JsonResponse(canvas_facts(page_with(page)))


@require_POST
@staff_page(EDIT)
def here(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Note that somebody has the page open, and tell who else has."""
    row = page_with(page)
    others = presence.beat(page, person=request.person.public_id, name=request.person.name)
    return JsonResponse({"others": others, "rev": _rev(row)})


def _rev(row: Page) -> int:
    return draft_of(row).rev


@require_safe
@staff_page(EDIT)
def find(request: StaffRequest) -> HttpResponseBase:
    """Find things of the shop for a picker."""
    asked = request.GET
    rows = finding.find(
        asked.get("kind", ""), text=asked.get("text", ""), wanted=asked.get("id", "")
    )
    return JsonResponse({"rows": rows})


@require_safe
@staff_page(EDIT)
def media(request: StaffRequest) -> HttpResponseBase:
    """Return files of the library for a picker."""
    asked = request.GET
    number = asked.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1  # noqa: PLR2004  as many as anybody turns
    rows, is_more = finding.media(
        asked.get("kind", ""), text=asked.get("text", ""), page=max(1, page)
    )
    return JsonResponse({"rows": rows, "isMore": is_more})


@require_POST
@staff_page(UPLOAD)
def add_media(request: StaffRequest) -> HttpResponseBase:
    """Take a picture in and draw it at once."""
    file = request.FILES.get("file")
    if file is None:
        return _refused(_("Choose a file."))
    try:
        asset = render_asset(take(file, folder=None, request=request).asset.pk)
        if asset is None or asset.state != AssetState.READY or asset.kind != AssetKind.IMAGE:
            raise InvalidAsset(_("The picture is damaged."))
    except DomainError as refusal:
        return _refused(str(refusal))
    return JsonResponse(finding.asset_told(asset))


def _told(request: StaffRequest) -> Mapping[str, Any]:
    try:
        told = json.loads(request.body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _moment(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _refused(text: str) -> JsonResponse:
    return JsonResponse({"error": text}, status=422)
