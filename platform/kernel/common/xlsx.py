"""XLSX files that are written as they are sent: memory does not grow with the rows.

Texts stand in the cells themselves, as texts: no spreadsheet runs one as a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from io import RawIOBase
from itertools import chain
from typing import Final
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from typing_extensions import Buffer, override

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 1_048_576
"""Of one sheet; what is more goes on in the next one, under the same headings."""
_LONGEST_TEXT: Final = 32_767
_LARGEST_WHOLE: Final = 10**15
_CHUNK: Final = 64 * 1024
# What XML 1.0 has no place for.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET: Final = (
    f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetData>"
)
_SHEET_END: Final = "</sheetData></worksheet>"
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font>'
    '<font><b/><sz val="11"/></font></fonts><fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


class _Pipe(RawIOBase):
    """What `ZipFile` writes to: it keeps the bytes until somebody takes them."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self.size = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer) -> int:
        """Keep some bytes."""
        kept = bytes(data)
        self._parts.append(kept)
        self.size += len(kept)
        return len(kept)

    def taken(self) -> bytes:
        """Hand out what was kept."""
        data, self._parts, self.size = b"".join(self._parts), [], 0
        return data


def xlsx_chunks(rows: Iterable[Iterable[object]], *, most_rows: int = MOST_ROWS) -> Iterator[bytes]:
    """Yield the bytes of a file; the first row is the headings.

    Args:
        rows: texts, numbers, dates, truth values; None for an empty cell.
        most_rows: of a sheet.
    """
    pipe, source = _Pipe(), iter(rows)
    headings = list(next(source, ()))
    with ZipFile(pipe, "w", ZIP_DEFLATED, compresslevel=4) as archive:
        sheets, rest = 0, True
        while rest:
            sheets += 1
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w", force_zip64=True) as sheet:
                sheet.write((_SHEET + _row(1, headings, style=' s="1"')).encode())
                number, rest = 1, False
                for number, row in enumerate(source, start=2):
                    sheet.write(_row(number, row).encode())
                    if pipe.size > _CHUNK:
                        yield pipe.taken()
                    if number == most_rows:
                        break
                if number == most_rows:
                    with suppress(StopIteration):
                        source, rest = chain([next(source)], source), True
                sheet.write(_SHEET_END.encode())
        for name, text in _frame(sheets):
            archive.writestr(name, text)
    yield pipe.taken()


def _row(number: int, values: Iterable[object], *, style: str = "") -> str:
    cells = "".join(_cell(f"{_letters(n)}{number}", value, style) for n, value in enumerate(values))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value: object, style: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"{style}><v>{int(value)}</v></c>'
    if isinstance(value, int | float | Decimal) and -_LARGEST_WHOLE < value < _LARGEST_WHOLE:
        return f'<c r="{place}"{style}><v>{value}</v></c>'
    text = value.isoformat() if isinstance(value, date) else str(value)
    text = escape(_CONTROL.sub("", text)[:_LONGEST_TEXT])
    return f'<c r="{place}" t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'


def _letters(number: int) -> str:
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def _frame(sheets: int) -> Iterator[tuple[str, str]]:
    """Yield what stands around the sheets."""
    numbers = range(1, sheets + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>'
        for n in numbers
    )
    types = (
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{parts}'
    )
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
    )
    yield "_rels/.rels", _links([("officeDocument", "xl/workbook.xml")])
    names = "".join(f'<sheet name="Sheet{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>',
    )
    sources = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _links([*sources, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES


def _links(targets: Iterable[tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
