"""Calls to Stripe: with whose keys, for whose account, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import stripe
from django.conf import settings

from kernel.common.money import Money
from kernel.payments.choices import BindingMode
from kernel.payments.errors import Misconfigured, NotFoundThere, Refused, Transient
from kernel.payments.gateways.contract import AttemptRef, Binding
from kernel.payments.gateways.platforms import platform_of

# Shorter together than the lease on what is being sent.
_TIMEOUTS: Final = (5.0, 25.0)
# Stripe counts these in hundredths, which exist on paper only.
_COUNTED_IN_HUNDREDTHS: Final = frozenset({"ISK", "UGX"})
_NO_ANSWER: Final = (stripe.APIConnectionError, stripe.RateLimitError)
_NOT_ACCEPTED: Final = (stripe.AuthenticationError, stripe.PermissionError)
_SERVER_ERROR: Final = 500
_CONFLICT: Final = 409
_NOT_FOUND: Final = 404
# One session of connections for the process: Stripe keeps them alive.
_http: Final = stripe.RequestsClient(timeout=_TIMEOUTS)


@dataclass(frozen=True)
class Connection:
    """A binding as Stripe's library takes it.

    Attributes:
        account: the connected account that calls are made for; empty for the keys' own.
    """

    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    publishable_key: str
    account: str

    @cached_property
    def client(self) -> stripe.StripeClient:
        """The library's client; it never repeats a call by itself."""
        base: str = settings.STOA_STRIPE_API_BASE
        return stripe.StripeClient(
            self.secret_key,
            base_addresses={"api": base} if base else None,
            stripe_account=self.account or None,
            max_network_retries=0,
            http_client=_http,
        )


def connect(binding: Binding) -> Connection:
    """Return the connection of a binding.

    Raises:
        Misconfigured: connected to a platform that this installation has no account of.
    """
    if binding.mode == BindingMode.CONNECT:
        platform = platform_of("stripe", live=binding.live)
        return Connection(
            secret_key=platform.secret_key,
            webhook_secret=platform.webhook_secret,
            publishable_key=platform.publishable_key,
            account=binding.text("account_id"),
        )
    return Connection(
        secret_key=binding.text("restricted_key"),
        webhook_secret=binding.text("webhook_secret"),
        publishable_key=binding.text("publishable_key"),
        account="",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's errors into the contract's.

    Raises:
        Transient: no answer, or one that leaves the outcome open.
        Misconfigured: the keys are not accepted, or may not do this.
        NotFoundThere: no such object.
        Refused: anything else that Stripe says no to.
    """
    try:
        yield
    except _NO_ANSWER as error:
        raise Transient(type(error).__name__) from error
    except _NOT_ACCEPTED as error:
        raise Misconfigured(type(error).__name__) from error
    except stripe.StripeError as error:
        status = error.http_status or _SERVER_ERROR
        # A conflict says that the same call is still at work.
        if status >= _SERVER_ERROR or status == _CONFLICT:
            raise Transient(type(error).__name__) from error
        if status == _NOT_FOUND:
            raise NotFoundThere from error
        raise Refused(error.code or type(error).__name__) from error


def to_stripe(money: Money) -> int:
    """Return an amount as Stripe counts it."""
    return money.minor * 100 if money.currency in _COUNTED_IN_HUNDREDTHS else money.minor


def from_stripe(amount: int, currency: str) -> Money:
    """Return an amount that Stripe told."""
    code = currency.upper()
    return Money(amount // 100 if code in _COUNTED_IN_HUNDREDTHS else amount, code)


def window_of(attempt: AttemptRef) -> dict[str, int]:
    """Return the seconds in which Stripe may have made what it did not tell us of."""
    begun = int(attempt.begun_at.timestamp())
    return {"gte": begun - 300, "lte": begun + 900}
