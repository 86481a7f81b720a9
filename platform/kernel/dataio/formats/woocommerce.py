"""Product CSV of WooCommerce: variations name their parent and may stand anywhere.

Variations are put aside into a file on disk first, so that memory stays flat.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kernel.common.errors import DomainError
from kernel.dataio.errors import RowRefused
from kernel.dataio.records import (
    ProductRecord,
    VariantRecord,
    read_count,
    read_grams,
    read_list,
    read_switch,
)
from kernel.dataio.tables import Row

NEEDED: Final = frozenset({"Type", "SKU", "Name", "Regular price"})
_OPTIONS: Final = (1, 2, 3)
_WEIGHTS: Final = (("Weight (kg)", "kg"), ("Weight (g)", "g"), ("Weight (lbs)", "lb"))


def groups(
    rows: Iterable[Row], mapping: Mapping[str, str]
) -> Iterator[ProductRecord | tuple[int, str, DomainError]]:
    """Yield a product for each row that is no variation, with its variations."""
    with TemporaryDirectory() as folder, closing(_aside(folder)) as aside:
        for number, row in rows:
            is_part = row.get("Type", "").lower() == "variation"
            parent = row.get("Parent", "") if is_part else ""
            aside.execute(
                "INSERT INTO waiting VALUES (?, ?, ?, ?)",
                (number, is_part, parent, json.dumps(row)),
            )
        yield from _joined(aside)


def _aside(folder: str) -> sqlite3.Connection:
    aside = sqlite3.connect(Path(folder, "rows"), isolation_level=None)
    aside.execute("PRAGMA journal_mode = OFF")
    aside.execute("PRAGMA synchronous = OFF")
    aside.execute("CREATE TABLE waiting (line INTEGER, is_part INTEGER, parent TEXT, row TEXT)")
    aside.execute("CREATE INDEX parents ON waiting (parent, line) WHERE is_part")
    return aside


def _joined(
    aside: sqlite3.Connection,
) -> Iterator[ProductRecord | tuple[int, str, DomainError]]:
    whole = aside.execute("SELECT line, row FROM waiting WHERE NOT is_part ORDER BY line")
    for line, text in whole:
        row = json.loads(text)
        keys = [key for key in (row.get("SKU"), f"id:{row.get('ID', '')}") if key]
        parts = aside.execute(
            "SELECT line, row FROM waiting WHERE is_part AND parent IN (?, ?) ORDER BY line",
            (keys[0], keys[-1]),
        ).fetchall()
        try:
            yield _product(line, row, [(number, json.loads(part)) for number, part in parts])
        except RowRefused as refusal:
            yield line, row.get("SKU", "") or row.get("Name", ""), refusal
    lost = aside.execute(
        "SELECT line, parent FROM waiting AS part WHERE is_part AND NOT EXISTS ("
        "SELECT 1 FROM waiting AS whole WHERE NOT whole.is_part AND part.parent IN ("
        "json_extract(whole.row, '$.SKU'), 'id:' || json_extract(whole.row, '$.ID')))"
        " ORDER BY line"
    )
    for line, parent in lost:
        yield line, parent, RowRefused(column="Parent", reason="unknown")


def _product(line: int, row: Mapping[str, str], parts: list[Row]) -> ProductRecord:
    is_variable = row.get("Type", "").lower() == "variable"
    options = [
        row[f"Attribute {n} name"]
        for n in _OPTIONS
        if is_variable and row.get(f"Attribute {n} name")
    ]
    record = ProductRecord(
        line=line,
        title=row.get("Name", ""),
        summary=row.get("Short description"),
        description_html=row.get("Description"),
        brand=row.get("Brands", ""),
        tags=read_list(row.get("Tags", "")),
        published=read_switch(row.get("Published", ""), "Published"),
        options=options,
        categories=[tuple(read_list(place, ">")) for place in read_list(row.get("Categories", ""))],
        pictures=dict.fromkeys(read_list(row.get("Images", "")), ""),
    )
    if not is_variable:
        record.variants = [_variant(line, row, ())]
        return record
    for number, part in parts:
        values = tuple(part.get(f"Attribute {n} value(s)", "") for n in _OPTIONS[: len(options)])
        if not all(values):
            raise RowRefused(column="Attribute 1 value(s)", reason="missing", line=number)
        record.variants.append(_variant(number, part, values))
    if not record.variants:
        raise RowRefused(column="Type", reason="no_variations")
    return record


def _variant(line: int, row: Mapping[str, str], values: tuple[str, ...]) -> VariantRecord:
    regular, sale = row.get("Regular price", ""), row.get("Sale price", "")
    weight = next(((row[name], unit) for name, unit in _WEIGHTS if row.get(name)), ("", ""))
    backorders = row.get("Backorders allowed?", "").lower()
    return VariantRecord(
        line=line,
        values=values,
        sku=row.get("SKU", ""),
        barcode=row.get("GTIN, UPC, EAN, or ISBN", ""),
        price=sale or regular,
        compare_at=regular if sale else "",
        weight_grams=read_grams(*weight, "Weight"),
        stock=read_count(row.get("Stock", ""), "Stock"),
        out_of_stock="backorder" if backorders in {"1", "yes", "notify"} else "",
        image_url=next(iter(read_list(row.get("Images", ""))), "") if values else "",
    )
