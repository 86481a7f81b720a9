"""Imports from the file to their end, for these tests."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils.translation import override

from kernel.common.time import utc_now
from kernel.dataio.models import Import, ImportFault
from kernel.dataio.services import choose, receive_file, run, start
from testkit.factories.catalogue import ACTOR


def received(content: str | bytes, name: str = "products.csv", **choice: Any) -> Import:
    data = content.encode() if isinstance(content, str) else content
    row = receive_file(BytesIO(data), name=name, size=len(data), actor=ACTOR)
    return choose(row.id, actor=ACTOR, publish=True, **choice)


def applied(row: Import, *, rehearse: bool = False) -> Import:
    with override("en"):
        start(row.id, rehearse=rehearse, actor=ACTOR, now=utc_now())
    assert run(row.id, clock=utc_now)
    row.refresh_from_db()
    return row


def counts(row: Import) -> tuple[int, int, int, int]:
    return row.created, row.updated, row.unchanged, row.failed


def faults(row: Import) -> list[tuple[int, str, str]]:
    rows = ImportFault.objects.filter(source=row).order_by("line")
    return [(item.line, item.name, item.code) for item in rows]


def said(row: Import) -> list[str]:
    """Return the reasons as people read them in English."""
    with override("en"):
        return [item.saying for item in ImportFault.objects.filter(source=row).order_by("line")]
