"""Product CSV of Shopify: a product is the rows with its handle, one below the other.

Also the form of our own export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from typing import Final

from kernel.catalogue.texts import handle_of
from kernel.common.errors import DomainError
from kernel.dataio.errors import RowRefused
from kernel.dataio.records import (
    ProductRecord,
    VariantRecord,
    at_line,
    read_count,
    read_grams,
    read_list,
    read_switch,
)
from kernel.dataio.tables import Row

NEEDED: Final = (
    frozenset({"Handle", "Title", "Option1 Name", "Variant Price"}),
    frozenset({"URL handle", "Title", "Option1 name", "Price"}),
)
_POLICIES: Final = {"deny": False, "continue": True, "false": False, "true": True}
# What columns are called since 2025, and were called before.
_BEFORE: Final = {
    "URL handle": "Handle",
    "Description": "Body (HTML)",
    "Product category": "Product Category",
    "Published on online store": "Published",
    **{f"Option{n} name": f"Option{n} Name" for n in (1, 2, 3)},
    **{f"Option{n} value": f"Option{n} Value" for n in (1, 2, 3)},
    "SKU": "Variant SKU",
    "Barcode": "Variant Barcode",
    "Price": "Variant Price",
    "Compare-at price": "Variant Compare At Price",
    "Charge tax": "Variant Taxable",
    "Inventory tracker": "Variant Inventory Tracker",
    "Inventory quantity": "Variant Inventory Qty",
    "Continue selling when out of stock": "Variant Inventory Policy",
    "Weight value (grams)": "Variant Grams",
    "Requires shipping": "Variant Requires Shipping",
    "Product image URL": "Image Src",
    "Image position": "Image Position",
    "Image alt text": "Image Alt Text",
    "Variant image URL": "Variant Image",
    "SEO title": "SEO Title",
    "SEO description": "SEO Description",
}
_STATES: Final = frozenset({"active", "draft", "archived", "unlisted"})
_NO_OPTION: Final = ("Title", "Default Title")
_OPTIONS: Final = (1, 2, 3)
_TRACKER: Final = "Variant Inventory Tracker"
_STOCK: Final = "Variant Inventory Qty"


def groups(
    rows: Iterable[Row], columns: AbstractSet[str]
) -> Iterator[ProductRecord | tuple[int, str, DomainError]]:
    """Yield a product for the rows of each handle."""
    if "URL handle" in columns:
        columns = {_BEFORE.get(name, name) for name in columns}
        rows = (
            (line, {_BEFORE.get(name, name): cell for name, cell in row.items()})
            for line, row in rows
        )
    seen: set[int] = set()
    for handle, own in groupby(rows, key=lambda row: row[1].get("Handle", "")):
        found = list(own)
        line = found[0][0]
        mark = hash(handle_of(handle) or handle)
        if not handle:
            yield line, "", RowRefused(column="Handle", reason="missing")
        elif mark in seen:
            yield line, handle, RowRefused(column="Handle", reason="duplicate")
        else:
            yield _checked(handle, found, columns)
        seen.add(mark)


def _checked(
    handle: str, rows: list[Row], columns: AbstractSet[str]
) -> ProductRecord | tuple[int, str, DomainError]:
    try:
        return _product(handle, rows, columns)
    except RowRefused as refusal:
        return rows[0][0], handle, refusal


def _product(handle: str, rows: list[Row], columns: AbstractSet[str]) -> ProductRecord:
    line, first = rows[0]
    options = [first[f"Option{n} Name"] for n in _OPTIONS if first.get(f"Option{n} Name")]
    if (first.get("Option1 Name"), first.get("Option1 Value")) == _NO_OPTION:
        options = []
    # Further pictures stand in rows without a variant.
    goods = [
        (number, row)
        for number, row in rows
        if "Option1 Value" in row or "Variant Price" in row or "Variant SKU" in row
    ]
    goods = goods or ([] if options else rows[:1])
    is_shipped = any(_is(row, "Variant Requires Shipping", default=True) for _line, row in goods)
    is_taxed = any(_is(row, "Variant Taxable", default=True) for _line, row in goods)
    return ProductRecord(
        line=line,
        handle=handle,
        title=first.get("Title", ""),
        description_html=first.get("Body (HTML)"),
        brand=first.get("Vendor", ""),
        tags=read_list(first["Tags"]) if "Tags" in first else None,
        seo_title=first.get("SEO Title"),
        seo_description=first.get("SEO Description"),
        published=_published(first),
        is_archived=_state(first) == "archived",
        kind="" if is_shipped or not goods else "virtual",
        tax_class="" if is_taxed or not goods else "exempt",
        freight_template=first.get("Freight Template"),
        options=options,
        categories=_categories(first),
        variants=[_variant(number, row, len(options), columns) for number, row in goods],
        pictures=_pictures(rows),
    )


def _is(row: Mapping[str, str], column: str, *, default: bool) -> bool:
    told = read_switch(row.get(column, ""), column)
    return default if told is None else told


def _state(row: Mapping[str, str]) -> str:
    state = row.get("Status", "").lower()
    if state and state not in _STATES:
        raise RowRefused(column="Status", value=state[:40])
    return state


def _published(row: Mapping[str, str]) -> bool | None:
    """Return whether it is to be seen: a product can be active and in no shop window."""
    shown, state = read_switch(row.get("Published", ""), "Published"), _state(row)
    if not state:
        return shown
    return state == "active" and shown is not False


def _categories(row: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return places: as our own export writes them (``Clothes > Shirts; Sale``), else the type.

    Without either, that of the taxonomy that all shops share.
    """
    if "Categories" in row:
        return [tuple(read_list(place, ">")) for place in read_list(row["Categories"], ";")]
    if "Type" in row:
        return [(row["Type"],)]
    return [tuple(read_list(row["Product Category"], ">"))] if "Product Category" in row else []


def _pictures(rows: Sequence[Row]) -> dict[str, str]:
    """Return texts by address, in the order that the file gives them."""
    found = []
    for _line, row in rows:
        if url := row.get("Image Src"):
            place = row.get("Image Position", "")
            order = int(place) if place.isascii() and place.isdigit() else len(rows)
            found.append((order, url, row.get("Image Alt Text", "")))
    texts: dict[str, str] = {}
    for _order, url, text in sorted(found, key=lambda item: item[0]):
        texts.setdefault(url, text)
    return texts


def _variant(
    line: int, row: Mapping[str, str], options: int, columns: AbstractSet[str]
) -> VariantRecord:
    values = tuple(row.get(f"Option{number} Value", "") for number in _OPTIONS[:options])
    if not all(values):
        column = f"Option{values.index('') + 1} Value"
        raise RowRefused(column=column, reason="missing", line=line)
    # Where nobody is named who counts, the number says nothing and nothing runs out.
    is_counted = _TRACKER not in columns or _TRACKER in row
    with at_line(line):
        grams = read_grams(row.get("Variant Grams", ""), "g", "Variant Grams")
        volume = read_count(row.get("Variant Volume", ""), "Variant Volume")
        stock = read_count(row.get(_STOCK, ""), _STOCK) if is_counted else None
    return VariantRecord(
        line=line,
        values=values,
        sku=row.get("Variant SKU", ""),
        barcode=row.get("Variant Barcode", ""),
        price=row.get("Variant Price", ""),
        compare_at=row.get("Variant Compare At Price", ""),
        cost=row.get("Cost per item", ""),
        weight_grams=grams,
        volume_cm3=volume,
        stock=stock,
        sells_ahead=_POLICIES.get(row.get("Variant Inventory Policy", "").lower())
        if is_counted
        else True,
        image_url=row.get("Variant Image", ""),
    )
