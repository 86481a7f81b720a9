"""A small file with every column that an import knows, to be filled in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from kernel.backoffice.guard import StaffRequest, staff_page
from kernel.common.csv import csv_lines
from kernel.common.xlsx import xlsx_chunks
from kernel.dataio.choices import ExportFormat
from kernel.dataio.exporting import MEDIA_TYPES
from kernel.dataio.exports import COLUMNS

ROWS: Final = (
    {
        "Handle": "green-tea",
        "Title": "Green tea",
        "Body (HTML)": "<p>Fresh and fragrant.</p>",
        "Vendor": "West Lake",
        "Tags": "tea, new",
        "Published": "TRUE",
        "Option1 Name": "Weight",
        "Option1 Value": "50 g",
        "Variant SKU": "TEA-50",
        "Variant Grams": "50",
        "Variant Inventory Policy": "deny",
        "Variant Price": "48.00",
    },
    {
        "Handle": "green-tea",
        "Option1 Value": "100 g",
        "Variant SKU": "TEA-100",
        "Variant Grams": "100",
        "Variant Inventory Policy": "deny",
        "Variant Price": "88.00",
        "Variant Compare At Price": "96.00",
    },
)


@require_safe
@staff_page("products.import")
def sample(_request: StaffRequest, file_format: str) -> HttpResponseBase:
    """Send the file; it can be imported as it is."""
    lines = [list(COLUMNS), *([row.get(name, "") for name in COLUMNS] for row in ROWS)]
    return table_file(lines, "sample", file_format)


def table_file(lines: Iterable[Sequence[object]], name: str, file_format: str) -> HttpResponseBase:
    """Return lines as a file that spreadsheets open, written as it is sent.

    Raises:
        Http404: there is no such format.
    """
    if file_format not in MEDIA_TYPES:
        raise Http404
    chunks: Iterable[bytes] = xlsx_chunks(lines)
    if file_format == ExportFormat.CSV:
        chunks = (line.encode() for line in csv_lines(lines))
    answer = StreamingHttpResponse(chunks, content_type=MEDIA_TYPES[file_format])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{file_format}"'
    return answer
