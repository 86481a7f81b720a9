"""One thing at a time in a draw; its rows are never changed, so none can be locked."""

from __future__ import annotations

from uuid import UUID

from django.db import connection


def lock(draw_id: UUID) -> None:
    """Wait for others who work at a draw, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7305313))", [draw_id.hex])
