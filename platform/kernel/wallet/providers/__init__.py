"""Payout services: what pays withdrawals out by itself. Modules bring them.

A service takes a `PayoutOrder` under a key of ours, and never pays a key twice. It is
asked what became of a key whenever it did not say; nothing is sent again until it has said
that it never got it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from django.utils.functional import Promise

from kernel.common.money import Money

Outcome = Literal["paid", "pending", "failed", "absent"]


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """What a payout service is to do.

    Attributes:
        key: ours, the same however often it is asked.
        details: particulars of the account, in the clear.
        note: what the recipient reads.
    """

    key: str
    amount: Money
    channel: str
    details: Mapping[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class PayoutAnswer:
    """What a payout service says of a key.

    Attributes:
        outcome: ``absent`` only from `PayoutProvider.query`: it never got the key.
        reference: the service's own number.
        text: why it failed.
    """

    outcome: Outcome
    reference: str = ""
    text: str = ""


class PayoutUnsure(Exception):
    """The service did not answer, or not so that it could be understood."""


class PayoutProvider(ABC):
    """A payout service.

    Attributes:
        code: stable; what rules name.
        label: for the people who run the shop.
        channels: what it can pay, see `kernel.wallet.choices.Channel`.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    channels: ClassVar[frozenset[str]]

    @abstractmethod
    def submit(self, order: PayoutOrder) -> PayoutAnswer:
        """Have it pay, outside of any transaction.

        Raises:
            PayoutUnsure: nobody knows whether it will.
        """

    @abstractmethod
    def query(self, key: str) -> PayoutAnswer:
        """Ask what became of a key.

        Raises:
            PayoutUnsure: it did not say.
        """


_providers: Final[dict[str, PayoutProvider]] = {}


def register_provider(provider: PayoutProvider) -> None:
    """Make a payout service known; called while apps are loaded."""
    _providers[provider.code] = provider


def known_provider(code: str) -> PayoutProvider | None:
    """Return a payout service, or None when the module that brought it is gone."""
    return _providers.get(code)


def providers_for(channel: str) -> list[PayoutProvider]:
    """Return the services that pay by a channel."""
    return [each for each in _providers.values() if channel in each.channels]
