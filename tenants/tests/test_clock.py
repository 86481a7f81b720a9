"""What the clock costs an installation in which nothing is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.common.ids import uuid7
from kernel.tenancy.context import public_context
from kernel.tenancy.schedules.models import ScheduleAlarm, ScheduleClaim, ScheduleCursor
from kernel.tenancy.schedules.services import make_claims, take_unsent
from tenants.choices import TenantState
from tenants.models import Tenant

# No job of every tenant is due at this minute, in any of the zones below.
QUIET = datetime(2024, 5, 6, 12, 2, tzinfo=UTC)
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")


def _tick(at: datetime) -> int:
    with CaptureQueriesContext(connection) as queries:
        make_claims(now=at)
        assert take_unsent(now=at, limit=10) == []
    return len(queries)


@pytest.mark.usefixtures("db")
def test_an_ordinary_minute_sends_as_many_statements_for_a_thousand_tenants_as_for_none() -> None:
    with public_context():
        for model in (ScheduleAlarm, ScheduleClaim, ScheduleCursor):
            model.objects.all().delete()
        _tick(QUIET)
        before = _tick(QUIET + timedelta(minutes=1))
        Tenant.objects.bulk_create(
            [
                Tenant(
                    name="idle",
                    schema_name=f"t_{number:016}",
                    role_name=f"x_t_{number:016}",
                    id=uuid7(),
                    state=TenantState.ACTIVE,
                    zone=ZONES[number % len(ZONES)],
                )
                for number in range(1000)
            ]
        )

        after = _tick(QUIET + timedelta(minutes=2))

        assert (after, ScheduleClaim.objects.count()) == (before, 0)
        assert after <= 10
