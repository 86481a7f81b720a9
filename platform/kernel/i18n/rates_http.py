"""A service of rates that is asked over HTTP: ``STOA_RATES_PROVIDER`` names it.

It gets ``STOA_RATES_URL``, with ``{base}`` and ``{codes}`` filled in, and reads
``{"base": "CNY", "rates": {"USD": 0.1384}}``, as services around the reference rates of
the European Central Bank answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final

import httpx
from django.conf import settings

from kernel.i18n.errors import RatesNotTold

_TIMEOUT: Final = httpx.Timeout(8, connect=4)
_LARGEST: Final = 256 * 1024


class HttpRates:
    """Asks an address of the installation's own choice."""

    def rates(self, base: str, codes: Sequence[str]) -> Mapping[str, Decimal]:
        """Return the rates that it tells.

        Raises:
            RatesNotTold: it does not answer, or answers something else.
        """
        url = str(settings.STOA_RATES_URL).replace("{base}", base)
        url = url.replace("{codes}", ",".join(codes))
        try:
            with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
                answer = client.get(url)
            if answer.status_code != HTTPStatus.OK or len(answer.content) > _LARGEST:
                raise RatesNotTold
            # Digits count as they are written: a float would round them.
            told: Any = answer.json(parse_float=Decimal)
        except (httpx.HTTPError, ValueError) as error:
            raise RatesNotTold from error
        if not isinstance(told, dict) or told.get("base", base) != base:
            raise RatesNotTold
        return _rates(told.get("rates"), codes)


def _rates(told: object, codes: Sequence[str]) -> dict[str, Decimal]:
    if not isinstance(told, dict):
        raise RatesNotTold
    found = {}
    for code in codes:
        try:
            found[code] = Decimal(str(told[code]))
        except (KeyError, InvalidOperation):
            continue
    return found
