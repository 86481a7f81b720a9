"""Statements that take whole columns, because the verbs take many lines at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from kernel.inventory.values import Ref


def run(statement: str, *parameters: Any) -> None:
    """Send a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def fetch(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Send a statement and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def fetch_named(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Send a statement that names its parameters and return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def ref_columns(refs: Sequence[Ref]) -> tuple[list[Any], list[Any]]:
    """Return the kinds and the ids."""
    return [kind for kind, _id in refs], [key for _kind, key in refs]
