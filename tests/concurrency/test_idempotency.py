"""A keyed write happens once, whatever is sent, lost, raced or killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from kernel.common.idempotency.models import IdempotencyRecord
from kernel.common.idempotency.services import KeyedRequest, claim, purge_expired
from kernel.common.secrets.models import TenantSecret
from kernel.tenancy.context import TenantRef, bind_context, tenant_context
from testkit.tenants import open_test_tenant

KEY = "order-7f3a"
JSON = "application/json"


@pytest.fixture(autouse=True)
def _web(settings: Settings) -> None:
    settings.ROOT_URLCONF = "kernel.api.tests.urls"
    settings.MIDDLEWARE = [
        "kernel.api.problems.ProblemMiddleware",
        "kernel.common.idempotency.middleware.IdempotencyMiddleware",
    ]
    settings.STOA_IDEMPOTENCY_WAIT_MS = 5_000


@pytest.fixture
def tenant(committing: None) -> TenantRef:
    return open_test_tenant()


@pytest.fixture
def other_tenant(committing: None) -> TenantRef:
    return open_test_tenant()


def send(note: str = "", *, key: str | None = KEY, token: str = "t1", **extra: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    client = Client(raise_request_exception=False)
    return client.post(
        f"/api/write?note={note}",
        extra.get("body", b"{}"),
        content_type=JSON,
        headers=headers,
    )


def rows() -> int:
    return TenantSecret.objects.count()


def test_a_repeat_gets_the_first_reply_and_writes_nothing(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        first, second = send(), send()

        assert first.status_code == second.status_code == 201
        assert second.content == first.content
        assert second["Location"] == first["Location"]
        assert second["Content-Type"] == JSON
        assert second["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first
        assert rows() == 1


def test_without_a_key_or_on_an_exempt_view_each_request_writes(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        send(key=None)
        send(key=None)
        for _each in range(2):
            Client().post("/api/write-exempt", headers={"Idempotency-Key": KEY})

        assert rows() == 4
        assert IdempotencyRecord.objects.count() == 0


def test_the_same_key_with_another_request_is_refused(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        send()

        for reply in (send(body=b'{"more": 1}'), send("other")):
            assert reply.status_code == 422
            assert reply["Content-Type"] == "application/problem+json"
            assert reply.json()["code"] == "idempotency.key_reused"
        assert rows() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "schlüssel", "tab\there"])
def test_a_malformed_key_is_refused_before_anything_runs(tenant: TenantRef, key: str) -> None:
    with tenant_context(tenant):
        reply = Client().post(
            "/api/write", b"{}", content_type=JSON, headers={"Idempotency-Key": key}
        )

        assert reply.status_code == 400
        assert reply.json()["code"] == "idempotency.key_malformed"
        assert rows() == 0


def test_a_key_of_255_characters_is_accepted(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        assert send(key="~" * 255).status_code == 201
        assert send(key="~" * 255)["Idempotency-Replayed"] == "true"


def test_another_sender_with_the_same_key_runs_his_own_request(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        mine, theirs = send(token="t1"), send(token="t2")

        assert "Idempotency-Replayed" not in theirs
        assert theirs.content != mine.content
        assert rows() == 2


def test_another_tenant_with_the_same_key_runs_its_own_request(
    tenant: TenantRef, other_tenant: TenantRef
) -> None:
    with tenant_context(tenant):
        send()
    with tenant_context(other_tenant):
        reply = send()

        assert "Idempotency-Replayed" not in reply
        assert rows() == 1


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_is_repeated_as_it_was(tenant: TenantRef, status: int) -> None:
    with tenant_context(tenant):
        first, second = send(str(status)), send(str(status))

        assert first.status_code == second.status_code == status
        assert second["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("status", [401, 403, 429])
def test_not_now_and_who_are_you_are_not_kept(tenant: TenantRef, status: int) -> None:
    with tenant_context(tenant):
        replies = [send(str(status)), send(str(status))]

        assert [reply.status_code for reply in replies] == [status, status]
        assert "Idempotency-Replayed" not in replies[1]
        assert rows() == 2
        assert IdempotencyRecord.objects.count() == 0


@pytest.mark.parametrize("note", ["crash", "500", "503"])
def test_a_server_error_undoes_everything_and_a_repeat_runs(tenant: TenantRef, note: str) -> None:
    with tenant_context(tenant):
        replies = [send(note), send(note)]

        assert all(reply.status_code >= 500 for reply in replies)
        assert "Idempotency-Replayed" not in replies[1]
        assert rows() == 0
        assert IdempotencyRecord.objects.count() == 0


@pytest.mark.parametrize("note", ["stream", "large"])
def test_a_reply_that_cannot_be_kept_still_stops_the_repeat(tenant: TenantRef, note: str) -> None:
    with tenant_context(tenant):
        first, second = send(note), send(note)

        assert first.status_code == 200
        assert second.status_code == 409
        assert second.json()["code"] == "idempotency.reply_not_kept"
        assert second.json()["original_status"] == 200
        assert rows() == 1


def test_a_body_above_the_bound_is_refused(tenant: TenantRef, settings: Settings) -> None:
    settings.STOA_IDEMPOTENCY_BODY_BYTES = 100
    with tenant_context(tenant):
        reply = send(body=b" " * 101)

        assert reply.status_code == 413
        assert reply.json()["code"] == "idempotency.body_too_large"
        assert rows() == 0


def test_concurrent_repeats_wait_and_get_the_one_reply(tenant: TenantRef) -> None:
    barrier = threading.Barrier(6)

    def race() -> Any:
        barrier.wait()
        try:
            return send("slow")
        finally:
            connection.close()

    with tenant_context(tenant):
        with ThreadPoolExecutor(6) as pool:
            replies = [f.result() for f in [pool.submit(bind_context(race)) for _n in range(6)]]

        assert {reply.status_code for reply in replies} == {201}
        assert len({reply.content for reply in replies}) == 1
        assert sum("Idempotency-Replayed" in reply for reply in replies) == 5
        assert rows() == 1


def test_a_repeat_that_waits_too_long_is_told_to_ask_again(
    tenant: TenantRef, settings: Settings
) -> None:
    settings.STOA_IDEMPOTENCY_WAIT_MS = 150
    entered = threading.Event()
    leave = threading.Event()

    def hold_key() -> None:
        keyed = KeyedRequest(actor="a", key=KEY, method="POST", path="/", fingerprint=b"x" * 32)
        try:
            with transaction.atomic():
                assert claim(keyed, now=timezone.now())
                entered.set()
                leave.wait(120)
        finally:
            connection.close()

    settings.STOA_IDEMPOTENCY_ACTOR = f"{__name__}.fixed_actor"
    with tenant_context(tenant), ThreadPoolExecutor(1) as pool:
        holder = pool.submit(bind_context(hold_key))
        assert entered.wait(120)
        started = monotonic()

        reply = send()

        waited = monotonic() - started
        leave.set()
        holder.result()
        assert reply.status_code == 409
        assert reply.json()["code"] == "idempotency.in_progress"
        assert reply["Retry-After"] == "1"
        # Not as long as the other one would have held it.
        assert 0.1 < waited < 5
        assert rows() == 0


def fixed_actor(_request: object) -> str:
    return "a"


def test_the_waiting_limit_ends_with_the_claim(tenant: TenantRef) -> None:
    keyed = KeyedRequest(actor="a", key="k", method="POST", path="/", fingerprint=b"x" * 32)
    with tenant_context(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        before = cursor.fetchone()

        assert claim(keyed, now=timezone.now())

        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == before


def test_a_key_past_its_time_runs_again(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        send()
        IdempotencyRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        again, repeat = send(body=b'{"new": 1}'), send(body=b'{"new": 1}')

        assert again.status_code == 201
        assert "Idempotency-Replayed" not in again
        assert repeat.content == again.content
        assert rows() == 2


def test_purging_takes_what_is_past_its_time_only(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        for number in range(5):
            send(key=f"key-{number}")
        IdempotencyRecord.objects.exclude(key="key-4").update(
            expires_at=timezone.now() - timedelta(seconds=1)
        )

        assert purge_expired(batch=2) == 4
        assert [row.key for row in IdempotencyRecord.objects.all()] == ["key-4"]


_CHILD = """
import os, sys, uuid
import django
django.setup()
from django.conf import settings
settings.ROOT_URLCONF = "kernel.api.tests.urls"
settings.MIDDLEWARE = ["kernel.common.idempotency.middleware.IdempotencyMiddleware"]
database = settings.DATABASES["default"]
(database["NAME"], database["HOST"], database["PORT"], database["USER"],
 database["PASSWORD"]) = sys.argv[4:9]
from django.test import Client
from kernel.tenancy.context import BrandRef, TenantRef, tenant_context
brand = BrandRef(name="x")
tenant = TenantRef(id=uuid.UUID(sys.argv[1]), schema=sys.argv[2], role=sys.argv[3], name="x",
                   brand=brand)
print("ready", flush=True)
with tenant_context(tenant):
    Client().post("/api/write?note=hang", b"{}", content_type="application/json",
                  headers={"Idempotency-Key": "killed", "Authorization": "Bearer t1"})
"""


def test_kill_9_inside_the_view_leaves_neither_row_nor_record(tenant: TenantRef) -> None:
    database = connection.settings_dict
    where = [str(database[name] or "") for name in ("NAME", "HOST", "PORT", "USER", "PASSWORD")]
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tenant.id), tenant.schema, tenant.role, *where],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        with tenant_context(tenant):
            _await_sleeper(str(database["NAME"]))
            child.send_signal(signal.SIGKILL)
            child.wait(120)

            # The server notices the dead client when the sleep is cancelled.
            _end_sleeper(str(database["NAME"]))
            assert rows() == 0
            assert IdempotencyRecord.objects.count() == 0
            assert send("", key="killed").status_code == 201
    finally:
        child.kill()
        child.wait(120)


_SLEEPER = (
    "FROM pg_stat_activity WHERE datname = %s AND query LIKE '%%pg_sleep(30)%%' "
    "AND wait_event = 'PgSleep'"
)


def _await_sleeper(database: str) -> None:
    deadline = monotonic() + 180
    with _admin() as cursor:
        while monotonic() < deadline:
            cursor.execute(f"SELECT pid {_SLEEPER}", [database])
            if cursor.fetchone():
                return
            cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("the child never reached the view")


def _end_sleeper(database: str) -> None:
    deadline = monotonic() + 180
    with _admin() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) {_SLEEPER}", [database])
        while monotonic() < deadline:
            cursor.execute(f"SELECT pid {_SLEEPER}", [database])
            if cursor.fetchone() is None:
                return
            cursor.execute("SELECT pg_sleep(0.02)")
    raise AssertionError("the child's server process lives on")


@contextlib.contextmanager
def _admin() -> Iterator[psycopg.Cursor]:
    """A cursor of the login role itself: a tenant's role sees no other session's query."""
    database = connection.settings_dict
    with (
        psycopg.connect(
            dbname=database["NAME"],
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            user=database["USER"] or None,
            password=database["PASSWORD"] or None,
            autocommit=True,
        ) as link,
        link.cursor() as cursor,
    ):
        yield cursor
