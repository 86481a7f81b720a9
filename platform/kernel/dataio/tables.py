"""Files as tables: rows one by one, however large the file.

What a file is, its content says: its name and its sender's word do not count.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import IO, Any, Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kernel.dataio.errors import UnreadableFile

LARGEST_FILE: Final = 300 * 1024 * 1024
LARGEST_FIELD: Final = 1_000_000
LONGEST_LINE: Final = 4_000_000
MOST_COLUMNS: Final = 500
_MOST_UNPACKED: Final = 1024 * 1024 * 1024
_MOST_PARTS: Final = 2_000
_MOST_TIMES: Final = 200
_SMALL: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_SAMPLE: Final = 4_096
_DELIMITERS: Final = (",", ";", "\t")
_ZIP: Final = b"PK\x03\x04"
# A cell that our exports keep from being run as a formula begins with a quote.
_GUARDED: Final = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is read.

    Attributes:
        encoding: of a text file; empty for a spreadsheet.
        columns: names in the first row.
    """

    encoding: str
    delimiter: str
    columns: tuple[str, ...]


Row = tuple[int, dict[str, str]]


def shape_of(file: IO[bytes]) -> Shape:
    """Find out what a file is, reading it once.

    Raises:
        UnreadableFile: neither text in a known encoding nor a spreadsheet, without
            columns, or made to unpack beyond all measure.
    """
    file.seek(0)
    if file.read(4) == _ZIP:
        _check_archive(file)
        return Shape("", ",", _columns(next(_sheet_rows(file), (0, []))[1]))
    encoding = _encoding_of(file)
    with _text(file, encoding) as lines:
        header = lines.readline(LONGEST_LINE)
    delimiter = max(_DELIMITERS, key=header.count)
    first = next(_text_rows(file, encoding, delimiter), (0, []))[1]
    return Shape(encoding, delimiter, _columns(first))


def rows_of(file: IO[bytes], shape: Shape) -> Generator[Row, None, None]:
    """Yield the rows below the names, each with the line that it begins at.

    Empty rows are left out. Cells beyond the named columns are dropped.

    Raises:
        UnreadableFile: a cell is beyond all measure, or the file breaks off.
    """
    found = (
        _text_rows(file, shape.encoding, shape.delimiter) if shape.encoding else _sheet_rows(file)
    )
    next(found, None)
    for line, cells in found:
        row = {
            name: _plain(cell)
            for name, cell in zip(shape.columns, cells, strict=False)
            if name and cell.strip()
        }
        if row:
            yield line, row


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].lstrip(" ").startswith(_GUARDED) else text


def _columns(cells: list[str]) -> tuple[str, ...]:
    names = tuple(cell.strip() for cell in cells)
    if not any(names) or len(names) > MOST_COLUMNS:
        raise UnreadableFile(reason="no_columns")
    return names


def _encoding_of(file: IO[bytes]) -> str:
    file.seek(0)
    head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        return _decodes(file, "utf-8-sig")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(file, "utf-16")
    # Delimiters, digits and line ends leave a zero beside them in two-byte text.
    sample = head + file.read(_SAMPLE - len(head))
    high, low = sample[1::2].count(0), sample[::2].count(0)
    if high != low:
        return _decodes(file, "utf-16-le" if high > low else "utf-16-be")
    try:
        return _decodes(file, "utf-8")
    except UnreadableFile:
        return _decodes(file, "gb18030")


def _decodes(file: IO[bytes], encoding: str) -> str:
    """Return the encoding if the whole file is text in it."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := file.read(_CHUNK):
            if "\x00" in decoder.decode(chunk):
                raise UnreadableFile(reason="binary")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnreadableFile(reason="encoding") from None
    return encoding


class _text:  # noqa: N801  a context manager, used like a function
    """The file as text; the file itself stays open."""

    def __init__(self, file: IO[bytes], encoding: str) -> None:
        file.seek(0)
        self._wrapper = TextIOWrapper(file, encoding=encoding, newline="")

    def __enter__(self) -> TextIOWrapper:
        return self._wrapper

    def __exit__(self, *_exception: object) -> None:
        self._wrapper.detach()


def _text_rows(file: IO[bytes], encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # The module has one limit for all readers; its own is too small for descriptions.
    csv.field_size_limit(LARGEST_FIELD)
    with _text(file, encoding) as text:
        reader = csv.reader(_lines(text), delimiter=delimiter)
        begins = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                reason = "field_too_large" if "field limit" in str(error) else "malformed"
                raise UnreadableFile(reason=reason, line=begins) from None
            except UnicodeDecodeError:
                raise UnreadableFile(reason="encoding", line=begins) from None
            yield begins, cells
            begins = reader.line_num + 1


def _lines(text: TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise UnreadableFile(reason="field_too_large", line=number)
        yield line


def _check_archive(file: IO[bytes]) -> None:
    """Refuse what would unpack beyond all measure, before anything is unpacked."""
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            whole = sum(part.file_size for part in parts)
            swollen = any(
                part.file_size > max(_SMALL, part.compress_size * _MOST_TIMES) for part in parts
            )
            if len(parts) > _MOST_PARTS or whole > _MOST_UNPACKED or swollen:
                raise UnreadableFile(reason="zip_bomb")
            for part in parts:
                with archive.open(part) as content:
                    if b"<!DOCTYPE" in content.read(4_096):
                        raise UnreadableFile(reason="doctype")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise UnreadableFile(reason="archive") from None


def _sheet_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    try:
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, values in enumerate(
            sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1
        ):
            cells = [_cell(value) for value in values]
            if any(len(cell) > LARGEST_FIELD for cell in cells):
                raise UnreadableFile(reason="field_too_large", line=number)
            yield number, cells
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        SyntaxError,
    ):
        raise UnreadableFile(reason="archive") from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\x00", "")
