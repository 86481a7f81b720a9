"""When a failed event is tried again, and when it is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kernel.common.turns import doubled


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential back-off with jitter.

    Attributes:
        attempts: attempts before the event is given up. With the defaults the
            last one is about six hours after the first.
        first_delay: wait after the first failure; doubles each time.
        longest_delay: upper bound of the wait.
    """

    attempts: int = 16
    first_delay: timedelta = timedelta(seconds=10)
    longest_delay: timedelta = timedelta(hours=1)

    def delay(self, attempt: int, *, jitter: float) -> timedelta:
        """Return the wait after an attempt.

        Args:
            attempt: 1 for the first.
            jitter: 0 to 1; spreads the wait between half and whole, so that
                events that failed together do not come back together.
        """
        whole = doubled(attempt, first=self.first_delay, longest=self.longest_delay)
        return whole * (0.5 + jitter / 2)


DEFAULT_RETRIES: Final = RetryPolicy()
