"""The forms of files that are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from kernel.common.errors import DomainError
from kernel.dataio.choices import ImportKind
from kernel.dataio.formats import generic, listed, shopify, woocommerce
from kernel.dataio.records import ProductRecord
from kernel.dataio.resources import Resource, RowRecord
from kernel.dataio.tables import Row

Group: TypeAlias = ProductRecord | RowRecord | tuple[int, str, DomainError]
"""A product or another row, or the line and name of rows that are none, and why."""

_READERS: Final = {
    ImportKind.SHOPIFY: shopify.groups,
    ImportKind.WOOCOMMERCE: woocommerce.groups,
}


def kind_of(columns: Sequence[str]) -> ImportKind:
    """Return where a table comes from, by its columns."""
    names = set(columns)
    if any(names.issuperset(needed) for needed in shopify.NEEDED):
        return ImportKind.SHOPIFY
    return ImportKind.WOOCOMMERCE if names.issuperset(woocommerce.NEEDED) else ImportKind.GENERIC


def read_groups(
    kind: str,
    rows: Iterable[Row],
    *,
    columns: Sequence[str],
    mapping: Mapping[str, str],
    resource: Resource | None = None,
    options: Mapping[str, str] | None = None,
) -> Iterator[Group]:
    """Yield products, or rows of a resource; rows that are none come as refusals, in place."""
    if resource is not None:
        yield from listed.groups(rows, resource, mapping, options or {})
    elif kind == ImportKind.GENERIC:
        yield from generic.groups(rows, mapping)
    else:
        yield from _READERS[ImportKind(kind)](rows, frozenset(columns))
