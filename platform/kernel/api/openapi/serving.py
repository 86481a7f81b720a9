"""Answers with the documents that are checked in."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

_FOLDER: Final = Path(__file__).resolve().parent
_KEPT: Final = "public, max-age=3600"


@cache
def _content(name: str) -> bytes:
    return (_FOLDER / f"{name}.json").read_bytes()


@cache
def _etag(name: str) -> str:
    return f'"{hashlib.sha256(_content(name)).hexdigest()[:32]}"'


@require_safe
@condition(etag_func=lambda _request, name: _etag(name))
def document(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with a document; whoever has it already is told so.

    Args:
        request: anybody's; the documents hold nothing of a tenant.
        name: ``store``, ``admin`` or ``channel``, given by the route.
    """
    return HttpResponse(
        _content(name), content_type="application/json", headers={"Cache-Control": _KEPT}
    )
