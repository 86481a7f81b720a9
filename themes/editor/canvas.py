"""The shop's side of the editor: its real pages with a draft in them, for holders of a pass.

Requests come from the page itself, so they are of the shop's own origin; the console's
is only told apart as the one that may put the page into a frame.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from csp.constants import HEADER
from csp.utils import build_policy
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_POST, require_safe

from kernel.i18n.languages import offered
from kernel.notifications.addresses import web_address
from kernel.tenancy.context import current_tenant
from themes.cache.counters import tokens
from themes.contract import PageContext, Viewer
from themes.editor.drawing import Drawn, draw_blocks, in_region
from themes.editor.passes import Pass, read_pass
from themes.editor.shown import Shown, shown_document
from themes.fields import Json
from themes.kinds import Head, cleaned, kind_of
from themes.own_pages import parts_of
from themes.pages import Chrome, context_of
from themes.rendering import draw
from themes.same_origin import same_origin_only
from themes.sources import all_counters
from themes.store import GROUPS, published

MOST_BYTES: Final = 524_288
_MAIN: Final = "main"


@require_safe
def canvas(request: HttpRequest) -> HttpResponse:
    """Show a page with a draft, or an older version, in it."""
    given = read_pass(request.GET.get("token", ""))
    if given is None:
        raise PermissionDenied
    shown = shown_document(given)
    if shown is None:
        raise Http404
    query = {name: value for name, value in request.GET.dict().items() if name != "token"}
    with translation.override(_language(query)):
        page = _context(shown, query, csrf=get_token(request))
        response = _answer(request, given, shown, page, query)
    add_never_cache_headers(response)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@require_POST
@same_origin_only
def draw_changed(request: HttpRequest) -> HttpResponse:
    """Draw blocks as they are being edited; nothing of it is kept."""
    given = read_pass(request.headers.get("X-Design", ""))
    if given is None or given.purpose != "edit":
        raise PermissionDenied
    shown = shown_document(given)
    if shown is None:
        raise Http404
    told = _told(request)
    query = {str(name): str(value) for name, value in told["query"].items()}
    with translation.override(_language(query)):
        parts = parts_of(shown.theme, told["blocks"])
        drawn = draw_blocks(told["blocks"], _context(shown, query, csrf=""), parts=parts)
    response = JsonResponse({"html": drawn.html, "css": drawn.css, "faults": drawn.faults})
    add_never_cache_headers(response)
    return response


def _told(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise PermissionDenied
    try:
        told = json.loads(request.body)
    except ValueError as error:
        raise PermissionDenied from error
    is_whole = (
        isinstance(told, dict)
        and isinstance(told.get("blocks"), list)
        and isinstance(told.get("query"), dict)
    )
    if not is_whole:
        raise PermissionDenied
    return dict(told)


def _language(query: Mapping[str, str]) -> str:
    wanted = query.get("language", "")
    return wanted if wanted in offered(current_tenant()) else translation.get_language()


def _context(shown: Shown, query: Mapping[str, str], *, csrf: str) -> PageContext:
    kind = kind_of(shown.around)
    params = cleaned(kind, query)
    # A stranger looks: what differs by person is drawn as a stranger sees it.
    return context_of(kind.template, params, viewer=Viewer(), inputs={"csrf": csrf})


def _answer(
    request: HttpRequest, given: Pass, shown: Shown, page: PageContext, query: Mapping[str, str]
) -> HttpResponse:
    blocks = _blocks_of(shown.document)
    drawn = draw_blocks(blocks, page, parts=parts_of(shown.theme, [*blocks]))
    own = in_region(drawn, blocks)
    others = [name for name in (*GROUPS, _MAIN) if name != shown.region]
    named = {name: shown.around if name == _MAIN else name for name in others}
    regions = {name: published(template).blocks for name, template in named.items()}
    drawing = draw(regions, page, versions=tokens(all_counters()))
    html = {**drawing.html, shown.region: own}
    around = Chrome(html["header"], html["footer"], html["tabbar"], _sheet_address(shown))
    facts = _facts(given, drawn, query, {n: [b.id for b in regions[n]] for n in others})
    context = {
        "regions": around,
        _MAIN: html[_MAIN],
        "head": Head(title=shown.title, is_indexed=False),
        "page": page,
        "canonical": "",
        "alternates": (),
        "structured": (),
        "facts": json.dumps(facts, ensure_ascii=False),
    }
    response = render(request, "themes/design/canvas.html", context, using="jinja2")
    _let_frame(response)
    return response


def _blocks_of(document: Mapping[str, Json]) -> Sequence[Json]:
    blocks = document.get("blocks")
    return blocks if isinstance(blocks, list) else []


def _sheet_address(shown: Shown) -> str:
    """The sheet of what stands around the draft, and of the published page under it."""
    return f"/sheets/{'frame' if shown.region == _MAIN else shown.around}.css"


def _facts(
    given: Pass, drawn: Drawn, query: Mapping[str, str], standing: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """What the bridge in the page has to know."""
    return {
        "console": web_address("console", "/").rstrip("/"),
        "draw": "/design/draw/",
        "token": given.token(),
        "query": dict(query),
        "css": drawn.css,
        "faults": drawn.faults,
        "isFixed": given.purpose != "edit",
        "groups": [name for name in standing if name != _MAIN],
        "standing": standing,
    }


def _let_frame(response: HttpResponse) -> None:
    """Let the shop's own console, and nobody else, show the page in a frame."""
    origin = web_address("console", "/").rstrip("/")
    media = current_tenant().media_origin
    extra = {"img-src": [media], "media-src": [media]} if media else None
    ancestors = {"frame-ancestors": [origin]} if origin else None
    response.headers[HEADER] = build_policy(update=extra, replace=ancestors)
    response.xframe_options_exempt = True
