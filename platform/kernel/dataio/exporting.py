"""Lists as files: which there are, and how one is drawn with chosen columns.

Whoever has a list says so once, with `register_export`; pages, the API and exports
by the clock all begin there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeAlias
from uuid import UUID

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
from kernel.fields.selectors import fields_of, values_of

MEDIA_TYPES: Final[dict[str, str]] = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: MEDIA_TYPE,
}
Row: TypeAlias = Sequence[object]
_OWN: Final = "own_"
_TOGETHER: Final = 200
_NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class OwnColumns:
    """Own fields of what stands in the rows of a list.

    Attributes:
        subject: one of `kernel.fields.choices.Subject`.
        ids: returns the ids of things by what stands in the first cell of their rows.
    """

    subject: str
    ids: Callable[[Collection[str]], Mapping[str, UUID]]


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
        page: path of the list's page in the console; empty for the place of its files.
        own: what own fields of the things in its rows stand beside them.
    """

    code: str
    label: Promise
    permission: str
    columns: tuple[str, ...]
    rows: str
    page: str = ""
    own: OwnColumns | None = None

    def all_columns(self) -> tuple[str, ...]:
        """Return the columns with those of own fields, as the shop has them now."""
        if self.own is None:
            return self.columns
        return (*self.columns, *(f"{_OWN}{row.code}" for row in fields_of(self.own.subject)))


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


def export_kinds() -> list[ExportKind]:
    """Return every list, in the order in which they were made known."""
    return list(_kinds.values())


def headings_of(kind: ExportKind) -> list[tuple[str, str]]:
    """Return the columns of a kind with their headings in the current language."""
    headings = next(_rows(kind, QueryDict()))
    return [(code, str(text)) for code, text in zip(kind.all_columns(), headings, strict=True)]


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
    known = kind.all_columns()
    if file_format not in ExportFormat.values or set(columns) - set(known):
        raise InvalidExport(field="columns")
    places = [known.index(code) for code in columns]
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
    return found if kind.own is None else _with_own(found, kind.own)


def _with_own(rows: Iterator[Row], own: OwnColumns) -> Iterator[Row]:
    """Yield rows with own fields after them; two queries for each 200."""
    fields = fields_of(own.subject)
    head = next(rows, None)
    if head is not None:
        yield [*head, *(each.name for each in fields)]
    while chunk := list(islice(rows, _TOGETHER)):
        ids = own.ids({str(row[0]) for row in chunk}) if fields else {}
        told = values_of(own.subject, list(ids.values())) if ids else {}
        for row in chunk:
            values = told.get(ids.get(str(row[0]), _NOBODY), {})
            yield [*row, *(values.get(each.code, "") for each in fields)]


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
