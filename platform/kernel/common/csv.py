"""CSV files that spreadsheets open as what they are: text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Final

# A cell that begins with one of these is run as a formula by spreadsheets.
# Source: OWASP, CSV Injection.
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_MARK: Final = "\ufeff"


def safe_cell(value: object) -> object:
    """Return a value that no spreadsheet runs: what could be a formula gets a quote in front."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_ACTIVE):
        return f"'{value}"
    return value


class _Line:
    """What `csv.writer` writes to: it hands the line back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a CSV file, one per row, after the mark by which Excel knows UTF-8."""
    writer = csv.writer(_Line())
    yield _MARK
    for row in rows:
        yield writer.writerow([safe_cell(value) for value in row])
