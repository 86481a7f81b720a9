"""Draws documents, and keeps them as they were drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kernel.documents.drawing import Sheet, draw
from kernel.documents.models import Document, DocumentFile
from kernel.tenancy.context import current_tenant


def pdf_of(document: Document, *, now: datetime) -> bytes:
    """Return a document as a PDF file; the first time it is drawn and kept."""
    row = DocumentFile.objects.filter(document=document).first()
    if row is None:
        return keep(document, now=now)
    with default_storage.open(row.file) as file:
        content: bytes = file.read()
    return content


def keep(document: Document, *, now: datetime) -> bytes:
    """Draw a document and keep the file; who comes second uses the first one's."""
    content = draw([sheet_of(document)])
    name = f"documents/{document.year}/{document.pk.hex}.pdf"
    row = DocumentFile(
        document=document,
        file=default_storage.save(name, ContentFile(content)),
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        drawn_at=now,
    )
    DocumentFile.objects.bulk_create([row], ignore_conflicts=True)
    return content


def keep_drawn(document_id: UUID, *, now: datetime) -> None:
    """Draw a document that was issued, unless it is drawn; one that is gone does nothing."""
    document = Document.objects.filter(pk=document_id).first()
    if document and not DocumentFile.objects.filter(document=document).exists():
        keep(document, now=now)


def sheet_of(document: Document) -> Sheet:
    """Return a document as it is drawn."""
    return Sheet(
        kind=document.kind,
        number=document.number,
        issued_at=document.issued_at.isoformat(),
        language=document.language,
        currency=document.currency,
        zone=current_tenant().zone,
        content=document.content,
        logo=logo_of(document.content),
    )


def logo_of(content: Mapping[str, Any]) -> bytes:
    """Return the picture that a document's layout names."""
    name = str((content.get("layout") or {}).get("logo", ""))
    if not name:
        return b""
    with default_storage.open(name) as file:
        picture: bytes = file.read()
    return picture
