"""What comparisons came to, for people who design pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from math import sqrt
from statistics import NormalDist
from typing import Final
from uuid import UUID

from django.db.models import Sum

from themes.models import Comparison, ComparisonCount, Page

LEAST_DAYS: Final = 7
"""Buyers differ by day of the week, so less than a week tells little."""

LEAST_VISITORS: Final = 100
LEAST_BUYERS: Final = 10
SURE: Final = 0.95
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Side:
    """What visitors of one version did."""

    visitors: int = 0
    views: int = 0
    taps: int = 0
    buyers: int = 0

    @property
    def tap_rate(self) -> Decimal:
        """Return the taps on the page of a hundred times that it was looked at."""
        return _of_hundred(self.taps, self.views)

    @property
    def buyer_rate(self) -> Decimal:
        """Return how many of a hundred visitors bought."""
        return _of_hundred(self.buyers, self.visitors)


class Verdict(StrEnum):
    """What can be said of both."""

    EARLY = "early"
    EVEN = "even"
    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Standing:
    """A comparison with what it came to so far.

    Attributes:
        certainty: in percent, that the rates of buyers differ at all; None while it is early.
    """

    row: Comparison
    first: Side
    second: Side
    days: int
    verdict: Verdict
    certainty: int | None


def standings_of(page: Page, *, now: datetime) -> list[Standing]:
    """Return the comparisons of a page, the newest first; two queries."""
    rows = list(Comparison.objects.filter(page=page).order_by("-began_at")[:20])
    sums = (
        ComparisonCount.objects.filter(comparison__in=rows)
        .values_list("comparison_id", "is_second")
        .annotate(Sum("visitors"), Sum("views"), Sum("taps"), Sum("buyers"))
    )
    sides: dict[tuple[UUID, bool], Side] = {
        (comparison, is_second): Side(*figures) for comparison, is_second, *figures in sums
    }
    return [
        standing(row, sides.get((row.pk, False), Side()), sides.get((row.pk, True), Side()), now)
        for row in rows
    ]


def standing(row: Comparison, first: Side, second: Side, now: datetime) -> Standing:
    """Return what can be said of a comparison, without saying it too soon."""
    days = ((row.ended_at or now) - row.began_at) // timedelta(days=1)
    is_early = (
        days < LEAST_DAYS
        or min(first.visitors, second.visitors) < LEAST_VISITORS
        or first.buyers + second.buyers < LEAST_BUYERS
    )
    if is_early:
        return Standing(row, first, second, days, Verdict.EARLY, None)
    certainty = certainty_of_difference(first, second)
    better = Verdict.SECOND if second.buyer_rate > first.buyer_rate else Verdict.FIRST
    verdict = better if certainty >= SURE else Verdict.EVEN
    return Standing(row, first, second, days, verdict, int(certainty * 100))


def certainty_of_difference(first: Side, second: Side) -> float:
    """Return how unlikely it is, from 0 to 1, that chance alone made the rates of buyers differ.

    Two-sided test of two proportions with the pooled rate (NIST/SEMATECH e-Handbook of
    Statistical Methods, 7.3.3).
    """
    pooled = (first.buyers + second.buyers) / (first.visitors + second.visitors)
    spread = sqrt(pooled * (1 - pooled) * (1 / first.visitors + 1 / second.visitors))
    if spread == 0:
        return 0.0
    apart = abs(second.buyers / second.visitors - first.buyers / first.visitors)
    return 2 * NormalDist().cdf(apart / spread) - 1


def _of_hundred(part: int, whole: int) -> Decimal:
    return (Decimal(part * 100) / whole).quantize(_TENTH, ROUND_HALF_UP) if whole else Decimal(0)
