"""Reads two tenants in many threads over few server connections, and counts wrong rows."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from kernel.access.models import Role
from kernel.tenancy.backend.base import DatabaseWrapper
from kernel.tenancy.context import TenantRef, tenant_context

THREADS = 8
READS = 3600
SENTINEL = "sentinel"


def plant(tenants: tuple[TenantRef, ...]) -> None:
    """Give each tenant a row that holds its own name."""
    for tenant in tenants:
        with tenant_context(tenant):
            Role.objects.create(code=SENTINEL, name=tenant.name)


@contextlib.contextmanager
def connected(changes: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[None]:
    """Let this process's new connections use other settings."""
    shared = settings.DATABASES["default"]
    before = {**shared, "OPTIONS": dict(shared["OPTIONS"])}
    wrapper = connections["default"]
    wrapper.close()
    try:
        shared.update(changes)
        shared["OPTIONS"] = before["OPTIONS"] | dict(options)
        wrapper.settings_dict.update(shared)
        yield
    finally:
        wrapper.close()
        cast("DatabaseWrapper", wrapper).close_pool()
        for key in changes:
            shared.pop(key, None)
        shared.update(before)
        wrapper.settings_dict.update(before)


class Crowd:
    """The threads and what they saw.

    Attributes:
        seen: counts of ``right``, ``wrong`` and ``error``.
    """

    def __init__(
        self, tenants: tuple[TenantRef, ...], *, keep_connection: bool, reads: int = READS
    ) -> None:
        self.seen: Counter[str] = Counter()
        self._tenants = tenants
        self._keep = keep_connection
        self._each = reads // THREADS
        self._begin = Barrier(THREADS)
        self.half_way = Event()

    def run(self) -> Counter[str]:
        """Read, and return the counts."""
        with ThreadPoolExecutor(THREADS) as pool:
            for future in [pool.submit(self._work, number) for number in range(THREADS)]:
                self.seen += future.result()
        return self.seen

    def _work(self, number: int) -> Counter[str]:
        seen: Counter[str] = Counter()
        chance = random.Random(number)
        self._begin.wait()
        try:
            for turn in range(self._each):
                if turn == self._each // 2:
                    self.half_way.set()
                tenant = chance.choice(self._tenants)
                try:
                    with tenant_context(tenant):
                        names = chance.choice(WAYS)()
                except DatabaseError:
                    seen["error"] += 1
                    connection.close()
                    continue
                seen["right" if set(names) == {tenant.name} else "wrong"] += 1
                if not self._keep:
                    connection.close()
        finally:
            connection.close()
        return seen


def _plain() -> list[str]:
    return [Role.objects.get(code=SENTINEL).name]


def _raw() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM access_role WHERE code = %s", [SENTINEL])
        return [row[0] for row in cursor.fetchall()]


def _in_transaction() -> list[str]:
    with transaction.atomic():
        first = _plain()
        Role.objects.filter(code=SENTINEL).update(permissions=[])
        return first + _raw()


def _after_an_error() -> list[str]:
    with contextlib.suppress(IntegrityError), transaction.atomic():
        Role.objects.create(code=SENTINEL, name="a double")
    return _plain()


def _after_a_savepoint() -> list[str]:
    with transaction.atomic():
        before = _raw()
        with contextlib.suppress(IntegrityError), transaction.atomic():
            Role.objects.create(code=SENTINEL, name="a double")
        return before + _plain()


def _after_a_rollback() -> list[str]:
    with transaction.atomic():
        Role.objects.create(code="passing", name="never kept")
        transaction.set_rollback(True)
    return _raw()


WAYS = (
    _plain,
    _raw,
    _in_transaction,
    _after_an_error,
    _after_a_savepoint,
    _after_a_rollback,
)
