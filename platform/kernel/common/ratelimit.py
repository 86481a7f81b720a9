"""Rate limits: moving windows in Redis, counted per tenant.

A limit names itself, its rates and whom it counts. Who is counted is hashed, so
no phone number or address stands in Redis.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache, wraps
from time import time
from typing import ClassVar, Concatenate, Final, ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from limits import RateLimitItem, parse_many
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView
from typing_extensions import override

from kernel.common.errors import DomainError
from kernel.common.http import client_ip
from kernel.common.logging import get_logger
from kernel.common.metrics import RATE_LIMITED
from kernel.tenancy.context import TenantRef, current_scope

P = ParamSpec("P")
R = TypeVar("R")

KeyOf = Callable[[HttpRequest], str]

_log = get_logger("ratelimit")
_RETRY_WHEN_DOWN: Final = 5


class RateLimited(DomainError):
    """The caller did this too often; ``retry_after`` is in seconds."""

    code: ClassVar[str] = "rate_limit.exceeded"
    status: ClassVar[int] = 429
    title = _("Too many requests. Please wait a moment.")


class RateLimitUnavailable(DomainError):
    """Nobody can count at the moment, and this must not pass uncounted."""

    code: ClassVar[str] = "rate_limit.unavailable"
    status: ClassVar[int] = 503
    title = _("Not available at the moment. Please try again.")


class WhenDown(Enum):
    """What a limit does while Redis does not answer."""

    PASS = "pass"  # noqa: S105  a word, not a password
    """Let the request through: reads, and what cannot be guessed."""
    REFUSE = "refuse"
    """Answer 503: passwords, codes, whatever can be guessed."""


def by_ip(request: HttpRequest) -> str:
    """Count by the caller's address."""
    return client_ip(request)


@dataclass(frozen=True)
class Limit:
    """How often something may happen.

    Attributes:
        name: shows in Redis keys and metrics.
        rates: such as ``5/minute;30/hour``; every one must have room.
        when_down: what to do while Redis does not answer.
    """

    name: str
    rates: str
    when_down: WhenDown

    def check(self, identity: str) -> None:
        """Count one use by this caller, in the current tenant or the public scope.

        Raises:
            RateLimited: a rate has no room; carries ``retry_after`` in seconds.
            RateLimitUnavailable: Redis does not answer and the limit refuses then.
        """
        scope = current_scope()
        place = str(scope.id) if isinstance(scope, TenantRef) else "public"
        caller = hashlib.sha256(identity.encode()).hexdigest()[:32]
        try:
            for rate in _rates(self.rates):
                self._count(rate, place, caller)
        except RedisError as error:
            self._while_down(error)

    def _count(self, rate: RateLimitItem, place: str, caller: str) -> None:
        limiter = _limiter(settings.STOA_REDIS_URL)
        if limiter.hit(rate, place, self.name, caller):
            return
        reset = limiter.get_window_stats(rate, place, self.name, caller).reset_time
        RATE_LIMITED.labels(self.name, "refused").inc()
        raise RateLimited(retry_after=max(1, round(reset - time() + 0.5)))

    def _while_down(self, error: RedisError) -> None:
        _log.warning("rate limit cannot count", limit=self.name, error=type(error).__name__)
        if self.when_down is WhenDown.REFUSE:
            RATE_LIMITED.labels(self.name, "refused_uncounted").inc()
            raise RateLimitUnavailable(retry_after=_RETRY_WHEN_DOWN) from error
        RATE_LIMITED.labels(self.name, "passed_uncounted").inc()


def rate_limited(
    limit: Limit, *, key: KeyOf = by_ip
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """Limit a view; the refusal is a `RateLimited`, answered as a 429 problem."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], R],
    ) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(view)
        def limited(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> R:
            limit.check(key(request))
            return view(request, *args, **kwargs)

        return limited  # type: ignore[return-value]  # wraps() types the request by name

    return decorate


class LimitThrottle(BaseThrottle):
    """A throttle for DRF views; subclass it and set ``limit``.

    It raises the same refusals as `rate_limited` instead of returning False, so
    both answer alike.
    """

    limit: ClassVar[Limit]

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request.

        Raises:
            RateLimited: the limit has no room.
        """
        self.limit.check(self.identity(request._request))  # noqa: SLF001  DRF has no other name for it
        return True

    def identity(self, request: HttpRequest) -> str:
        """Return who is counted: the address, unless a subclass knows better."""
        return client_ip(request)


@lru_cache(maxsize=64)
def _rates(text: str) -> tuple[RateLimitItem, ...]:
    return tuple(parse_many(text))


@lru_cache(maxsize=4)
def _limiter(url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(
        RedisStorage(
            url,
            key_prefix=f"{settings.STOA_REDIS_PREFIX}limit",
            socket_timeout=settings.STOA_RATE_LIMIT_TIMEOUT,
            socket_connect_timeout=settings.STOA_RATE_LIMIT_TIMEOUT,
            # Retrying inside the client would turn a dead Redis into seconds per request.
            retry=None,  # type: ignore[arg-type]  # handed on to the client, which takes None
        )
    )
