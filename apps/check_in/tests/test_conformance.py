"""Check-in does what every module must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from apps.check_in.services import check_in
from apps.check_in.statistics import roll_up
from kernel.members.models import Member
from testkit.conformance import ModuleConformance

NOON = datetime(2024, 5, 20, 4, 0, tzinfo=UTC)


class TestConformance(ModuleConformance):
    code = "check_in"

    def populate(self, members: list[Member]) -> None:
        for member in members:
            for number in range(3):
                check_in(member.id, now=NOON + timedelta(days=number), zone="Asia/Shanghai")
        roll_up(now=NOON + timedelta(days=4))
