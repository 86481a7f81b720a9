"""Lists as files: which there are, and how one is drawn with chosen columns.

Whoever has a list says so once, with `register_export`; pages, the API and exports
by the clock all begin there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db import transaction
from django.http import QueryDict
from django.utils import translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language

from kernel.audit.actor import Actor
from kernel.audit.services import record
from kernel.common.csv import csv_lines
from kernel.common.xlsx import MEDIA_TYPE, xlsx_chunks
from kernel.dataio.choices import ExportFormat
from kernel.dataio.errors import InvalidExport

MEDIA_TYPES: Final[dict[str, str]] = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: MEDIA_TYPE,
}
Row: TypeAlias = Sequence[object]


@dataclass(frozen=True, slots=True)
class ExportKind:
    """A list that can be had as a file.

    Attributes:
        code: stable; part of the files' names.
        permission: who may have it, ``resource.action``.
        columns: code of each column, in order.
        rows: ``package.module.function``; called with the list's filter as a query, it
            returns the rows, headings first. It reads within the limits of whoever
            acts before it returns: the rows are taken later.
    """

    code: str
    label: Promise
    permission: str
    columns: tuple[str, ...]
    rows: str


_kinds: dict[str, ExportKind] = {}


def register_export(kind: ExportKind) -> None:
    """Make a list known; called while apps are loaded."""
    _kinds[kind.code] = kind


def export_kind(code: str) -> ExportKind:
    """Return a kind.

    Raises:
        InvalidExport: there is none of this code.
    """
    if code not in _kinds:
        raise InvalidExport(field="kind")
    return _kinds[code]


def headings_of(kind: ExportKind) -> list[tuple[str, str]]:
    """Return the columns of a kind with their headings in the current language."""
    headings = next(_rows(kind, QueryDict()))
    return [(code, str(text)) for code, text in zip(kind.columns, headings, strict=True)]


def export_chunks(
    kind: ExportKind,
    query: QueryDict,
    *,
    columns: Sequence[str],
    file_format: str,
    actor: Actor,
    now: datetime,
) -> Iterator[bytes]:
    """Return a file in pieces; that it was made is on record first.

    Args:
        kind: which list.
        query: its filter; what cannot be read narrows nothing.
        columns: which columns, in this order; all when empty.
        file_format: one of `ExportFormat`.
        actor: who asks; his limits hold while this function runs.
        now: the moment.

    Raises:
        InvalidExport: a column or the format is unknown.
    """
    if file_format not in ExportFormat.values or set(columns) - set(kind.columns):
        raise InvalidExport(field="columns")
    places = [kind.columns.index(code) for code in columns]
    rows = _chosen(_in_language(_rows(kind, query), get_language()), places)
    told = {"name": str(kind.label), "kind": kind.code, "format": file_format}
    with transaction.atomic():
        record(action="export.made", actor=actor, after=told, now=now)
    if file_format == ExportFormat.XLSX:
        return xlsx_chunks(rows)
    return (line.encode() for line in csv_lines(rows))


def _rows(kind: ExportKind, query: QueryDict) -> Iterator[Row]:
    read: Any = import_string(kind.rows)
    found: Iterator[Row] = iter(read(query))
    return found


def _chosen(rows: Iterator[Row], places: Sequence[int]) -> Iterator[Row]:
    for row in rows:
        yield [row[place] for place in places] if places else row


def _in_language(rows: Iterator[Row], language: str | None) -> Iterator[Row]:
    """Yield rows as they are said in a language: they are taken when the page is done."""
    while True:
        with translation.override(language):
            row = next(rows, None)
        if row is None:
            return
        yield row
