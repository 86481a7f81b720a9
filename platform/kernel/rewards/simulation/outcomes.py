"""What a simulation has found: days, cohorts, and whether the modes can pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from statistics import median
from typing import Any, Final

COHORTS: Final = 10


@dataclass(frozen=True, slots=True)
class Day:
    """How things stand at the end of a day; sums of money since the start, in cents.

    Attributes:
        owed: money that members have, frozen or available; withdrawn no more.
        promised: the face value of units that members hold.
        hand: what the shop holds once everybody but its members is paid.
        coverage: hand over what is owed and promised, in ten-thousandths; None where
            nothing is owed. This is what could be paid if growth stopped that day.
    """

    day: int
    orders: int
    sales: int
    margin: int
    rewards: int
    withdrawn: int
    owed: int
    promised: int
    hand: int
    coverage: int | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Members who came at about the same time.

    Attributes:
        first, last: their numbers in the order of coming.
        paid, received: together, in cents.
        median_loss: what the member in the middle paid over the worth of the goods at
            supply cost and over what he got; negative where he gained.
        losing: share who lost, in ten-thousandths.
        paid_back: share who got back as much as they paid, in ten-thousandths.
        days_to_pay_back: of these, the median; None where there are none.
    """

    first: int
    last: int
    members: int
    paid: int
    received: int
    median_loss: int
    losing: int
    paid_back: int
    days_to_pay_back: int | None


@dataclass(slots=True)
class Account:
    """What one member has paid and got so far, in cents."""

    day: int
    paid: int = 0
    worth: int = 0
    received: int = 0
    back_on: int | None = None

    @property
    def loss(self) -> int:
        """What he paid over what he has of it."""
        return self.paid - self.worth - self.received


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario.

    Attributes:
        promises: units with members at the end, by asset, at its scale.
        worst_payout: the greatest share of an order that it paid out at once, in
            ten-thousandths.
    """

    curve: str
    days: tuple[Day, ...]
    cohorts: tuple[Cohort, ...]
    promises: Mapping[str, int]
    worst_payout: int
    orders: int
    members: int

    @property
    def lowest(self) -> int | None:
        """The lowest coverage of any day."""
        known = [one.coverage for one in self.days if one.coverage is not None]
        return min(known, default=None)

    @property
    def solvent(self) -> bool:
        """Whether on each day everything owed and promised could have been paid."""
        covered = all(one.coverage is None or one.coverage >= ONE for one in self.days)
        return covered and all(one.hand >= 0 for one in self.days)

    def told(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {**asdict(self), "lowest": self.lowest, "solvent": self.solvent}


ONE: Final = 10_000


def cohorts(accounts: Sequence[Account]) -> tuple[Cohort, ...]:
    """Return the members in ten parts, in the order in which they came."""
    size = max(-(-len(accounts) // COHORTS), 1)
    return tuple(_cohort(at, accounts[at : at + size]) for at in range(0, len(accounts), size))


def _cohort(first: int, members: Sequence[Account]) -> Cohort:
    back = [one.back_on - one.day for one in members if one.back_on is not None]
    return Cohort(
        first=first + 1,
        last=first + len(members),
        members=len(members),
        paid=sum(one.paid for one in members),
        received=sum(one.received for one in members),
        median_loss=int(median(one.loss for one in members)),
        losing=share(sum(one.loss > 0 for one in members), len(members)),
        paid_back=share(len(back), len(members)),
        days_to_pay_back=int(median(back)) if back else None,
    )


def share(part: int, whole: int) -> int:
    """Return a share in ten-thousandths, rounded down."""
    return int(Fraction(part * ONE, whole)) if whole > 0 else 0
