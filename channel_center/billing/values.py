"""What billing hands out and takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from channel_center.billing.tiers import Tiers, first_below
from kernel.common.money import Money

Chain: TypeAlias = tuple[UUID, ...]
"""Partners between the operator and a shop, the highest first; empty for a shop of his own."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one level asks the next one for, and where that stands."""

    amount_minor: int
    line_id: UUID
    list_number: int
    trial_days: int | None
    may_lose: bool
    tiers: Tiers = ()

    def least_over(self, above: Price) -> int | None:
        """Return what a unit would have to cost at least where it costs less than above."""
        return first_below(self.amount_minor, self.tiers, above.amount_minor, above.tiers)


@dataclass(frozen=True, slots=True)
class Step:
    """What one level owes the level above it.

    Attributes:
        seller: none for the operator.
        buyer: none for the shop.
        billed_minor: for the stretch that is billed; the whole price unless it is a part.
        credit_minor: what is left of the charge before, at this level.
    """

    level: int
    seller: UUID | None
    buyer: UUID | None
    line_id: UUID | None
    list_number: int
    price_minor: int
    billed_minor: int
    credit_minor: int

    @property
    def due_minor(self) -> int:
        """What moves."""
        return self.billed_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sale would do. Made by one function, for looking and for charging."""

    kind: str
    currency: str
    steps: tuple[Step, ...]
    period_start: datetime
    period_end: datetime | None
    anchor: datetime
    replaces: UUID | None = None

    @property
    def retail(self) -> Step:
        """What the shop is asked for."""
        return self.steps[-1]


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that holds for a while.

    Attributes:
        token: to be handed to `buy`; signed.
        due: less than nothing where the shop's balance grows.
        credit: what of the running period is taken off.
        starts_at: when it begins; at the end of the period for a smaller edition.
    """

    id: UUID
    token: str
    tenant_id: UUID
    offer_code: str
    quantity: int
    kind: str
    price: Money
    billed: Money
    credit: Money
    due: Money
    starts_at: datetime
    ends_at: datetime | None
    expires_at: datetime
    plan: Plan


@dataclass(frozen=True, slots=True)
class WalletView:
    """What a wallet has.

    Attributes:
        cash, gift, credit: by where it came from; spent in the order gift, credit, cash.
        owed_minor: how far the credit limit is used.
    """

    id: UUID
    currency: str
    cash_minor: int
    gift_minor: int
    credit_minor: int
    limit_minor: int
    owed_minor: int

    @property
    def balance_minor(self) -> int:
        """What is there, less what is owed."""
        return self.cash_minor + self.gift_minor + self.credit_minor - self.owed_minor

    @property
    def available_minor(self) -> int:
        """What may be spent."""
        return self.balance_minor + max(self.limit_minor, self.owed_minor)

    @property
    def balance(self) -> Money:
        """What is there, as money."""
        return Money(self.balance_minor, self.currency)


READ_ONLY_DAYS: Final = 14
"""After what was cancelled or tried ends, it may be looked at for so long."""


@dataclass(frozen=True, slots=True)
class Dunning:
    """Days before and after the end of a period on which something happens.

    Attributes:
        notices: so many days before it.
        retries: so many days after it the balance is asked again.
        read_only, closed, archive: so many days after it what is unpaid is restricted.
        partner_days: instead of ``read_only`` when the shop could have paid.
    """

    notices: tuple[int, ...] = (15, 7, 3, 1)
    retries: tuple[int, ...] = (1, 3, 5)
    read_only: int = 7
    closed: int = 14
    archive: int = 35
    partner_days: int = 30
