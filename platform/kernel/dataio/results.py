"""Files about imports: the sample to fill in, and the rows that were left out, to be mended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from kernel.dataio.models import Import, ImportFault
from kernel.dataio.resources import Resource
from kernel.dataio.tables import Shape, rows_of


def sample_rows(resource: Resource) -> Iterator[list[object]]:
    """Return a small file with every column that whoever acts may bring in."""
    columns = resource.columns_for()
    yield [str(column.label) for column in columns]
    for row in resource.sample:
        yield [row.get(column.code, "") for column in columns]


def left_out_rows(row: Import) -> Iterator[list[object]]:
    """Return the rows that an import left out, as the file has them, each with its reason.

    Mended, they can be imported as they are: what stands there besides is not looked at.
    """
    faults = ImportFault.objects.filter(source=row).order_by("line", "id")
    reasons = {fault.line: fault.saying for fault in faults}
    columns = [name for name in row.columns if name]
    yield [_("Row"), _("Reason"), *columns]
    shape = Shape(row.encoding, row.delimiter, tuple(row.columns))
    with default_storage.open(row.file) as file, closing(rows_of(file, shape)) as rows:
        for line, values in rows:
            if line in reasons:
                yield [line, reasons[line], *(values.get(name, "") for name in columns)]
