"""Services that tell rates of exchange.

`STOA_RATES_PROVIDER` names one as ``package.module:Class``; it is made without
arguments. Without one, people set the rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class RateProvider(Protocol):
    """A service that tells rates."""

    def rates(self, base: str, codes: Sequence[str]) -> Mapping[str, Decimal]:
        """Return how many of each currency one of the base is worth; unknown ones are left out.

        Raises:
            RatesNotTold: it cannot say now.
        """


def rate_provider() -> RateProvider | None:
    """Return the service of this installation, None without one."""
    named: str = settings.STOA_RATES_PROVIDER
    if not named:
        return None
    return cast("RateProvider", import_string(named.replace(":", "."))())
