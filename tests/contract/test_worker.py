"""A real worker on real Redis delivers what a transaction published."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction

from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.publishing import publish
from kernel.common.outbox.tests.probe import Probed
from kernel.tenancy.context import tenant_context
from testkit.database import login_url
from testkit.tenants import open_test_tenant

LONGEST_WAIT = 60.0


@pytest.fixture
def worker(committing: None) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process of its own, signed in as worker."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "config.celery",
            "worker",
            "-Q",
            "events,default",
            "--concurrency=1",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
        ],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "STOA_PROCESS": "worker",
            "STOA_PROCESS_DATABASE_URL": login_url("worker"),
            "STOA_REDIS_PREFIX": settings.STOA_REDIS_PREFIX,
        },
    )
    yield process
    process.terminate()
    process.wait(timeout=30)


def test_a_worker_delivers_what_was_published(worker: subprocess.Popen[bytes]) -> None:
    tenant = open_test_tenant()

    with tenant_context(tenant), transaction.atomic():
        publish(Probed(number=1), aggregate="a")

    with tenant_context(tenant):
        end = time.monotonic() + LONGEST_WAIT
        while OutboxEvent.objects.filter(delivered_at__isnull=True).exists():
            assert worker.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        assert OutboxEvent.objects.get().last_error == ""
