"""Which version of a page a visitor sees, by a number that a hundredth of all visitors share.

The number is all that the browser keeps, with the comparisons that it was counted in: nobody
can be told from others by it, and whoever comes again sees the same version again. Programs
that call themselves robots see what is live.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kernel.analytics.sources import is_robot
from kernel.tenancy.context import TenantRef, current_tenant
from themes.comparing.counting import count
from themes.store import with_second

NUMBERS: Final = 100
_LASTS: Final = 90 * 24 * 60 * 60
_BETWEEN: Final = "."
_BOUGHT: Final = "b"
_SHORT: Final = 12
_LONGEST: Final = 400


def cookie_name() -> str:
    """Return the cookie's name; over TLS one that no other host can plant."""
    return "__Host-variant" if settings.SESSION_COOKIE_SECURE else "variant"


@lru_cache(maxsize=1_000)
def _order(comparison: str) -> tuple[int, ...]:
    """Return the place of each number: another order in each comparison, so none is favoured."""

    def place(number: int) -> bytes:
        return hashlib.sha256(f"{comparison}:{number}".encode()).digest()

    ranked = sorted(range(NUMBERS), key=place)
    return tuple(ranked.index(number) for number in range(NUMBERS))


def is_second(comparison: str, share: int, number: int) -> bool:
    """Tell whether visitors of a number see the second version; just ``share`` numbers do."""
    return _order(comparison)[number] < share


def number_in(text: str) -> int | None:
    """Return the number of a cookie; None when it holds none."""
    head = text.partition(_BETWEEN)[0]
    number = int(head) if head.isascii() and head.isdigit() and len(head) <= len("99") else NUMBERS
    return number if number < NUMBERS else None


def seconds_seen(tenant: TenantRef, number: int) -> tuple[str, ...]:
    """Return the releases whose pages visitors of a number see instead of what is live."""
    return tuple(
        release
        for comparison, release, share, _page in tenant.offers.comparisons
        if is_second(comparison, share, number)
    )


def seconds_of_cookies(tenant: TenantRef, cookies: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return them by a browser's cookies; None when it has no number yet, though it needs one."""
    if not tenant.offers.comparisons:
        return ()
    number = number_in(cookies.get(cookie_name(), ""))
    return None if number is None else seconds_seen(tenant, number)


@dataclass(slots=True)
class Seat:
    """A visitor's place in the comparisons that go on.

    Attributes:
        number: None for who takes part in none.
        seconds: releases whose pages are seen instead of what is live.
        counted: short ids of comparisons in which the browser was counted; with whether it
            has bought since.
    """

    number: int | None = None
    seconds: tuple[str, ...] = ()
    counted: dict[str, bool] = field(default_factory=dict)
    _kept: str = ""

    def saw(self, page: str, *, taps: int) -> None:
        """Count that a page was looked at and left."""
        for comparison, release, _share, compared in current_tenant().offers.comparisons:
            if self.number is None or compared != page:
                continue
            is_new = _short(comparison) not in self.counted
            self.counted.setdefault(_short(comparison), False)
            count(
                comparison,
                is_second=release in self.seconds,
                visitors=int(is_new),
                views=1,
                taps=taps,
            )

    def bought(self) -> None:
        """Count an order for all that the browser was counted in; the first one alone."""
        for comparison, release, _share, _page in current_tenant().offers.comparisons:
            if self.counted.get(_short(comparison)) is False:
                self.counted[_short(comparison)] = True
                count(comparison, is_second=release in self.seconds, buyers=1)

    def kept_in(self, response: HttpResponseBase) -> None:
        """Let the browser keep its number, and what it was counted in, where that changed."""
        text = self._written()
        if self.number is None or text == self._kept:
            return
        response.set_cookie(
            cookie_name(),
            text,
            max_age=_LASTS,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
            path="/",
        )

    def _written(self) -> str:
        marks = (f"{each}{_BOUGHT if done else ''}" for each, done in self.counted.items())
        return _BETWEEN.join((str(self.number), *marks))


@contextmanager
def seated(request: HttpRequest) -> Iterator[Seat]:
    """Show pages as the visitor of a request is to see them, inside the block."""
    seat = _seat_of(request)
    with with_second(seat.seconds):
        yield seat


def _seat_of(request: HttpRequest) -> Seat:
    tenant = current_tenant()
    if not tenant.offers.comparisons or is_robot(request.headers.get("User-Agent", "")):
        return Seat()
    text = request.COOKIES.get(cookie_name(), "")[:_LONGEST]
    number = number_in(text)
    if number is None:
        number, text = secrets.randbelow(NUMBERS), ""
    going_on = {_short(comparison) for comparison, *_rest in tenant.offers.comparisons}
    marks = text.split(_BETWEEN)[1:]
    told = {each[:_SHORT]: each[_SHORT:] == _BOUGHT for each in marks}
    counted = {each: done for each, done in told.items() if each in going_on}
    return Seat(number, seconds_seen(tenant, number), counted, text)


def _short(comparison: str) -> str:
    return comparison.replace("-", "")[-_SHORT:]
