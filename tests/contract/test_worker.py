"""A real worker on real Redis delivers what a transaction published."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db import transaction

from kernel.common.idempotency.models import IdempotencyRecord
from kernel.common.outbox.models import OutboxEvent
from kernel.common.outbox.publishing import publish
from kernel.common.outbox.tests.probe import Probed
from kernel.common.time import utc_now
from kernel.tenancy.context import public_context, tenant_context
from kernel.tenancy.schedules.models import ScheduleCursor
from testkit.database import database_copy, login_url
from testkit.tenants import open_test_tenant

# The first task of a fresh worker waits for all of its imports.
LONGEST_WAIT = 180.0


@pytest.fixture
def few_tenants(committing: None) -> Iterator[None]:
    """A database without the tenants of other tests: the clock looks after every one there is."""
    with database_copy():
        yield


@pytest.fixture
def start(few_tenants: None) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start Celery programs of their own, signed in as worker."""
    running: list[subprocess.Popen[bytes]] = []

    def celery(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*(sys.executable, "-m", "celery", "-A", "config.celery"), *arguments],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                "DJANGO_SETTINGS_MODULE": "config.settings.base",
                "STOA_PROCESS": "worker",
                "STOA_PROCESS_DATABASE_URL": login_url("worker"),
                "STOA_REDIS_PREFIX": settings.STOA_REDIS_PREFIX,
            },
        )
        running.append(process)
        return process

    yield celery
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=180)


@pytest.fixture
def worker(start: Callable[..., subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    return start(
        *("worker", "-Q", "events,default", "--concurrency=1", "--loglevel=WARNING"),
        *("--without-gossip", "--without-mingle"),
    )


def wait_until(done: Callable[[], bool], *, alive: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while not done():
        assert alive.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_worker_delivers_what_was_published(worker: subprocess.Popen[bytes]) -> None:
    tenant = open_test_tenant()

    with tenant_context(tenant), transaction.atomic():
        publish(Probed(number=1), aggregate="a")

    with tenant_context(tenant):
        wait_until(
            lambda: not OutboxEvent.objects.filter(delivered_at__isnull=True).exists(),
            alive=worker,
        )
        assert OutboxEvent.objects.get().last_error == ""


def test_the_clock_finds_what_nobody_was_told_of(
    start: Callable[..., subprocess.Popen[bytes]],
) -> None:
    """A message that the broker lost is found by the sweep; a missed minute is made up for."""
    tenant = open_test_tenant()
    with tenant_context(tenant), transaction.atomic():
        publish(Probed(number=1), aggregate="a")
        OutboxEvent.objects.get()
    broker = redis.Redis.from_url(settings.STOA_REDIS_URL)
    for key in broker.scan_iter(f"{settings.STOA_REDIS_PREFIX}celery:*"):
        broker.delete(key)
    with tenant_context(tenant):
        IdempotencyRecord.objects.create(
            **dict.fromkeys(("actor", "key", "method", "path"), "x"),
            fingerprint=b"",
            status=200,
            created_at=utc_now() - timedelta(days=2),
            expires_at=utc_now() - timedelta(days=1),
        )
    with public_context():
        ScheduleCursor.objects.update_or_create(
            id=1, defaults={"ticked_to": utc_now() - timedelta(hours=1)}
        )

    worker = start(
        *("worker", "-Q", "events,default", "--concurrency=1", "--loglevel=WARNING"),
        *("--without-gossip", "--without-mingle", "-B", "--schedule=/dev/null"),
    )

    with tenant_context(tenant):
        wait_until(
            lambda: (
                not OutboxEvent.objects.filter(delivered_at__isnull=True).exists()
                and not IdempotencyRecord.objects.exists()
            ),
            alive=worker,
        )
