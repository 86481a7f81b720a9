"""Files as answers, for the APIs and for pages."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from kernel.documents.models import Document
from kernel.documents.services.drawing import pdf_of

R = TypeVar("R", HttpResponse, FileResponse)


def pdf_answer(document: Document, *, now: datetime) -> HttpResponse:
    """Return a document as a file that a browser may show."""
    response = HttpResponse(pdf_of(document, now=now), content_type="application/pdf")
    name = content_disposition_header(as_attachment=False, filename=f"{document.number}.pdf")
    response["Content-Disposition"] = name or ""
    return _guarded(response)


def file_answer(file: str, name: str) -> FileResponse:
    """Return a kept file under a name of ours; it is saved, never shown in place."""
    ending = file.rpartition(".")[2]
    response = FileResponse(
        default_storage.open(file), as_attachment=True, filename=f"{name}.{ending}"
    )
    return _guarded(response)


def _guarded(response: R) -> R:
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
