"""Lets one transaction at a time decide whose a number, an address or an id is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import connection

_LOCK: Final = (
    "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
    "'members:' || pg_catalog.current_schema() || ':' || %s, 0))"
)


def lock_names(names: Iterable[str]) -> None:
    """Wait until nobody else decides about these names, and keep them to the end."""
    with connection.cursor() as cursor:
        for name in sorted(set(names)):
            cursor.execute(_LOCK, [name])
