"""What the current tenant asked the clock for."""

from __future__ import annotations

from datetime import datetime, timedelta

from kernel.tenancy.context import current_tenant, public_context
from kernel.tenancy.schedules.models import ScheduleAlarm


def alarms(schedule: str) -> list[datetime]:
    """Return the minutes at which a job was asked for, each once."""
    schema = current_tenant().schema
    with public_context():
        rows = ScheduleAlarm.objects.filter(schema_name=schema, schedule=schedule)
        return sorted(set(rows.values_list("due_at", flat=True)))


def answered(schedule: str, *, by: datetime) -> list[datetime]:
    """Take away the alarms that are due by a moment, as the clock does; return the rest."""
    schema = current_tenant().schema
    with public_context():
        ScheduleAlarm.objects.filter(schema_name=schema, schedule=schedule, due_at__lte=by).delete()
    return alarms(schedule)


def minute_of(moment: datetime) -> datetime:
    """Return the minute that an alarm for a moment has: the next full one."""
    down = moment.replace(second=0, microsecond=0)
    return down if down == moment else down + timedelta(minutes=1)
