"""Hands out files on this machine's disk to those who hold a signed link, and takes them in."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from typing import IO, Any, Final, cast

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kernel.common.time import utc_now
from kernel.tenancy.storage.forms import check_form
from kernel.tenancy.storage.local import LINK_LIFETIME, check_link
from kernel.tenancy.storage.names import public_origin

_SHOWN: Final = frozenset(
    {
        *("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"),
        *("video/mp4", "video/webm", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"),
    }
)
"""What a browser may show in place; anything else is saved, for it could be a script."""

_TYPES: Final = {".m4a": "audio/mp4", ".wav": "audio/wav", ".webp": "image/webp"}
"""Types that machines' own tables name otherwise, or not at all."""

_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{0,15})\Z")
_CHUNK: Final = 64 * 1024


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
    ending = name[name.rfind(".") :].lower()
    kind = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = _part(request, file, kind) or FileResponse(
        file,
        as_attachment=kind not in _SHOWN,
        filename=name.rpartition("/")[2],
        content_type=kind,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["Accept-Ranges"] = "bytes"
    kept_by = "public" if public_origin(name) else "private"
    response["Cache-Control"] = f"{kept_by}, max-age={int(LINK_LIFETIME.total_seconds())}"
    return response


@csrf_exempt
@require_POST
def receive_file(request: HttpRequest) -> HttpResponseBase:
    """Take a file by a signed form, as S3 does: 204, or 403 and 400 for what does not fit it."""
    try:
        name, largest = check_form(request.POST.dict())
        file = cast("UploadedFile[Any]", request.FILES["file"])
        if not 0 < (file.size or 0) <= largest or default_storage.exists(name):
            return HttpResponse(status=400)
        default_storage.save(name, file)
    except (BadSignature, SuspiciousFileOperation):
        return HttpResponse(status=403)
    except KeyError:
        return HttpResponse(status=400)
    return HttpResponse(status=204)


def _part(request: HttpRequest, file: IO[bytes], kind: str) -> HttpResponseBase | None:
    """Return the part of a video or sound that a player asks for; None for anything else."""
    wanted = _RANGE.match(request.headers.get("Range", ""))
    if wanted is None or not kind.startswith(("video/", "audio/")):
        return None
    size = file.seek(0, 2)
    start, end = int(wanted[1]), min(int(wanted[2] or size - 1), size - 1)
    if start > end:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(
        _read(file, start, end - start + 1), status=206, content_type=kind
    )
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    return response


def _read(file: IO[bytes], start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length > 0 and (part := file.read(min(_CHUNK, length))):
            length -= len(part)
            yield part
