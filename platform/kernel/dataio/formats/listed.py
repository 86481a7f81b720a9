"""Any table of a resource: one row, one record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kernel.common.errors import DomainError
from kernel.dataio.errors import RowRefused
from kernel.dataio.resources import Resource, RowRecord
from kernel.dataio.tables import Row


def groups(
    rows: Iterable[Row],
    resource: Resource,
    mapping: Mapping[str, str],
    options: Mapping[str, str],
) -> Iterator[RowRecord | tuple[int, str, DomainError]]:
    """Yield a record for each row; what says too little or stands there twice is refused.

    Of the rows that were read only a number each is remembered, however many there are.
    """
    seen: set[int] = set()
    for line, row in rows:
        told = {code: row.get(column, "") for code, column in mapping.items()}
        values = {code: text for code, text in told.items() if text}
        codes = (code for group in resource.needs for code in group if code in values)
        first = next(codes, resource.needs[0][0])
        name = values.get(first, "")[:200]
        lacking = [
            next((code for code in group if code in mapping), group[0])
            for group in resource.needs
            if not {*group} & {*values, *options}
        ]
        if lacking:
            yield line, name, RowRefused(column=lacking[0], reason="missing")
            continue
        mark = hash(resource.key(values))
        if mark in seen:
            yield line, name, RowRefused(column=first, reason="duplicate")
            continue
        seen.add(mark)
        yield RowRecord(line, name, values)
