"""Tells every process that a tenant changed, over Redis pub/sub."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Event, Lock, Thread
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import transaction

from kernel.tenancy.context import public_context
from kernel.tenancy.ports import directory
from tenants.models import Tenant
from tenants.versions import next_version

_log = structlog.get_logger(__name__)
_RETRY_SECONDS = 1.0


def _channel() -> str:
    return f"{settings.STOA_REDIS_PREFIX}tenant-changed"


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.STOA_REDIS_URL, socket_connect_timeout=1.0, socket_keepalive=True
    )


def changed(tenant_id: UUID) -> None:
    """Raise a tenant's version now, and announce the change after commit.

    Listeners that miss the announcement drop the tenant when its entry ends.
    """
    with public_context():
        Tenant.objects.filter(pk=tenant_id).update(version=next_version())
    announce_later(tenant_id)


def announce_later(tenant_id: UUID) -> None:
    """Announce a change after commit."""
    transaction.on_commit(lambda: announce(tenant_id))


def announce(tenant_id: UUID) -> None:
    """Announce a change to all processes, this one first."""
    directory().forget(tenant_id)
    try:
        _client().publish(_channel(), tenant_id.hex)
    except redis.RedisError as error:
        _log.warning("tenant_change_not_announced", tenant=tenant_id.hex, error=str(error))


class Listener:
    """A thread that hears announcements; started with the first question of a process.

    Attributes:
        hears: True while the subscription stands.
        last: the tenant of the announcement heard last.
    """

    def __init__(
        self, *, on_tenant: Callable[[UUID], None], on_silence: Callable[[], None]
    ) -> None:
        self.hears = False
        self.last: UUID | None = None
        self._on_tenant = on_tenant
        self._on_silence = on_silence
        self._lock = Lock()
        self._pid: int | None = None
        self._stop = Event()

    def ensure_started(self) -> None:
        """Start the thread once in each process; a forked child starts its own."""
        if self._pid == os.getpid():
            return
        with self._lock:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            self.hears = False
            Thread(target=self._run, name="tenant-changes", daemon=True).start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (redis.RedisError, OSError) as error:
                _log.warning("tenant_changes_unheard", error=str(error))
            self.hears = False
            self._stop.wait(_RETRY_SECONDS)

    def _listen(self) -> None:
        subscription = _client().pubsub(ignore_subscribe_messages=False)  # type: ignore[no-untyped-call]
        subscription.subscribe(_channel())
        for message in subscription.listen():
            if message["type"] == "subscribe":
                # What happened before is unknown: begin with nothing.
                self._on_silence()
                self.hears = True
            elif message["type"] == "message":
                tenant_id = UUID(hex=message["data"].decode())
                self._on_tenant(tenant_id)
                self.last = tenant_id
