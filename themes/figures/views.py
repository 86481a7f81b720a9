"""What pages tell when they are left, and what staff read of it."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kernel.analytics.sources import is_robot
from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, RateLimited, WhenDown
from themes.comparing.visitors import seated
from themes.desk import page_with, title_of
from themes.editor.facts import EDIT
from themes.figures.noting import MOST_BLOCKS, note_left
from themes.figures.reading import SPANS, local_today, rows_of
from themes.same_origin import same_origin_only

LEFT: Final = Limit("themes.left", "120/minute;2000/hour", WhenDown.PASS)
_LONGEST: Final = 16_000
_USUAL: Final = 30


@never_cache
@same_origin_only
@require_POST
def note(request: HttpRequest) -> HttpResponse:
    """Keep what was seen of a page; what cannot be read is dropped, and nobody is told."""
    told, response = _told(request), HttpResponse(status=204)
    if told is not None and not is_robot(request.headers.get("User-Agent", "")):
        try:
            LEFT.check(client_ip(request))
        except RateLimited:
            return response
        page, seen, taps = str(told.get("page") or ""), told.get("seen"), told.get("taps")
        with seated(request) as seat:
            tapped = note_left(
                page,
                seen=[str(each) for each in seen[:MOST_BLOCKS]] if isinstance(seen, list) else [],
                taps=_counts(taps) if isinstance(taps, dict) else {},
            )
            if tapped is not None:
                seat.saw(page, taps=tapped)
        seat.kept_in(response)
    return response


def _told(request: HttpRequest) -> dict[str, Any] | None:
    try:
        if int(request.headers.get("Content-Length") or 0) > _LONGEST:
            return None
        found = json.loads(request.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _counts(taps: dict[str, Any]) -> dict[str, int]:
    return {
        each: count
        for each, count in list(taps.items())[:MOST_BLOCKS]
        if isinstance(count, int) and not isinstance(count, bool)
    }


@require_safe
@staff_page(EDIT)
def figures(request: StaffRequest, page: UUID) -> HttpResponseBase:
    """Show how the blocks of a page are seen and used."""
    row, asked = page_with(page), request.GET.get("days", "")
    days = int(asked) if asked in {str(each) for each in SPANS} else _USUAL
    rows = rows_of(row, days=days, today=local_today(), language=get_language() or "")
    told = {
        "page": row,
        "title": title_of(row),
        "rows": rows,
        "days": days,
        "spans": SPANS,
        "has_any": any(each.figures.seen or each.figures.taps for each in rows),
    }
    return render(request, "themes/design/figures.html", told)
