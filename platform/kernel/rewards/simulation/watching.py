"""A book in memory that adds up, while it is written, what a report asks of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from typing_extensions import override

from kernel.rewards.engine.book import Line, MemoryBook

MONEY: Final = "CNY"
_KINDS: Final = {
    "m": "owed",
    "pool": "pools",
    "reserve": "pools",
    "psp": "psp",
    "sales": "sales",
    "income": "sales",
    "cogs": "cost",
    "reward": "rewards",
    "goods": "cost",
    "exp": "expenses",
}


class WatchedBook(MemoryBook):
    """A book that knows the sums of its kinds of accounts at any moment, in cents.

    Attributes:
        sums: what was credited less what was debited, by kind of account; what belongs
            to others (suppliers, escrow, tax) is ``others``.
        promised: units that are with members, by asset.
        available: what members can take out, of those who have something.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sums: dict[str, int] = dict.fromkeys((*_KINDS.values(), "others"), 0)
        self.promised: dict[str, int] = {}
        self.available: dict[str, int] = {}
        self._kind_of: dict[str, str] = {}

    @override
    def post(self, line: Line) -> None:
        """Book one line."""
        super().post(line)
        if line.asset == MONEY:
            debit, credit, sums, kinds = line.debit, line.credit, self.sums, self._kind_of
            sums[kinds.get(debit) or self._kind(debit)] -= line.minor
            sums[kinds.get(credit) or self._kind(credit)] += line.minor
            if debit.endswith(":avail"):
                self._moved(debit)
            if credit.endswith(":avail"):
                self._moved(credit)
            return
        issue, held = f"issue:{line.asset}", self.promised
        if line.debit == issue:
            held[line.asset] = held.get(line.asset, 0) + line.minor
        if line.credit == issue:
            held[line.asset] = held.get(line.asset, 0) - line.minor

    def _moved(self, account: str) -> None:
        left = self.balance(account, MONEY)
        if left > 0:
            self.available[account] = left
        else:
            self.available.pop(account, None)

    def _kind(self, account: str) -> str:
        kind = self._kind_of.get(account)
        if kind is None:
            kind = _KINDS.get(account.partition(":")[0], "others")
            self._kind_of[account] = kind
        return kind

    @property
    def hand(self) -> int:
        """What the shop holds once everybody but its members is paid, in cents."""
        return -self.sums["psp"] - self.sums["others"]


def ratio(above: int, below: int) -> Fraction | None:
    """Return how far one sum covers another; None where there is nothing to cover."""
    return Fraction(above, below) if below > 0 else None
