"""Product CSV of Shopify: a product is the rows with its handle, one below the other.

Also the form of our own export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
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

NEEDED: Final = frozenset({"Handle", "Title", "Option1 Name", "Variant Price"})
_POLICIES: Final = {"deny": "refuse", "continue": "backorder"}
_NO_OPTION: Final = ("Title", "Default Title")
_OPTIONS: Final = (1, 2, 3)


def groups(
    rows: Iterable[Row], mapping: Mapping[str, str]
) -> Iterator[ProductRecord | tuple[int, str, DomainError]]:
    """Yield a product for the rows of each handle."""
    seen: set[int] = set()
    for handle, own in groupby(rows, key=lambda row: row[1].get("Handle", "")):
        found = list(own)
        line = found[0][0]
        mark = hash(handle)
        if not handle:
            yield line, "", RowRefused(column="Handle", reason="missing")
        elif mark in seen:
            yield line, handle, RowRefused(column="Handle", reason="duplicate")
        else:
            yield _checked(handle, found)
        seen.add(mark)


def _checked(handle: str, rows: list[Row]) -> ProductRecord | tuple[int, str, DomainError]:
    try:
        return _product(handle, rows)
    except RowRefused as refusal:
        return rows[0][0], handle, refusal


def _product(handle: str, rows: list[Row]) -> ProductRecord:
    line, first = rows[0]
    options = [first[f"Option{n} Name"] for n in _OPTIONS if first.get(f"Option{n} Name")]
    if (first.get("Option1 Name"), first.get("Option1 Value")) == _NO_OPTION:
        options = []
    status = read_switch(first.get("Status", ""), "Status")
    record = ProductRecord(
        line=line,
        handle=handle,
        title=first.get("Title", ""),
        description_html=first.get("Body (HTML)"),
        brand=first.get("Vendor", ""),
        tags=read_list(first.get("Tags", "")),
        seo_title=first.get("SEO Title"),
        seo_description=first.get("SEO Description"),
        published=read_switch(first.get("Published", ""), "Published"),
        options=options,
        categories=_categories(first),
    )
    record.published = status if status is not None else record.published
    for number, row in rows:
        if url := row.get("Image Src"):
            record.pictures.setdefault(url, row.get("Image Alt Text", ""))
        # Further pictures stand in rows without a variant.
        if "Option1 Value" in row or "Variant Price" in row or "Variant SKU" in row:
            record.variants.append(_variant(number, row, len(options)))
    return record


def _categories(row: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return places as our own export writes them: ``Clothes > Shirts; Sale``."""
    places = read_list(row.get("Categories", ""), ";")
    return [tuple(read_list(place, ">")) for place in places]


def _variant(line: int, row: Mapping[str, str], options: int) -> VariantRecord:
    values = tuple(row.get(f"Option{number} Value", "") for number in _OPTIONS[:options])
    if not all(values):
        raise RowRefused(column="Option1 Value", reason="missing", line=line)
    policy = row.get("Variant Inventory Policy", "")
    return VariantRecord(
        line=line,
        values=values,
        sku=row.get("Variant SKU", ""),
        barcode=row.get("Variant Barcode", ""),
        price=row.get("Variant Price", ""),
        compare_at=row.get("Variant Compare At Price", ""),
        weight_grams=read_grams(row.get("Variant Grams", ""), "g", "Variant Grams"),
        stock=read_count(row.get("Variant Inventory Qty", ""), "Variant Inventory Qty"),
        out_of_stock=_POLICIES.get(policy, ""),
        image_url=row.get("Variant Image", ""),
    )
