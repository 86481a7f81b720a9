"""Draws numbers of documents: gapless for each entity, kind and year."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from kernel.common.ids import uuid7
from kernel.common.time import local_date
from kernel.documents.choices import DocumentKind
from kernel.documents.models import LegalEntity
from kernel.tenancy.context import current_tenant

PREFIXES: Final = {
    DocumentKind.INVOICE: "INV-",
    DocumentKind.CREDIT_NOTE: "CN-",
    DocumentKind.CREDIT_VOID: "CV-",
    DocumentKind.DELIVERY_NOTE: "DN-",
    DocumentKind.PACKING_LIST: "PL-",
}
# The row stays locked until the commit: who comes next waits, and takes the same number
# when this transaction is rolled back.
_DRAW: Final = """
INSERT INTO documents_numberrange (id, entity_id, kind, year, last) VALUES (%s, %s, %s, %s, 1)
ON CONFLICT (entity_id, kind, year) DO UPDATE SET last = documents_numberrange.last + 1
RETURNING last
"""


def year_of(now: datetime) -> int:
    """Return the year in which a document is issued, by the shop's own calendar."""
    return local_date(now, current_tenant().zone).year


def draw_serial(entity_id: UUID, kind: DocumentKind, year: int) -> int:
    """Return the next serial; call it last, for the range stays locked until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [uuid7(), entity_id, kind.value, year])
        return int(cursor.fetchone()[0])


def number_of(entity: LegalEntity, kind: DocumentKind, year: int, serial: int) -> str:
    """Return a number as it is printed: ``INV-2026-000001``."""
    prefix = entity.prefixes.get(kind.value) or PREFIXES[kind]
    return f"{prefix}{year}-{serial:0{entity.digits}d}"
