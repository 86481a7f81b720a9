"""How often accounts may be tried and opened, and codes sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from kernel.common.http import client_ip
from kernel.common.ratelimit import Limit, WhenDown

BY_ADDRESS: Final = Limit("members.address", "30/minute;300/hour", WhenDown.REFUSE)
BY_LOGIN: Final = Limit("members.login", "10/minute;50/hour", WhenDown.REFUSE)
OPENED: Final = Limit("members.opened", "10/minute;100/hour", WhenDown.REFUSE)
# Mobile networks put many people behind one address, a device is one person's.
CODES_BY_ADDRESS: Final = Limit("members.codes.address", "30/hour;200/day", WhenDown.REFUSE)
CODES_BY_DEVICE: Final = Limit("members.codes.device", "10/hour;30/day", WhenDown.REFUSE)
CODES_BY_TARGET: Final = Limit("members.codes.target", "5/hour;15/day", WhenDown.REFUSE)
# One rate, for each is a message to the counter with everything that anybody changes.
WRITES: Final = Limit("members.writes", "120/minute", WhenDown.PASS)

_DEVICE: Final = re.compile(r"[\w.:-]{8,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from.

    Attributes:
        device: as the device names itself; the browser's own name where it has none.
    """

    ip: str
    device: str


def caller_of(request: HttpRequest) -> Caller:
    """Return where a request comes from.

    A device that names itself anew each time is still counted by address and number.
    """
    named = request.headers.get("X-Device-Id", "")
    ip = client_ip(request)
    if _DEVICE.fullmatch(named):
        return Caller(ip, named)
    return Caller(ip, f"{ip} {request.headers.get('User-Agent', '')[:200]}")


def count_code(target: str, caller: Caller) -> None:
    """Count a code that is about to be sent.

    The number comes last, so that a caller who is refused uses nobody's number up.

    Raises:
        RateLimited: too many of them.
        RateLimitUnavailable: nobody can count, so nothing may be sent.
    """
    CODES_BY_ADDRESS.check(caller.ip)
    CODES_BY_DEVICE.check(caller.device)
    CODES_BY_TARGET.check(target)


def count_attempt(request: HttpRequest, login: str) -> None:
    """Count an attempt to sign in, by address and by login.

    Raises:
        RateLimited: too many of them.
        RateLimitUnavailable: nobody can count, so nobody may guess.
    """
    BY_ADDRESS.check(client_ip(request))
    BY_LOGIN.check(login.strip().lower())


def count_question(request: HttpRequest) -> None:
    """Count somebody who is sent to a provider, by address.

    Raises:
        RateLimited: too many of them.
        RateLimitUnavailable: nobody can count.
    """
    BY_ADDRESS.check(client_ip(request))


def count_opening(request: HttpRequest) -> None:
    """Count an attempt to open an account, by address.

    Raises:
        RateLimited: too many of them.
        RateLimitUnavailable: nobody can count.
    """
    OPENED.check(client_ip(request))
