"""Payout services: what pays withdrawals out by itself. Modules bring them.

A service takes a `PayoutOrder` under a key of ours, and never pays a key twice. It is
asked what became of a key whenever it did not say; nothing is sent again until it has said
that it never got it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final, Literal

from django.utils.functional import Promise

from kernel.common.money import Money

Json = Mapping[str, Any]
Outcome = Literal["paid", "pending", "failed", "refused", "absent"]


@dataclass(frozen=True, slots=True)
class PayoutOrder:
    """What a payout service is to do.

    Attributes:
        key: ours, the same however often it is asked.
        attempt: counts how often it was sent, each time after the service took nothing.
        details: particulars of the account, in the clear.
        note: what the recipient reads.
    """

    key: str
    amount: Money
    channel: str
    details: Mapping[str, str]
    note: str
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class PayoutAnswer:
    """What a payout service says of a key.

    Attributes:
        outcome: ``refused``: it took nothing, for a reason on the shop's side, and can be
            asked anew; ``absent`` only from `PayoutProvider.query`: it never got the key.
        reference: the service's own number.
        text: why it failed.
    """

    outcome: Outcome
    reference: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Whose account a payout service is to open.

    Attributes:
        key: ours, the same however often it is asked.
        email: of the member; empty when he has told none.
        back: address to which the service sends the member afterwards.
    """

    key: str
    email: str
    back: str


@dataclass(frozen=True, slots=True)
class Opened:
    """An account at a payout service.

    Attributes:
        details: particulars, as `PayoutOrder.details` has them later.
        url: where the member tells the service who he is.
    """

    details: Mapping[str, str]
    url: str


class PayoutUnsure(Exception):
    """The service did not answer, or not so that it could be understood."""


class PayoutProvider(ABC):
    """A payout service.

    Attributes:
        code: stable; what rules name.
        label: for the people who run the shop.
        channels: what it can pay, see `kernel.wallet.choices.Channel`.
        opens: channels whose accounts members open at the service itself.
        watch: so long after it has paid a bank may still send the money back.
    """

    code: ClassVar[str]
    label: ClassVar[str | Promise]
    channels: ClassVar[frozenset[str]]
    opens: ClassVar[frozenset[str]] = frozenset()
    watch: ClassVar[timedelta] = timedelta(0)

    def fault(self) -> str:
        """Return why it cannot pay in the current shop, in words; empty when it can."""
        return ""

    def schema(self) -> Json | None:
        """Return the form of its credentials; None when it has none of its own.

        As the bind forms of `kernel.payments`; ``x-account`` marks what tells whose account
        it is, and stays while something is on its way there.
        """
        return None

    def check(self, values: Mapping[str, object]) -> dict[str, str]:
        """Try credentials by a call that changes nothing; return what is wrong, by field.

        Raises:
            PayoutUnsure: the service did not answer.
        """
        raise NotImplementedError

    def open_account(self, opening: Opening) -> Opened:
        """Open an account for a member, outside of any transaction.

        Raises:
            NotImplementedError: its channels are not in `opens`.
            PayoutUnsure: the service did not answer.
        """
        raise NotImplementedError

    def go_on(self, details: Mapping[str, str], *, back: str) -> str:
        """Return where a member goes on with an account that the service opened.

        Raises:
            NotImplementedError, PayoutUnsure: as `open_account`.
        """
        raise NotImplementedError

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


def service_purpose(code: str) -> str:
    """Return under which name the credentials of a payout service are sealed."""
    return f"wallet.service.{code}"


def services() -> list[PayoutProvider]:
    """Return the services that have credentials of their own."""
    return [each for each in _providers.values() if each.schema() is not None]


def known_provider(code: str) -> PayoutProvider | None:
    """Return a payout service, or None when the module that brought it is gone."""
    return _providers.get(code)


def opener_for(channel: str) -> PayoutProvider | None:
    """Return the service at which members open accounts of a channel, if there is one."""
    return next((each for each in _providers.values() if channel in each.opens), None)


def providers_for(channel: str) -> list[PayoutProvider]:
    """Return the services that pay by a channel."""
    return [each for each in _providers.values() if channel in each.channels]
