"""A product as files tell it, whatever their form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from math import prod
from typing import Final

from kernel.dataio.errors import RowRefused
from kernel.inventory.values import MOST_QUANTITY

_GRAMS: Final = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
_CURRENCY_SIGNS: Final = "¥￥$€£元"
_IN_THOUSANDS: Final = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_LARGEST: Final = Decimal(10) ** 9
_YES: Final = frozenset({"true", "yes", "1", "y", "是", "visible", "published", "active"})
_NO: Final = frozenset({"false", "no", "0", "n", "否", "-1", "draft", "archived"})


@dataclass(slots=True)
class VariantRecord:
    """One variant; None or an empty text says nothing.

    Attributes:
        values: of the options, in their order.
        price, compare_at, cost: as written.
        stock: how many there are.
        sells_ahead: whether it is sold when there is none.
    """

    line: int
    values: tuple[str, ...] = ()
    sku: str = ""
    barcode: str = ""
    price: str = ""
    compare_at: str = ""
    weight_grams: int | None = None
    volume_cm3: int | None = None
    cost: str = ""
    stock: int | None = None
    sells_ahead: bool | None = None
    image_url: str = ""


@dataclass(slots=True)
class ProductRecord:
    """One product with its variants and pictures; None says nothing.

    Attributes:
        options: names, in order.
        categories: titles from the top, ``("Clothes", "Shirts")``.
        pictures: addresses and texts.
        published: whether the file wants it on sale.
        is_named: whether its handle was made from its title, for want of a better one.
        is_archived: whether the file keeps it for the books alone.
        kind: what is handed over; goods when nothing is said.
        max_per_order: how many one order may hold of it.
    """

    line: int
    handle: str = ""
    title: str = ""
    description_html: str | None = None
    summary: str | None = None
    brand: str = ""
    tags: list[str] | None = None
    seo_title: str | None = None
    seo_description: str | None = None
    published: bool | None = None
    is_named: bool = False
    is_archived: bool = False
    kind: str = ""
    tax_class: str = ""
    freight_template: str | None = None
    max_per_order: int | None = None
    options: list[str] = field(default_factory=list)
    categories: list[tuple[str, ...]] = field(default_factory=list)
    variants: list[VariantRecord] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """By what people know it."""
        skus = (variant.sku for variant in self.variants)
        handle = "" if self.is_named else self.handle
        return (handle or self.title or next(skus, ""))[:200]


def read_switch(text: str, column: str) -> bool | None:
    """Read a yes or no.

    Raises:
        RowRefused: neither.
    """
    word = text.strip().lower()
    if not word:
        return None
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise RowRefused(column=column, value=text[:40])


def read_grams(text: str, unit: str, column: str) -> int | None:
    """Read a weight.

    Raises:
        RowRefused: no number, negative, beyond all measure, or in an unknown unit.
    """
    if not text.strip():
        return None
    number, factor = _number(text, column), _GRAMS.get(unit.strip().lower() or "g")
    if factor is None or not 0 <= number * factor <= _LARGEST:
        raise RowRefused(column=column, value=text[:40])
    return int((number * factor).to_integral_value())


def read_volume(sides: Sequence[str], centimetres: str, column: str) -> int:
    """Read length, width and height in a unit of so many centimetres.

    Raises:
        RowRefused: no numbers, negative, or beyond all measure.
    """
    factor = Decimal(centimetres)
    lengths = [_number(side, column) * factor for side in sides]
    volume = prod(lengths, start=Decimal(1))
    if min(lengths) < 0 or volume > _LARGEST:
        raise RowRefused(column=column, value=", ".join(sides)[:40])
    return int(volume.to_integral_value(ROUND_CEILING))


def read_count(text: str, column: str) -> int | None:
    """Read a whole number; what a shop owes (negative stock) counts as none.

    Raises:
        RowRefused: no whole number, or beyond all measure.
    """
    if not text.strip():
        return None
    number = _number(text, column)
    if number != number.to_integral_value() or abs(number) > MOST_QUANTITY:
        raise RowRefused(column=column, value=text[:40])
    return max(0, int(number))


def _number(text: str, column: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise RowRefused(column=column, value=text[:40]) from None
    if not number.is_finite() or abs(number.adjusted()) > 15:  # noqa: PLR2004  beyond any measure
        raise RowRefused(column=column, value=text[:40])
    return number


def read_price(text: str) -> str:
    """Return a price as people type it (``¥1,299.00``) without what is there for the eye."""
    plain = text.strip().strip(_CURRENCY_SIGNS).strip()
    return plain.replace(",", "") if _IN_THOUSANDS.fullmatch(plain) else plain


@contextmanager
def at_line(line: int) -> Iterator[None]:
    """Let refusals name the line that they are about."""
    try:
        yield
    except RowRefused as refusal:
        raise RowRefused(**{"line": line, **refusal.fields}) from None


def read_list(text: str, separator: str = ",") -> list[str]:
    """Read texts with a separator between them."""
    return [part.strip() for part in text.split(separator) if part.strip()]
