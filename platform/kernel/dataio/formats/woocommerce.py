"""Product CSV of WooCommerce: variations name their parent and may stand anywhere.

Variations are put aside into a file on disk first, so that memory stays flat.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from kernel.catalogue.texts import handle_of
from kernel.common.errors import DomainError
from kernel.dataio.errors import RowRefused
from kernel.dataio.formats import woocommerce_product
from kernel.dataio.formats.woocommerce_product import types_of
from kernel.dataio.records import ProductRecord
from kernel.dataio.tables import Row

NEEDED: Final = frozenset({"Type", "SKU", "Name", "Regular price"})


def groups(
    rows: Iterable[Row], _columns: AbstractSet[str]
) -> Iterator[ProductRecord | tuple[int, str, DomainError]]:
    """Yield a product for each row that is no variation, with its variations."""
    with TemporaryDirectory() as folder, closing(_aside(folder)) as aside:
        for number, row in rows:
            is_part = "variation" in types_of(row)
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
    names: set[int] = set()
    for line, text in whole:
        row = json.loads(text)
        keys = [key for key in (row.get("SKU"), f"id:{row.get('ID', '')}") if key]
        parts = aside.execute(
            "SELECT line, row FROM waiting WHERE is_part AND parent IN (?, ?) ORDER BY line",
            (keys[0], keys[-1]),
        ).fetchall()
        try:
            record = woocommerce_product.product(
                line, row, [(number, json.loads(part)) for number, part in parts]
            )
        except RowRefused as refusal:
            yield line, row.get("SKU", "") or row.get("Name", ""), refusal
        else:
            _name(record, row.get("ID", ""), names)
            yield record
    lost = aside.execute(
        "SELECT line, parent FROM waiting AS part WHERE is_part AND NOT EXISTS ("
        "SELECT 1 FROM waiting AS whole WHERE NOT whole.is_part AND part.parent IN ("
        "json_extract(whole.row, '$.SKU'), 'id:' || json_extract(whole.row, '$.ID')))"
        " ORDER BY line"
    )
    for line, parent in lost:
        yield line, parent, RowRefused(column="Parent", value=parent[:40], reason="unknown")


def _name(record: ProductRecord, number: str, names: set[int]) -> None:
    """Give what has no SKU an address by which it is found again: of its name, or with its number.

    Files tell no addresses.
    """
    if any(variant.sku for variant in record.variants):
        return
    stem = handle_of(record.title)
    mark = hash(stem)
    record.handle = f"{stem}-{number}" if mark in names and number else stem
    record.is_named = True
    names.add(mark)
