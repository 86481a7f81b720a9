"""How often a member of staff may ask the admin API."""

from __future__ import annotations

from typing import Final

from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from kernel.access.models import Staff
from kernel.common.ratelimit import Limit, LimitThrottle, WhenDown

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# A program that keeps another system in step asks far more often than a person.
READS: Final = Limit("access.staff.reads", "1200/minute;30000/hour", WhenDown.PASS)
WRITES: Final = Limit("access.staff.writes", "300/minute;6000/hour", WhenDown.PASS)


class StaffThrottle(LimitThrottle):
    """Counts what a person asks and changes, wherever it comes from."""

    @override
    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request.

        Raises:
            RateLimited: the limit has no room.
        """
        person = request.user
        assert isinstance(person, Staff)  # noqa: S101  `MayAct` lets nobody else pass
        limit = READS if request.method in _SAFE else WRITES
        limit.check(str(person.pk))
        return True
