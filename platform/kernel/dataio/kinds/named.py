"""Things that rows name by a code or by what people call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from kernel.catalogue.models import Variant
from kernel.dataio.errors import RowRefused
from kernel.dataio.resources import RowRecord

T = TypeVar("T")


class Named(Generic[T]):
    """Things by all the words that mean them; a code goes before a name."""

    def __init__(self, told: Iterable[tuple[T, Iterable[str], Iterable[str]]]) -> None:
        """Take things, each with its codes and its names."""
        self._by_code: dict[str, T] = {}
        self._by_name: dict[str, list[T]] = {}
        for thing, codes, names in told:
            self._by_code |= dict.fromkeys((code.lower() for code in codes), thing)
            for name in {name.strip().lower() for name in names if name}:
                self._by_name.setdefault(name, []).append(thing)

    def find(self, text: str, *, column: str, reason: str) -> T:
        """Return what a text means.

        Raises:
            RowRefused: nothing, or several things.
        """
        word = text.strip().lower()
        if word in self._by_code:
            return self._by_code[word]
        found = self._by_name.get(word, [])
        if len(found) != 1:
            said = "ambiguous" if found else reason
            raise RowRefused(column=column, value=text[:40], reason=said)
        return found[0]


def variants_by_sku(rows: Iterable[RowRecord]) -> Mapping[str, Variant]:
    """Return the variants that rows name by their SKU; one query."""
    skus = {row.get("sku") for row in rows}
    found = Variant.objects.select_related("product").filter(sku__in=skus)
    return {variant.sku: variant for variant in found}


def variant_of(row: RowRecord, known: Mapping[str, Variant]) -> Variant:
    """Return the variant that a row is about.

    Raises:
        RowRefused: there is none.
    """
    variant = known.get(row.get("sku"))
    if variant is None:
        raise RowRefused(column="sku", value=row.get("sku")[:40], reason="no_product")
    return variant


def whole(text: str, *, column: str, lowest: int, highest: int) -> int:
    """Read a whole number, as ``12`` or ``12.0``, within bounds.

    Raises:
        RowRefused: it is none.
    """
    digits, _dot, rest = text.partition(".")
    plain = digits.lstrip("-")
    is_number = plain.isascii() and plain.isdigit() and len(plain) <= 15 and not rest.strip("0")  # noqa: PLR2004  beyond any number
    if not is_number:
        raise RowRefused(column=column, value=text[:40], reason="whole")
    number = int(digits)
    if not lowest <= number <= highest:
        reason = "negative" if number < 0 else ""
        raise RowRefused(column=column, value=text[:40], reason=reason)
    return number


def grouped(pairs: Iterable[tuple[UUID, Any]]) -> dict[UUID, list[Any]]:
    """Return values by their key, in order."""
    found: dict[UUID, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
