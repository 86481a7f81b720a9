"""The currency in which somebody wants to see prices, for the length of a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from kernel.tenancy.context import CurrencyOffer, TenantRef

COOKIE: Final = "currency"
HEADER: Final = "HTTP_X_CURRENCY"

_shown: ContextVar[CurrencyOffer | None] = ContextVar("stoa_shown_currency", default=None)


def offered_currency(tenant: TenantRef, code: str | None) -> CurrencyOffer | None:
    """Return a currency that a shop offers, None for its own and for others."""
    if not code or not tenant.offers.currencies:
        return None
    return next((each for each in tenant.offers.currencies if each.code == code), None)


def shown_currency() -> CurrencyOffer | None:
    """Return the currency that amounts are shown in beside the shop's own; None for none."""
    return _shown.get()


@contextmanager
def showing(offer: CurrencyOffer | None) -> Iterator[None]:
    """Show amounts in a currency too inside the block."""
    token = _shown.set(offer)
    try:
        yield
    finally:
        _shown.reset(token)
