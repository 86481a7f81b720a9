"""Hands out files on this machine's disk to those who hold a signed link."""

from __future__ import annotations

import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.signing import BadSignature
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from kernel.common.time import utc_now
from kernel.tenancy.storage.local import LINK_LIFETIME, check_link

_SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "video/mp4", "audio/mpeg"}
)
"""What a browser may show in place; anything else is saved, for it could be a script."""


@require_safe
def serve_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Answer with a file of the current tenant, or 404 whatever is wrong."""
    storage = default_storage
    try:
        check_link(
            name,
            until=request.GET.get("until", ""),
            signature=request.GET.get("signature", ""),
            now=utc_now(),
        )
        file = storage.open(name)
    except (BadSignature, SuspiciousFileOperation, OSError, ValueError) as refusal:
        raise Http404 from refusal
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = FileResponse(
        file,
        as_attachment=kind not in _SHOWN,
        filename=name.rpartition("/")[2],
        content_type=kind,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = f"private, max-age={int(LINK_LIFETIME.total_seconds())}"
    return response
