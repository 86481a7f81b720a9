"""Alarms of shops reach the compliance of the platform, and nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channel_center.alarms.models import RewardAlarm
from channel_center.alarms.services import on_ended, on_raised
from channel_center.hosts import HOSTS
from channel_center.tests.test_channels import PASSWORD, make_channel, make_person
from kernel.audit.models import AuditEntry
from kernel.common.ids import uuid7
from kernel.common.outbox.events import Envelope
from kernel.common.time import utc_now
from kernel.rewards.monitors.events import AlarmEnded, AlarmRaised
from kernel.tenancy.context import TenantRef, public_context, tenant_context


@pytest.fixture(autouse=True)
def _channel(db: None, settings: Settings) -> None:
    HOSTS.forget()
    settings.STOA_PROCESS = "channel"
    settings.ROOT_URLCONF = "config.urls_channel"
    settings.STOA_PROBLEM_PAGE = "kernel.backoffice.views.problem_page"


def signed_in(host: str, email: str) -> Client:
    client = Client(headers={"host": host, "accept-language": "en"})
    client.post("/sign-in/", {"email": email, "password": PASSWORD, "next": "/"})
    return client


def test_the_operator_sees_alarms_takes_note_and_partners_do_not(
    tenant_a: TenantRef, settings: Settings
) -> None:
    alarm = uuid7()
    told = Envelope(uuid7(), 1, AlarmRaised.name, "reward_monitor:T1", utc_now())
    with tenant_context(tenant_a):
        for level, measure in (("warn", "none"), ("act", "freeze")):
            on_raised(AlarmRaised(alarm, "T1", level, measure, "3", "2"), told)
    channel = make_channel()
    operator = signed_in(str(settings.STOA_OPERATOR_HOST), make_person(None))
    partner = signed_in(channel.host, make_person(channel.pk))

    page = operator.get("/alarms/").content.decode()
    assert tenant_a.name in page
    assert "Rewards are frozen" in page
    assert partner.get("/alarms/").status_code == 403
    with public_context():
        row = RewardAlarm.objects.get(tenant_id=tenant_a.id)
    for _ in range(2):
        assert operator.post(f"/alarms/{row.public_id}/seen/").status_code == 302
    with tenant_context(tenant_a):
        on_ended(AlarmEnded(alarm, "T1"), told)
    with public_context():
        row.refresh_from_db()
        assert (row.seen_by, row.ended_at) == ("Zhou", told.created_at)
        assert AuditEntry.objects.filter(action="channel_center.reward_alarm_seen").count() == 1
