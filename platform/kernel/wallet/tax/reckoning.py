"""How much tax is withheld of a payment: pure arithmetic on minor units of money.

Cumulative withholding follows State Taxation Administration of China, Announcement 2025
No. 16: what is due on all income of the year so far, less what was withheld already::

    taxable  = income − income × expense − monthly × months
    due      = taxable × rate − quick deduction
    withheld = due − withheld before, never below zero

Months count from the first of the year in which the payer paid the person to the present
one, whether or not something was paid in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from kernel.common.money import BASIS_POINTS

Method = Literal["none", "flat", "cumulative"]


@dataclass(frozen=True, slots=True)
class Bracket:
    """Up to so much taxable income a rate holds; ``quick_minor`` is deducted from its tax."""

    to_minor: int | None
    rate_bp: int
    quick_minor: int


@dataclass(frozen=True, slots=True)
class Category:
    """How payments of a kind are taxed in a place, from a day on.

    Attributes:
        code: place and kind, ``CN:labour``.
        expense_bp: share of the income that counts as expense.
        monthly_minor: what is free in each month.
        sources: where this is laid down, by language.
    """

    code: str
    version: str
    currency: str
    names: Mapping[str, str]
    sources: Mapping[str, str]
    method: Method
    rate_bp: int = 0
    expense_bp: int = 0
    monthly_minor: int = 0
    brackets: Sequence[Bracket] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """What a person was paid in the year before this payment.

    Attributes:
        first: a day of the month of the first payment of the year; None for the first one.
    """

    income_minor: int = 0
    withheld_minor: int = 0
    first: date | None = None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What is withheld of a payment, and how it comes about; all in minor units.

    Attributes:
        tax_minor: withheld of this payment.
        income_minor: of the year with this payment, or of this payment alone for a flat rate.
        due_minor: on that income.
        before_minor: withheld earlier in the year.
    """

    tax_minor: int
    income_minor: int
    expense_minor: int
    months: int
    free_minor: int
    taxable_minor: int
    rate_bp: int
    quick_minor: int
    due_minor: int
    before_minor: int


def reckon(category: Category, gross_minor: int, *, on: date, past: Past) -> Reckoned:
    """Return what is withheld of a payment before fees.

    Args:
        category: see `Category`.
        gross_minor: what is paid, in minor units of the category's currency.
        on: the day by the payer's clock.
        past: of the same person and category in the year of that day.
    """
    if category.method == "none":
        return Reckoned(0, gross_minor, 0, 0, 0, 0, 0, 0, 0, 0)
    if category.method == "flat":
        tax = _rounded(Fraction(gross_minor * category.rate_bp, BASIS_POINTS))
        return Reckoned(tax, gross_minor, 0, 0, 0, gross_minor, category.rate_bp, 0, tax, 0)
    return _cumulative(category, gross_minor, on=on, past=past)


def _cumulative(category: Category, gross_minor: int, *, on: date, past: Past) -> Reckoned:
    income = past.income_minor + gross_minor
    expense = Fraction(income * category.expense_bp, BASIS_POINTS)
    months = on.month - (past.first or on).month + 1
    free = category.monthly_minor * months
    taxable = max(income - expense - free, Fraction(0))
    bracket = next(
        each for each in category.brackets if each.to_minor is None or taxable <= each.to_minor
    )
    due = _rounded(taxable * bracket.rate_bp / BASIS_POINTS - bracket.quick_minor)
    return Reckoned(
        tax_minor=max(due - past.withheld_minor, 0),
        income_minor=income,
        expense_minor=_rounded(expense),
        months=months,
        free_minor=free,
        taxable_minor=_rounded(taxable),
        rate_bp=bracket.rate_bp,
        quick_minor=bracket.quick_minor,
        due_minor=due,
        before_minor=past.withheld_minor,
    )


def _rounded(value: Fraction) -> int:
    """Return whole minor units; a half goes up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
