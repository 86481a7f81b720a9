"""Amounts of money: whole minor units of a currency.

Decimals exist at the edges only: in forms, in JSON (as strings) and on pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import total_ordering
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from kernel.common.errors import DomainError
from kernel.reference.currencies import CURRENCIES

DECIMALS: Final = {code: decimals for code, decimals, _zh, _en in CURRENCIES}
# Far below what a bigint holds, so that sums of many amounts still fit.
LARGEST_MINOR: Final = 10**15
BASIS_POINTS: Final = 10_000

Rounding = Literal["down", "half_up"]


class InvalidAmount(DomainError):
    """A text that is not an amount of its currency."""

    code = "money.invalid_amount"
    title = _("This is not an amount in this currency.")


class CurrencyMismatch(DomainError):
    """Two amounts of different currencies met."""

    code = "money.currency_mismatch"
    title = _("The amounts are in different currencies.")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount.

    Attributes:
        minor: minor units (fen, cents, yen); negative for what is taken away.
        currency: ISO 4217 code.
    """

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def share(self, basis_points: int, *, rounding: Rounding) -> Money:
        """Return so many ten-thousandths of a non-negative amount.

        Args:
            basis_points: 10,000 is the whole.
            rounding: ``down`` for what is paid to somebody, ``half_up`` for invoices.
        """
        product = self.minor * basis_points
        if rounding == "half_up":
            product += BASIS_POINTS // 2
        return Money(product // BASIS_POINTS, self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Divide by weights so that the parts add up exactly.

        By largest remainder; of equal remainders the earlier part gets the unit.
        Weights that are all zero count as equal.

        Raises:
            ValueError: no weights, or a negative one.
        """
        return [Money(part, self.currency) for part in split_minor(self.minor, weights)]

    def decimal(self) -> str:
        """Return the amount as a plain decimal string, ``"12.50"``."""
        places = DECIMALS.get(self.currency, 2)
        whole, part = divmod(abs(self.minor), 10**places)
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a decimal string.

        Raises:
            InvalidAmount: not a plain number, more decimals than the currency
                has, an unknown currency, or beyond `LARGEST_MINOR`.
        """
        places = DECIMALS.get(currency)
        if places is None:
            raise InvalidAmount(currency=currency[:8])
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            raise InvalidAmount(value=text[:40]) from None
        if not value.is_finite() or value.adjusted() > 18:  # noqa: PLR2004  beyond any amount
            raise InvalidAmount(value=text[:40])
        minor = value.scaleb(places)
        if minor != minor.to_integral_value() or abs(minor) > LARGEST_MINOR:
            raise InvalidAmount(value=text[:40], decimals=places)
        return cls(int(minor), currency)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(currencies=[self.currency, other.currency])
        return other.minor


def split_minor(total: int, weights: Sequence[int]) -> list[int]:
    """Divide whole units by weights; see `Money.split`."""
    if not weights or min(weights) < 0:
        raise ValueError("weights must be non-negative, and there must be one")
    whole = sum(weights)
    shares = list(weights) if whole else [1] * len(weights)
    whole = whole or len(weights)
    sign = -1 if total < 0 else 1
    parts = [abs(total) * share // whole for share in shares]
    remainders = [abs(total) * share % whole for share in shares]
    left = abs(total) - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: (-remainders[i], i))[:left]:
        parts[index] += 1
    return [sign * part for part in parts]
