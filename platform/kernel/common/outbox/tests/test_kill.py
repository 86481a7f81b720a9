"""Processes killed at random moments leave every event delivered once and in order."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from kernel.audit.services import verify_chain
from kernel.common.outbox.delivery import deliver_pending
from kernel.common.outbox.events import subscribed_temporarily
from kernel.common.outbox.models import OutboxDelivery, OutboxEvent
from kernel.common.outbox.tests.kill_process import AGGREGATES
from kernel.common.outbox.tests.probe import WRITE_DOWN, seen
from kernel.common.time import utc_now
from kernel.tenancy.context import TenantRef
from testkit.database import login_url

LONGEST_LIFE = 1.0


def test_killed_processes_leave_each_event_delivered_once_and_in_order(
    inside: TenantRef,
) -> None:
    _kill_rounds(inside, rounds=3)


@pytest.mark.soak
def test_fifty_rounds_of_kills_leave_each_event_delivered_once_and_in_order(
    inside: TenantRef,
) -> None:
    _kill_rounds(inside, rounds=50)


def _kill_rounds(tenant: TenantRef, *, rounds: int) -> None:
    already = {aggregate: len(seen(aggregate)) for aggregate in AGGREGATES}
    for number in range(rounds):
        processes = [
            _start(role, tenant, days=number) for role in ("publish", "deliver", "deliver")
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        # A random moment is the point; there is nothing to wait for.
        killers = [
            threading.Timer(random.uniform(0.05, LONGEST_LIFE), process.kill)
            for process in processes
        ]
        for killer in killers:
            killer.start()
        for process in processes:
            process.communicate()

    with subscribed_temporarily(WRITE_DOWN):
        # Beyond the wait of any attempt that was cut short.
        while deliver_pending(clock=lambda: utc_now() + timedelta(days=rounds + 1), limit=100):
            pass

    assert OutboxEvent.objects.count() > 0
    assert not OutboxEvent.objects.filter(delivered_at__isnull=True).exists()
    assert OutboxDelivery.objects.count() == OutboxEvent.objects.count()
    for aggregate in AGGREGATES:
        published = OutboxEvent.objects.filter(aggregate=aggregate).order_by("sequence")
        numbers = [event.payload["number"] for event in published]
        assert seen(aggregate)[already[aggregate] :] == numbers
    assert verify_chain().intact


def _start(role: str, tenant: TenantRef, *, days: int) -> subprocess.Popen[bytes]:
    arguments = [role, str(tenant.id), tenant.schema, tenant.role, str(days)]
    module = "kernel.common.outbox.tests.kill_process"
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "STOA_PROCESS": "worker",
            "STOA_PROCESS_DATABASE_URL": login_url("worker"),
        },
        stdout=subprocess.PIPE,
    )
