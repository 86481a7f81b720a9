"""Reports reach an ingest over HTTP with their tags and without personal data."""

from __future__ import annotations

import gzip
import json
import queue
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
import sentry_sdk
from celery import Celery
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from pytest_django import Settings

from kernel.common.errors_reporting import init
from kernel.common.flow import in_module
from kernel.common.task_observability import observed_task
from kernel.tenancy.context import BrandRef, TenantRef, tenant_context

TENANT = TenantRef(id=UUID(int=99), schema="t", role="r", name="n", brand=BrandRef("n"))
PHONE = "13912345678"

Envelope = tuple[str, list[dict[str, Any]]]


class Ingest:
    """Receives envelopes as the service would."""

    def __init__(self) -> None:
        self.received: queue.Queue[Envelope] = queue.Queue()
        ingest = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                text = body.decode()
                items = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
                ingest.received.put((text, items))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_args: object) -> None:
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.dsn = f"http://public@127.0.0.1:{self._server.server_port}/1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def next_with(self, kind: str) -> Envelope:
        while True:
            text, items = self.received.get(timeout=120)
            if any(item.get("type") == kind for item in items):
                return text, items

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    server = Ingest()
    yield server
    sentry_sdk.get_client().close(timeout=2)
    sentry_sdk.get_global_scope().set_client(None)
    server.close()


def test_without_a_dsn_nothing_is_started() -> None:
    assert init(dsn="") is False


@pytest.mark.usefixtures("committing")
def test_a_bug_in_a_view_is_reported_with_tags_and_scrubbed(
    ingest: Ingest, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "kernel.api.tests.urls"
    settings.MIDDLEWARE = ["kernel.common.middleware.ObservabilityMiddleware"]
    assert init(dsn=ingest.dsn, traces=1.0)

    with tenant_context(TENANT), in_module("check_in"):
        request = RequestFactory().get(
            f"/api/fail/bug?phone={PHONE}",
            headers={
                "X-Request-Id": "edge-12345",
                "Authorization": "Bearer very-secret",
                "Cookie": "sid=very-secret",
                "X-Forwarded-For": "203.0.113.9",
            },
        )
        statuses: list[str] = []

        def start_response(
            status: str, _headers: object, _exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            statuses.append(status)
            return lambda _data: None

        WSGIHandler()(request.environ, start_response)
    sentry_sdk.flush(timeout=10)

    assert statuses == ["500 Internal Server Error"]
    text, items = ingest.next_with("event")
    event = next(item for item in items if "exception" in item)
    assert event["tags"]["tenant"] == TENANT.public_id
    assert event["tags"]["module"] == "check_in"
    assert event["tags"]["process"] == settings.STOA_PROCESS
    assert event["tags"]["request_id"] == "edge-12345"
    assert event["exception"]["values"][-1]["type"] == "ZeroDivisionError"
    for personal in (PHONE, "very-secret", "203.0.113.9", "query_string", "cookies"):
        assert personal not in text
    traced, _items = ingest.next_with("transaction")
    assert TENANT.public_id in traced
    for personal in (PHONE, "very-secret", "203.0.113.9"):
        assert personal not in traced


def test_a_failing_task_is_reported_with_tags_and_scrubbed(ingest: Ingest) -> None:
    assert init(dsn=ingest.dsn)
    app = Celery("test", broker="memory://", backend="cache+memory://", set_as_current=False)
    app.conf.task_always_eager = True

    @app.task(name="orders.notify", bind=True)
    def notify(self: Any, phone: str) -> None:
        with tenant_context(TENANT), observed_task(self.name, self.request.id):
            raise LookupError(f"no member with {phone}")

    result = notify.apply_async((PHONE,))
    sentry_sdk.flush(timeout=10)

    assert result.failed()
    text, items = ingest.next_with("event")
    event = next(item for item in items if "exception" in item)
    assert event["exception"]["values"][-1]["type"] == "LookupError"
    assert PHONE not in text
    assert event["tags"]["tenant"] == TENANT.public_id
    assert event["tags"]["task_id"] == result.id
