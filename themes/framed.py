"""A shop's own HTML, in a document of its own that cannot reach the shop's pages.

The policy gives the document an origin that nobody else has, however it is opened: no
cookies, no storage, no way to the page around it.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from themes.blocks.layout import HTML
from themes.store import GROUPS, published

POLICY: Final = (
    "sandbox allow-scripts allow-forms allow-popups; default-src 'none'; base-uri 'none'; "
    "img-src https: data:; media-src https:; font-src https: data:; style-src 'unsafe-inline' "
    "https:; script-src 'unsafe-inline' https:; connect-src https:; frame-src https:; "
    "form-action https:; frame-ancestors 'self'"
)
_SECONDS: Final = 300
_HEAD: Final = (
    '<!doctype html><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<base target="_blank"><style>body{margin:0;font:16px/1.6 system-ui,sans-serif}</style>'
)


@require_safe
def framed(_request: HttpRequest, name: str, block_id: str) -> HttpResponse:
    """Return what a block of a published page holds."""
    try:
        documents = [published(each) for each in (*GROUPS, *([name] if name != "frame" else []))]
    except KeyError as error:
        raise Http404 from error
    for block in chain.from_iterable(each.walk() for each in documents):
        if block.id == block_id and block.type == HTML.type:
            response = HttpResponse(f"{_HEAD}{block.settings['html']}")
            response.headers["Content-Security-Policy"] = POLICY
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
            response.headers["X-Robots-Tag"] = "noindex"
            patch_cache_control(response, public=True, max_age=_SECONDS)
            return response
    raise Http404
