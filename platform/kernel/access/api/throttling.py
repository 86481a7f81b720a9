"""How often a member of staff may ask the admin API."""

from __future__ import annotations

from typing import Final

from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from kernel.access.models import Staff
from kernel.access.programs import Program
from kernel.common.ratelimit import Limit, LimitThrottle, WhenDown

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# A program that keeps another system in step asks far more often than a person.
READS: Final = Limit("access.staff.reads", "1200/minute;30000/hour", WhenDown.PASS)
WRITES: Final = Limit("access.staff.writes", "300/minute;6000/hour", WhenDown.PASS)


class StaffThrottle(LimitThrottle):
    """Counts what a person, or a program by its key, asks and changes, wherever it comes from."""

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request.

        Raises:
            RateLimited: the limit has no room.
        """
        asks: object = request.user
        if isinstance(asks, Program):
            rates = f"{asks.a_minute}/minute"
            Limit("access.keys", rates, WhenDown.PASS).check(f"{asks.pk}:{rates}")
            return True
        assert isinstance(asks, Staff)  # noqa: S101  `MayAct` lets nobody else pass
        limit = READS if request.method in _SAFE else WRITES
        limit.check(str(asks.pk))
        return True
