"""Several statements in as few messages as possible.

One order is a dozen rows in six tables: sent one table after the other, the ways
to the server and back would cost more than the rows. They go in one message; of
many orders each table is filled with `COPY`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from kernel.common.db.copying import copy_rows

MANY: Final = 12
"""From so many orders on, COPY costs less than the texts of INSERTs."""

_ESCAPED: Final = re.compile(r"\\(.)")
_MEANT: Final = {"n": "\n", "r": "\r", "t": "\t"}
_NULL: Final = "\\N"


@dataclass(frozen=True, slots=True)
class _Statement:
    text: str
    parameters: Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Rows:
    table: str
    columns: Sequence[str]
    lines: Iterable[str]


class Writing:
    """Statements of the current tenant that are sent together, in the order they were given."""

    def __init__(self, *, is_large: bool) -> None:
        """Begin.

        Args:
            is_large: whether tables get many rows.
        """
        self._is_large = is_large
        self._parts: list[_Statement | _Rows] = []

    def run(self, text: str, *parameters: Any) -> None:
        """Send a statement whose answer nobody needs."""
        self._parts.append(_Statement(text, parameters))

    def add(self, table: str, columns: Sequence[str], rows: Iterable[str]) -> None:
        """Add rows to a table; see `copying.copy_rows`. They are asked for by `send`."""
        self._parts.append(_Rows(table, columns, rows))

    def send(self) -> None:
        """Send everything; in one message when it is little."""
        parts, self._parts = self._parts, []
        if not self._is_large:
            _send([each for part in parts if (each := _statement(part)) is not None])
            return
        for part in parts:
            if isinstance(part, _Rows):
                copy_rows(part.table, part.columns, part.lines)
            else:
                _send([part])


def _send(statements: Sequence[_Statement]) -> None:
    if not statements:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            ";\n".join(statement.text for statement in statements),
            [value for statement in statements for value in statement.parameters],
        )


def _statement(part: _Statement | _Rows) -> _Statement | None:
    """Return rows as an INSERT, where a text takes the type of its column."""
    if isinstance(part, _Statement):
        return part
    lines = list(part.lines)
    if not lines:
        return None
    row = f"({', '.join(['%s'] * len(part.columns))})"
    text = (
        f"INSERT INTO {part.table} ({', '.join(part.columns)}) VALUES "  # noqa: S608  constants
        f"{', '.join([row] * len(lines))}"
    )
    return _Statement(text, [_value(cell) for line in lines for cell in line.split("\t")])


def _value(cell: str) -> str | None:
    if cell == _NULL:
        return None
    if "\\" not in cell:
        return cell
    return _ESCAPED.sub(lambda found: _MEANT.get(found[1], found[1]), cell)
