"""One product of WooCommerce: a row, and those of its variations."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product as combinations
from typing import Final

import nh3

from kernel.catalogue.services.options import MOST_OPTIONS, MOST_VARIANTS
from kernel.dataio.errors import RowRefused
from kernel.dataio.records import (
    ProductRecord,
    VariantRecord,
    at_line,
    read_count,
    read_grams,
    read_switch,
    read_volume,
)
from kernel.dataio.tables import Row

_WEIGHTS: Final = {
    "Weight (kg)": "kg",
    "Weight (g)": "g",
    "Weight (lbs)": "lb",
    "Weight (oz)": "oz",
}
# In centimetres.
_LENGTHS: Final = {"cm": "1", "mm": "0.1", "m": "100", "in": "2.54", "yd": "91.44"}
# What a variation has of its product where it says nothing itself.
_INHERITED: Final = ("Weight (", "Length (", "Width (", "Height (")
_OF_ALL: Final = "parent"
_ATTRIBUTE: Final = re.compile(r"Attribute (\d{1,3}) (?:name|value\(s\))")
_IN_PARTS: Final = re.compile(r"(?<!\\),")
_IS_SET: Final = re.compile(r"<(p|div|ul|ol|table|h[1-6]|blockquote|figure|pre)\b", re.IGNORECASE)
_BLANK_LINES: Final = re.compile(r"\n\s*\n")
_SEO: Final = {
    "seo_title": ("Meta: _yoast_wpseo_title", "Meta: rank_math_title"),
    "seo_description": ("Meta: _yoast_wpseo_metadesc", "Meta: rank_math_description"),
}
# Of several products, or sold elsewhere.
_NOT_SOLD: Final = frozenset({"grouped", "external"})
_LONGEST_SUMMARY: Final = 500


def types_of(row: Mapping[str, str]) -> set[str]:
    """Return of what kind a row is: ``variable``, or ``simple`` and ``virtual``."""
    return {part.strip() for part in row.get("Type", "").lower().split(",")}


def product(line: int, row: Mapping[str, str], parts: Sequence[Row]) -> ProductRecord:
    """Return the product of a row and its variations.

    Raises:
        RowRefused: it cannot become one.
    """
    types = types_of(row)
    if unsold := types & _NOT_SOLD:
        raise RowRefused(column="Type", value=unsold.pop(), reason="kind")
    used = _options(row, parts) if "variable" in types else []
    if len(used) > MOST_OPTIONS:
        raise RowRefused(column="options", value=", ".join(used)[:80])
    summary, body = _texts(row)
    record = ProductRecord(
        line=line,
        title=row.get("Name", ""),
        summary=summary,
        description_html=_with_particulars(body, row, used),
        brand=next(iter(_list(row.get("Brands", ""))), ""),
        tags=_list(row["Tags"]) if "Tags" in row else None,
        published=_published(row),
        kind=_kind(types),
        max_per_order=1 if row.get("Sold individually?") == "1" else None,
        tax_class=_tax_class(row),
        options=used,
        categories=[
            tuple(title.strip() for title in place.split(">") if title.strip())
            for place in _list(row.get("Categories", ""))
        ],
        pictures=dict.fromkeys(_list(row.get("Images", "")), ""),
    )
    record.seo_title, record.seo_description = (_seo(row, _SEO[name]) for name in _SEO)
    if "variable" not in types:
        record.variants = [_variant(line, row)]
        return record
    record.variants = _variations(row, parts, used)
    if not record.variants:
        raise RowRefused(column="Type", reason="no_variations")
    return record


def _attributes(
    row: Mapping[str, str], *, of: Mapping[str, str] | None = None, shown: bool = False
) -> dict[str, list[str]]:
    """Return what attributes a row has: values by name, in the order of their numbers.

    Args:
        row: of a product, or of a variation.
        of: the row of the product, for a variation that does not name them itself.
        shown: only those that shoppers see.
    """
    numbers = {int(match[1]) for name in row if (match := _ATTRIBUTE.fullmatch(name))}
    found: dict[str, list[str]] = {}
    for number in sorted(numbers):
        name = row.get(f"Attribute {number} name") or (of or {}).get(f"Attribute {number} name")
        if name and not (shown and row.get(f"Attribute {number} visible") == "0"):
            found[name] = _list(row.get(f"Attribute {number} value(s)", ""))
    return found


def _options(row: Mapping[str, str], parts: Sequence[Row]) -> list[str]:
    """Return the attributes in which variations differ: those that they name themselves."""
    named = {name.casefold() for _line, part in parts for name in _attributes(part, of=row)}
    return [name for name in _attributes(row) if name.casefold() in named]


def _variations(
    row: Mapping[str, str], parts: Sequence[Row], used: Sequence[str]
) -> list[VariantRecord]:
    """Return the variants; a variation without a value is any that no other one is."""
    values_of = _attributes(row)
    inherited = {name: cell for name, cell in row.items() if name.startswith(_INHERITED)}
    exact: list[VariantRecord] = []
    open_ones: list[tuple[VariantRecord, list[list[str]]]] = []
    for line, part in parts:
        told = {name.casefold(): values for name, values in _attributes(part, of=row).items()}
        chosen = [told.get(name.casefold(), [])[:1] for name in used]
        found = _variant(line, inherited | dict(part))
        found.image_url = next(iter(_list(part.get("Images", ""))), "")
        choices = [mine or values_of[name] for name, mine in zip(used, chosen, strict=True)]
        if not all(choices):
            raise RowRefused(column="Attribute 1 value(s)", reason="missing", line=line)
        if all(chosen):
            exact.append(replace(found, values=tuple(values[0] for values in chosen)))
        else:
            open_ones.append((found, choices))
    known = {tuple(value.casefold() for value in item.values) for item in exact}
    for found, choices in open_ones:
        exact += _spread(found, choices, known)
    counted = {line for line, part in parts if part.get("Stock", "").lower() == _OF_ALL}
    return _sharing(exact, row, counted)


def _spread(
    found: VariantRecord, choices: Sequence[Sequence[str]], known: set[tuple[str, ...]]
) -> list[VariantRecord]:
    """Return a variant for each combination that is not known; only one can bear the SKU."""
    made: list[VariantRecord] = []
    for values in combinations(*choices):
        key = tuple(value.casefold() for value in values)
        if key not in known and len(made) <= MOST_VARIANTS:
            known.add(key)
            made.append(replace(found, values=values, sku="" if made else found.sku))
    return _divided(made, found.stock)


def _sharing(
    variants: list[VariantRecord], row: Mapping[str, str], counted: set[int]
) -> list[VariantRecord]:
    """Divide what the product has in all among the variations that are counted as one."""
    with at_line(variants[0].line if variants else 0):
        stock = read_count(row.get("Stock", ""), "Stock")
    _divided([item for item in variants if item.line in counted], stock)
    return variants


def _divided(variants: list[VariantRecord], stock: int | None) -> list[VariantRecord]:
    """Give each its part of what there is in all, so that no piece is sold twice."""
    if stock is not None and variants:
        share, rest = divmod(stock, len(variants))
        for number, item in enumerate(variants):
            item.stock = share + (number < rest)
    return variants


def _variant(line: int, row: Mapping[str, str]) -> VariantRecord:
    regular, sale = row.get("Regular price", ""), row.get("Sale price", "")
    if "Date sale price starts" in row or "Date sale price ends" in row:
        # A reduction for a while must not become one for ever.
        sale = ""
    backorders = row.get("Backorders allowed?", "").lower()
    in_stock = row.get("In stock?", "").lower()
    of_all = row.get("Stock", "").lower() == _OF_ALL
    with at_line(line):
        stock = None if of_all else read_count(row.get("Stock", ""), "Stock")
        weight = [
            read_grams(row[column], unit, column)
            for column, unit in _WEIGHTS.items()
            if row.get(column)
        ]
    sells_ahead = backorders in {"1", "yes", "notify"} or in_stock == "backorder"
    if stock is None and in_stock and not of_all:
        # Nobody counts it: it is there, or it is not.
        stock, sells_ahead = (0, sells_ahead) if in_stock in {"0", "no"} else (None, True)
    return VariantRecord(
        line=line,
        sku=row.get("SKU", ""),
        barcode=row.get("GTIN, UPC, EAN, or ISBN", ""),
        price=sale or regular,
        compare_at=regular if sale else "",
        cost=row.get("Cost of goods", ""),
        weight_grams=next(iter(weight), None),
        volume_cm3=_volume(row, line),
        stock=stock,
        sells_ahead=sells_ahead if backorders or in_stock else None,
    )


def _volume(row: Mapping[str, str], line: int) -> int | None:
    """Return how much room it takes, when length, width and height are told."""
    for unit, factor in _LENGTHS.items():
        columns = [f"{side} ({unit})" for side in ("Length", "Width", "Height")]
        if all(row.get(column) for column in columns):
            with at_line(line):
                return read_volume([row[column] for column in columns], factor, columns[0])
    return None


def _published(row: Mapping[str, str]) -> bool | None:
    shown = read_switch(row.get("Published", ""), "Published")
    return False if row.get("Visibility in catalog", "").lower() == "hidden" else shown


def _kind(types: set[str]) -> str:
    if "downloadable" in types:
        return "virtual"
    return "service" if "virtual" in types else ""


def _tax_class(row: Mapping[str, str]) -> str:
    if row.get("Tax status", "").lower() == "none":
        return "exempt"
    named = row.get("Tax class", "").lower()
    return named if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", named) else ""


def _texts(row: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Return the short text in one line, and the description with what did not fit into it."""
    short, body = row.get("Short description"), row.get("Description")
    body = None if body is None else _set(_lines(body))
    if short is None:
        return None, body
    laid = _set(_lines(short))
    plain = " ".join(html.unescape(nh3.clean(laid.replace("<", " <"), tags=set())).split())
    if len(plain) <= _LONGEST_SUMMARY:
        return plain, body
    return f"{plain[: _LONGEST_SUMMARY - 1]}…", f"{laid}\n{body or ''}".strip()


def _lines(text: str) -> str:
    """Give a text its line ends back, which the file writes as two letters."""
    return re.sub(r"(\\?)\\n", lambda found: "\\n" if found[1] else "\n", text)


def _set(text: str) -> str:
    """Set a text that is no HTML into paragraphs, as the other shop does when it shows it."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).strip()
    if not text or _IS_SET.search(text):
        return text
    paragraphs = (part.strip().replace("\n", "<br>") for part in _BLANK_LINES.split(text))
    return "".join(f"<p>{part}</p>" for part in paragraphs if part)


def _with_particulars(body: str | None, row: Mapping[str, str], used: Sequence[str]) -> str | None:
    """Add the attributes that no variant differs in, as the table that shoppers saw."""
    rows = [
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(', '.join(values))}</td></tr>"
        for name, values in _attributes(row, shown=True).items()
        if values and name not in used
    ]
    return f"{body or ''}<table><tbody>{''.join(rows)}</tbody></table>" if rows else body


def _seo(row: Mapping[str, str], columns: Sequence[str]) -> str | None:
    """Return a text for search engines, unless it is a pattern to be filled in."""
    found = next((row[column] for column in columns if row.get(column)), None)
    return None if found is None or "%" in found else found


def _list(text: str) -> list[str]:
    """Read texts between commas; one that belongs to a text has a stroke before it."""
    parts = (part.replace("\\,", ",").strip() for part in _IN_PARTS.split(text))
    return [part for part in parts if part]
