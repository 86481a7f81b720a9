"""Where the engine books: a book in memory, and what every book answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

DEBIT_SIDE: Final = ("psp", "cogs", "reward:", "exp:", "issue:", "goods:")
"""Accounts whose balance is what was debited: money held, expenses, contra of units."""


HELD: Final = ("m:", "pool:", "reserve:", "escrow:")
"""Accounts that give no more than they have: of members, and of what is set aside for them."""


def counts_debits(account: str) -> bool:
    """Whether an account's balance grows with its debits."""
    return account.startswith(DEBIT_SIDE)


class Line(NamedTuple):
    """One balanced pair of a journal.

    Attributes:
        minor: whole units at the scale of the asset, above zero.
        rule: the rule that booked it, or the step of the sale.
        why: the reason, for people.
        origin: event and rule that brought what this line takes back, where batches matter.
    """

    debit: str
    credit: str
    asset: str
    minor: int
    rule: str
    why: str = ""
    origin: str = ""

    def reversed(self, minor: int, why: str) -> Line:
        """Return the line that takes a part of this one back."""
        return Line(self.credit, self.debit, self.asset, minor, self.rule, why)


def available_to(account: str) -> str | None:
    """Return the member whose available balance an account is."""
    kind, _, rest = account.partition(":")
    member, _, state = rest.rpartition(":")
    return member if kind == "m" and state == "avail" else None


def owner_and_state(account: str) -> tuple[str, str] | None:
    """Return member and state of a member's account, None for any other."""
    kind, _, rest = account.partition(":")
    member, _, state = rest.rpartition(":")
    return (member, state) if kind == "m" and member else None


def covered(book: Book, account: str, asset: str, minor: int) -> int:
    """Return how much of a sum an account can give; what belongs to somebody is never overdrawn."""
    if not account.startswith(HELD):
        return minor
    return min(minor, max(book.balance(account, asset), 0))


def costs_the_shop(debit: str, credit: str) -> bool:
    """Whether a reward comes out of what the shop earns by the order.

    What was set aside before, belongs to members or is issued as units does not come out
    of it a second time.
    """
    if debit.startswith("reward:"):
        return True
    own = not debit.startswith((*HELD, "issue:", "goods:", "supplier:"))
    return own and credit.startswith(("m:", "pool:", "reserve:"))


class Book(Protocol):
    """What the engine asks of a book."""

    def balance(self, account: str, asset: str) -> int:
        """Return what an account has, on its own side."""

    def post(self, line: Line) -> None:
        """Book one line."""

    def lapsed(self, account: str, asset: str, origin: str) -> int:
        """Return how much of what an event and rule brought has expired since."""


class MemoryBook:
    """A book of balances, for replays, simulations and tests."""

    def __init__(self) -> None:
        self._balances: dict[tuple[str, str], int] = {}

    def balance(self, account: str, asset: str) -> int:
        """Return what an account has, on its own side."""
        credited = self._balances.get((account, asset), 0)
        return -credited if counts_debits(account) else credited

    def post(self, line: Line) -> None:
        """Book one line."""
        balances, asset = self._balances, line.asset
        balances[line.debit, asset] = balances.get((line.debit, asset), 0) - line.minor
        balances[line.credit, asset] = balances.get((line.credit, asset), 0) + line.minor

    def lapsed(self, account: str, asset: str, origin: str) -> int:
        """Return nothing: in memory, what expires is an event like others."""
        return 0

    def balances(self) -> Iterator[tuple[str, str, int]]:
        """Return account, asset and balance of everything that was ever booked on."""
        for account, asset in self._balances:
            yield account, asset, self.balance(account, asset)

    def adds_up(self) -> bool:
        """Whether debits and credits of every asset are equal."""
        sums: dict[str, int] = {}
        for (_account, asset), credited in self._balances.items():
            sums[asset] = sums.get(asset, 0) + credited
        return not any(sums.values())
