"""Alarms that the installation sets and clears; the tenants' own come from `ask`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from kernel.tenancy.errors import UnknownTenant
from kernel.tenancy.ports import directory
from kernel.tenancy.schedules.declared import schedules
from kernel.tenancy.schedules.models import ScheduleAlarm, ScheduleClaim
from kernel.tenancy.schedules.services import ATTEMPTS

_LATER: Final = timedelta(hours=1)
_HISTORY: Final = timedelta(days=2)


def look_into(*, schema: str, now: datetime) -> None:
    """Have every job that is asked for run in a tenant whose alarms may be missing."""
    ScheduleAlarm.objects.bulk_create(
        [
            ScheduleAlarm(schema_name=schema, schedule=name, due_at=now)
            for name in sorted(_asked_names())
        ]
    )


def forget_alarms(*, schema: str) -> None:
    """Remove the alarms of a tenant that is gone."""
    ScheduleAlarm.objects.filter(schema_name=schema).delete()


@transaction.atomic
def ask_again(*, now: datetime) -> int:
    """Set alarms, an hour from now, for claims that were given up; return for how many.

    A job that is asked for sets the next alarm when it ends; one that never came to
    its end would otherwise be silent until the night.
    """
    given_up = list(
        ScheduleClaim.objects.select_for_update(skip_locked=True)
        .filter(schedule__in=_asked_names(), attempts__gte=ATTEMPTS, lease_until__lt=now)
        .filter(done_at__isnull=True)
    )
    wanted = set()
    for claim in given_up:
        try:
            wanted.add((directory().by_id(claim.tenant_id).schema, claim.schedule))
        except UnknownTenant:
            # Archived or purged since: there is nothing to run it in.
            continue
    ScheduleAlarm.objects.bulk_create(
        [
            ScheduleAlarm(schema_name=schema, schedule=name, due_at=now + _LATER)
            for schema, name in sorted(wanted)
        ]
    )
    ScheduleClaim.objects.filter(id__in=[claim.id for claim in given_up]).update(done_at=now)
    return len(given_up)


def prune_alarms(*, now: datetime) -> None:
    """Delete alarms for jobs that no code knows any more."""
    unknown = ScheduleAlarm.objects.exclude(schedule__in=_asked_names())
    unknown.filter(due_at__lt=now - _HISTORY).delete()


def _asked_names() -> frozenset[str]:
    return frozenset(schedule.name for schedule in schedules() if schedule.asked)
