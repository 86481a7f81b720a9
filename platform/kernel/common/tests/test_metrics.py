"""Metrics are bounded in labels and whole over several processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client, RequestFactory
from prometheus_client import REGISTRY
from pytest_django import Settings

from kernel.common.metrics import TenantLabels, metrics_view
from kernel.tenancy.context import BrandRef, TenantRef, tenant_context


def test_tenants_beyond_the_bound_share_one_label() -> None:
    labels = TenantLabels(limit=2)

    given = [labels.label(name) for name in ("ten_a", "ten_b", "ten_c", "ten_a", "public", "")]

    assert given == ["ten_a", "ten_b", "other", "ten_a", "public", "none"]


def test_a_request_is_counted_under_its_route_and_tenant(settings: Settings) -> None:
    settings.ROOT_URLCONF = "kernel.api.tests.urls"
    settings.MIDDLEWARE = ["kernel.common.middleware.ObservabilityMiddleware"]
    tenant = TenantRef(id=UUID(int=77), schema="t", role="r", name="n", brand=BrandRef("n"))
    labels = {
        "process": settings.STOA_PROCESS,
        "method": "GET",
        "route": "/fail/<str:how>",
        "status": "404",
        "tenant": tenant.public_id,
    }

    def counted() -> float:
        return REGISTRY.get_sample_value("http_requests_total", labels) or 0.0

    before = counted()
    with tenant_context(tenant):
        for word in ("missing", "missing"):
            Client().get(f"/fail/{word}?q={word}")

    assert counted() - before == 2
    text = metrics_view(RequestFactory().get("/metrics")).content.decode()
    assert "http_request_duration_seconds_bucket" in text
    assert "q=missing" not in text


_PROCESSES = """
import os
import django
django.setup()
from kernel.common.metrics import HTTP_REQUESTS, set_outbox
for _each in range(3):
    if os.fork() == 0:
        HTTP_REQUESTS.labels("store", "GET", "/", "200", "none").inc(2)
        set_outbox(tenant="public", lag_seconds=1.5, pending=3)
        os._exit(0)
    _pid, status = os.wait()
    assert status == 0
"""


def test_worker_processes_answer_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
    }
    subprocess.run([sys.executable, "-c", _PROCESSES], env=env, check=True)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))

    text = metrics_view(RequestFactory().get("/metrics")).content.decode()

    total = 'http_requests_total{method="GET",process="store",route="/",status="200",tenant="none"}'
    assert f"{total} 6.0" in text
