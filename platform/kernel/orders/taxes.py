"""Taxes of orders: what they are worked out of, and how lines keep them.

A line keeps a share for each rate that holds for it, so that a document can say years
later what was counted, and by which rate. All amounts are in minor units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from kernel.common.money import split_minor
from kernel.orders.models import Order, OrderLine

WHOLE: Final = 1_000_000
"""Rates are in millionths: 130,000 are 13 %."""


@dataclass(frozen=True, slots=True)
class RateShare:
    """What one rate comes to for a line, or for the freight of an order.

    Attributes:
        code: of the rate; equal codes are added up.
        ppm: millionths.
        is_compound: counted on the price together with the taxes before it.
        is_included: the price holds it; otherwise it is put on the price.
        exempt: number for which nothing is counted; empty for everybody else.
        base_minor: what it is counted on, without any tax.
    """

    code: str
    name: str
    ppm: int
    is_compound: bool = False
    is_included: bool = False
    exempt: str = ""
    base_minor: int = 0
    minor: int = 0

    @property
    def percent(self) -> str:
        """The rate as people write it: ``13`` or ``8.875``."""
        return percent_of(self.ppm)

    def stored(self) -> dict[str, object]:
        """Return it as a row keeps it."""
        return asdict(self)


def percent_of(ppm: int) -> str:
    """Return a rate as people write it, without the sign: ``13`` or ``8.875``."""
    text = f"{Decimal(ppm) * 100 / WHOLE:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_shares(stored: object) -> list[RateShare]:
    """Return what a row keeps."""
    rows = stored if isinstance(stored, (list, tuple)) else ()
    return [RateShare(**row) for row in rows if isinstance(row, Mapping)]


def taxes_of(order: Order, lines: Iterable[OrderLine]) -> list[RateShare]:
    """Return what each rate comes to for a whole order; no query."""
    own = [share for line in lines for share in read_shares(line.taxes)]
    return summed([*own, *read_shares(order.freight_taxes)])


def put_on_minor(shares: Iterable[RateShare]) -> int:
    """Return what is put on the price."""
    return sum(share.minor for share in shares if not share.is_included)


def summed(shares: Iterable[RateShare]) -> list[RateShare]:
    """Return shares with those of one rate added up, in the order in which they come first."""
    found: dict[tuple[object, ...], RateShare] = {}
    for share in shares:
        key = (share.code, share.name, share.ppm, share.is_included, share.exempt)
        known = found.get(key)
        found[key] = share if known is None else _added(known, share)
    return list(found.values())


def shares_of(price_minor: int, rates: Sequence[RateShare]) -> list[RateShare]:
    """Return what rates come to for a price, rounded half up once, and split to the last cent."""
    [shares] = shares_of_all([price_minor], rates)
    return shares


def shares_of_all(prices: Sequence[int], rates: Sequence[RateShare]) -> list[list[RateShare]]:
    """Return what rates come to for several prices together, rounded once over all of them.

    The whole tax is split to the prices, and each price's to the rates, by largest
    remainder, so that both add up exactly.

    Args:
        prices: after discounts; none negative.
        rates: of which the amounts do not matter; all are included, or none is.
    """
    weights = _weights(rates)
    whole = sum(weights, Fraction())
    total = sum(prices)
    if not rates or not whole or not total:
        return [[replace(r, base_minor=price, minor=0) for r in rates] for price in prices]
    is_included = rates[0].is_included
    taxes = split_minor(_half_up(total * (whole / (1 + whole) if is_included else whole)), prices)
    found = []
    for price, tax in zip(prices, taxes, strict=True):
        parts = split_minor(tax, _in_whole_numbers(weights))
        base = price - tax if is_included else price
        found.append(
            [
                replace(rate, base_minor=base, minor=part)
                for rate, part in zip(rates, parts, strict=True)
            ]
        )
    return found


def rescaled(shares: Sequence[RateShare], before_minor: int, now_minor: int) -> list[RateShare]:
    """Return shares of a price that has changed, each in proportion; of nothing, nothing."""
    part = Fraction(now_minor, before_minor) if before_minor else Fraction()
    return [
        replace(
            share, base_minor=_half_up(share.base_minor * part), minor=_half_up(share.minor * part)
        )
        for share in shares
    ]


def _weights(rates: Sequence[RateShare]) -> list[Fraction]:
    """Return each rate as a part of the price without taxes."""
    found: list[Fraction] = []
    for rate in rates:
        own = Fraction(0 if rate.exempt else rate.ppm, WHOLE)
        found.append(own * (1 + sum(found, Fraction())) if rate.is_compound else own)
    return found


def _in_whole_numbers(weights: Sequence[Fraction]) -> list[int]:
    common = lcm(*(weight.denominator for weight in weights))
    return [int(weight * common) for weight in weights]


def _half_up(amount: Fraction) -> int:
    return int((2 * amount.numerator + amount.denominator) // (2 * amount.denominator))


def _added(one: RateShare, other: RateShare) -> RateShare:
    return replace(one, base_minor=one.base_minor + other.base_minor, minor=one.minor + other.minor)
