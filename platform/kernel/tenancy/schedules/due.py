"""Works out who is due: by the clock, or by an alarm."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from kernel.tenancy.ports import directory
from kernel.tenancy.schedules.declared import schedules
from kernel.tenancy.schedules.models import ScheduleAlarm, ScheduleClaim

Due: TypeAlias = Mapping[str, datetime]
"""The minute at which a job is due, by time zone."""

# An alarm whose tenant has no schema is kept so long: it may only be coming into being.
_UNOWNED: Final = timedelta(days=1)


def claims_for(minutes: Sequence[datetime]) -> Iterator[ScheduleClaim]:
    """Return the claims of some minutes, and delete the alarms that they answer.

    Tenants are read for jobs alone that are due in all of a zone; at any other minute
    only alarms are, however many tenants there are.
    """
    zones = list(directory().zones())
    for schedule in schedules():
        due = _due_by_zone(schedule.is_due_everywhere, minutes, zones)
        if due:
            for tenant_id, zone in directory().in_zones(due, module=schedule.module):
                yield ScheduleClaim(schedule=schedule.name, tenant_id=tenant_id, due_at=due[zone])
    yield from _answers(minutes, zones)


def _due_by_zone(
    is_due: Callable[[datetime, str], bool], minutes: Sequence[datetime], zones: Iterable[str]
) -> Due:
    """Return the latest of the minutes at which a job is due, in the zones where one is."""
    latest = {
        zone: next((at for at in reversed(minutes) if is_due(at, zone)), None) for zone in zones
    }
    return {zone: at for zone, at in latest.items() if at is not None}


def _answers(minutes: Sequence[datetime], zones: Iterable[str]) -> Iterator[ScheduleClaim]:
    due = {
        schedule.name: _due_by_zone(schedule.is_due, minutes, zones)
        for schedule in schedules()
        if schedule.asked
    }
    names = [name for name, by_zone in due.items() if by_zone]
    alarms = list(ScheduleAlarm.objects.filter(schedule__in=names, due_at__lte=minutes[-1]))
    if not alarms:
        return
    owners = directory().owners_of({alarm.schema_name for alarm in alarms})
    answered: list[int] = []
    claims: dict[tuple[object, ...], ScheduleClaim] = {}
    for alarm in alarms:
        owner = owners.get(alarm.schema_name)
        if owner is None:
            if alarm.due_at < minutes[-1] - _UNOWNED:
                answered.append(alarm.id)
            continue
        tenant_id, zone = owner
        at = due[alarm.schedule].get(zone)
        # The job does what is due by the minute of its claim: an earlier one is no answer.
        if at is not None and at >= alarm.due_at:
            answered.append(alarm.id)
            claim = ScheduleClaim(schedule=alarm.schedule, tenant_id=tenant_id, due_at=at)
            claims[alarm.schedule, tenant_id] = claim
    ScheduleAlarm.objects.filter(id__in=answered).delete()
    yield from claims.values()
