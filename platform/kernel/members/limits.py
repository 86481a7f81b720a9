"""How often accounts may be tried and opened."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown

BY_ADDRESS: Final = Limit("members.address", "30/minute;300/hour", WhenDown.REFUSE)
BY_LOGIN: Final = Limit("members.login", "10/minute;50/hour", WhenDown.REFUSE)
OPENED: Final = Limit("members.opened", "10/minute;100/hour", WhenDown.REFUSE)


def count_attempt(request: HttpRequest, login: str) -> None:
    """Count an attempt to sign in, by address and by login.

    Raises:
        RateLimited: too many of them.
        RateLimitUnavailable: nobody can count, so nobody may guess.
    """
    BY_ADDRESS.check(client_ip(request))
    BY_LOGIN.check(login.strip().lower())


def count_opening(request: HttpRequest) -> None:
    """Count an attempt to open an account, by address.

    Raises:
        RateLimited: too many of them.
        RateLimitUnavailable: nobody can count.
    """
    OPENED.check(client_ip(request))
