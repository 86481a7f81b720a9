"""Metrics for Prometheus.

The tenant label holds at most ``STOA_METRICS_TENANTS`` values per process; the
tenants that come later share ``other``, so memory stays bounded. With
``PROMETHEUS_MULTIPROC_DIR`` set, all worker processes answer as one.
"""

from __future__ import annotations

import os
from threading import Lock
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from kernel.common.flow import current_tenant_label

OTHER: Final = "other"
NONE: Final = "none"

HTTP_REQUESTS: Final = Counter(
    "http_requests_total",
    "Requests answered.",
    ("process", "method", "route", "status", "tenant"),
)
HTTP_DURATION: Final = Histogram(
    "http_request_duration_seconds",
    "Time from the first middleware to the answer.",
    ("process", "method", "route"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
TASKS: Final = Counter(
    "celery_tasks_total", "Tasks that ended, by outcome.", ("task", "outcome", "tenant")
)
TASK_DURATION: Final = Histogram(
    "celery_task_duration_seconds",
    "Time a task's body took.",
    ("task",),
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300),
)
OUTBOX_LAG: Final = Gauge(
    "outbox_lag_seconds",
    "Age of the oldest event not yet delivered.",
    ("tenant",),
    multiprocess_mode="livemostrecent",
)
OUTBOX_PENDING: Final = Gauge(
    "outbox_pending_events",
    "Events not yet delivered.",
    ("tenant",),
    multiprocess_mode="livemostrecent",
)
RATE_LIMITED: Final = Counter(
    "rate_limited_total", "Requests refused or let pass by a limit.", ("limit", "outcome")
)


class TenantLabels:
    """Gives each tenant a label value until the limit, then ``other``."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: set[str] = set()
        self._lock = Lock()

    def label(self, tenant: str) -> str:
        """Return the label value for a tenant's public id; empty becomes ``none``."""
        if not tenant:
            return NONE
        if tenant == "public" or tenant in self._known:
            return tenant
        with self._lock:
            if len(self._known) >= self._limit:
                return OTHER
            self._known.add(tenant)
            return tenant


_labels: TenantLabels | None = None


def tenant_label(tenant: str | None = None) -> str:
    """Return the bounded label value for a public id, by default the current tenant's."""
    global _labels  # noqa: PLW0603  one bounded set per process
    if _labels is None:
        _labels = TenantLabels(getattr(settings, "STOA_METRICS_TENANTS", 100))
    return _labels.label(current_tenant_label() if tenant is None else tenant)


def set_outbox(*, tenant: str, lag_seconds: float, pending: int) -> None:
    """Publish how far a tenant's outbox is behind; ``tenant`` is its public id."""
    label = tenant_label(tenant)
    OUTBOX_LAG.labels(label).set(lag_seconds)
    OUTBOX_PENDING.labels(label).set(pending)


def metrics_view(_request: HttpRequest) -> HttpResponse:
    """Answer a scrape; belongs on the internal URLconf only."""
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
