"""Statements that take whole columns, because the verbs take many lines at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from kernel.common.db.kept import preparing
from kernel.inventory.values import Ref


def run(statement: str, *parameters: Any) -> None:
    """Send a statement."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def fetch(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Send a statement of fixed form and return its rows."""
    with preparing(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def fetch_named(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Send a statement of fixed form that names its parameters and return its rows."""
    with preparing(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def ref_columns(refs: Sequence[Ref]) -> tuple[list[Any], list[Any]]:
    """Return the kinds and the ids."""
    return [kind for kind, _id in refs], [key for _kind, key in refs]
