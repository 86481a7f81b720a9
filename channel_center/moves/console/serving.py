"""Hands archives over."""

from __future__ import annotations

from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.text import slugify

from channel_center.moves.services.archives import parts_of, ready_export
from kernel.audit.actor import Actor


def archive_response(
    tenant_id: UUID, job_id: UUID, *, name: str, actor: Actor
) -> StreamingHttpResponse:
    """Return an archive as a file to keep; that it was fetched is on record.

    Raises:
        UnknownMove: there is none that is ready.
    """
    path, size = ready_export(tenant_id, job_id, actor=actor)
    response = StreamingHttpResponse(parts_of(path), content_type="application/octet-stream")
    suffix = path[path.rfind("/") :].partition(".")[2]
    label = slugify(name) or "shop"
    response.headers["Content-Disposition"] = f'attachment; filename="{label}.{suffix}"'
    if size:
        response.headers["Content-Length"] = str(size)
    return response
