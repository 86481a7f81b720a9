"""How the fleet is and was: looked at every few minutes, kept by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Greatest

from channel_center.figures.models import FleetHour
from kernel.common.wakeups.models import Wakeup
from kernel.tenancy.context import public_context
from kernel.tenancy.schedules.models import ScheduleClaim
from kernel.tenancy.schedules.services import ATTEMPTS
from tenants.choices import LIVING
from tenants.ddl.segments import KERNEL, target_digest
from tenants.models import Tenant

KEPT: Final = timedelta(days=90)
SHOWN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Health:
    """How the fleet is.

    Attributes:
        newest: of the living shops, how many stand on this release.
        queue: signs of events that wait for delivery.
        failed: jobs by the clock that were given up within a day.
    """

    living: int
    newest: int
    queue: int
    failed: int

    @property
    def behind(self) -> int:
        """How many shops an upgrade would reach."""
        return self.living - self.newest


def health(*, now: datetime) -> Health:
    """Return how the fleet is; three queries."""
    living = Tenant.objects.filter(state__in=LIVING)
    numbers = living.aggregate(
        all=Count("pk"), newest=Count("pk", filter=Q(release=target_digest(KERNEL)))
    )
    failed = ScheduleClaim.objects.filter(
        due_at__gt=now - timedelta(days=1), done_at=None, attempts__gte=ATTEMPTS
    )
    return Health(
        living=numbers["all"],
        newest=numbers["newest"],
        queue=Wakeup.objects.count(),
        failed=failed.count(),
    )


@public_context()
def note_fleet(now: datetime) -> None:
    """Keep how the fleet is for the present hour: its worst, however often it is looked at."""
    found, hour = health(now=now), now.replace(minute=0, second=0, microsecond=0)
    seen = {"behind": found.behind, "queue": found.queue, "failed": found.failed}
    FleetHour.objects.bulk_create(
        [FleetHour(at=hour, living=found.living, **seen)], ignore_conflicts=True
    )
    worst = {name: Greatest(F(name), Value(value)) for name, value in seen.items()}
    FleetHour.objects.filter(at=hour).update(living=found.living, **worst)
    FleetHour.objects.filter(at__lt=now - KEPT).delete()


def fleet_hours(*, now: datetime) -> list[FleetHour]:
    """Return the hours of the last week that were looked at, the oldest first."""
    return list(FleetHour.objects.filter(at__gt=now - SHOWN).order_by("at"))
